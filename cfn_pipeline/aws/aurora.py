"""The capacity of Amazon Aurora Serverless v2, in Aurora capacity units.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ServerlessV2ScalingConfiguration.html
"""

#: The least that is not a pause, and the most.
LEAST_CAPACITY = 0.5
MOST_CAPACITY = 256
