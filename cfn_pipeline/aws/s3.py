"""Buckets of S3.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
"""

#: The most bytes of the policy of a bucket.
BUCKET_POLICY_BYTES = 20_480
