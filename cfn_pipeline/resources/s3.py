"""Amazon S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html."""

from typing import Any

from troposphere.s3 import (
    AbortIncompleteMultipartUpload,
    Bucket,
    BucketEncryption,
    LifecycleConfiguration,
    LifecycleRule,
    NoncurrentVersionExpiration,
    OwnershipControls,
    OwnershipControlsRule,
    PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    VersioningConfiguration,
)

from cfn_pipeline.model.values import Value, present


def private_bucket(
    title: str,
    *,
    name: Value | None = None,
    expire_after_days: int,
    key: Value | None = None,
    **properties: Any,
) -> Bucket:
    """Make a private, encrypted, versioned bucket whose objects expire.

    >>> from cfn_pipeline import private_bucket
    >>> bucket = private_bucket("Reports", expire_after_days=30, DeletionPolicy="Retain")
    >>> bucket.PublicAccessBlockConfiguration.RestrictPublicBuckets
    True

    Args:
        title: the logical id.
        name: unique in all of AWS; absent: CloudFormation makes one.
        expire_after_days: how long objects are kept; older versions a week longer.
        key: the ARN of the key that encrypts objects; absent: S3's own, which is the only one
            that some services can write with.
        properties: more, by AWS's names.

    """
    algorithm = present(SSEAlgorithm="AES256" if key is None else "aws:kms", KMSMasterKeyID=key)
    return Bucket(
        title,
        **present(BucketName=name),
        BucketEncryption=BucketEncryption(
            ServerSideEncryptionConfiguration=[
                ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(**algorithm),
                    **present(BucketKeyEnabled=None if key is None else True),
                )
            ]
        ),
        OwnershipControls=OwnershipControls(
            Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        PublicAccessBlockConfiguration=PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
        VersioningConfiguration=VersioningConfiguration(Status="Enabled"),
        LifecycleConfiguration=LifecycleConfiguration(
            Rules=[
                LifecycleRule(
                    Id="Expire",
                    Status="Enabled",
                    ExpirationInDays=expire_after_days,
                    NoncurrentVersionExpiration=NoncurrentVersionExpiration(NoncurrentDays=7),
                    AbortIncompleteMultipartUpload=AbortIncompleteMultipartUpload(
                        DaysAfterInitiation=7
                    ),
                )
            ]
        ),
        **properties,
    )
