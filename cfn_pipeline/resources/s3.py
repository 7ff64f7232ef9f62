"""Amazon S3: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html."""

from awacs.aws import PolicyDocument
from troposphere.s3 import (
    AbortIncompleteMultipartUpload,
    Bucket,
    BucketEncryption,
    BucketPolicy,
    LifecycleConfiguration,
    LifecycleRule,
    LoggingConfiguration,
    NoncurrentVersionExpiration,
    OwnershipControls,
    OwnershipControlsRule,
    PublicAccessBlockConfiguration,
    ServerSideEncryptionByDefault,
    ServerSideEncryptionRule,
    VersioningConfiguration,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["bucket", "bucket_policy", "private_bucket"]


def bucket(title: str, *, name: Value) -> Bucket:
    """Make a bucket; ``name`` is unique in all of AWS."""
    return Bucket(title, BucketName=name)


def private_bucket(
    title: str,
    *,
    name: Value,
    expire_after_days: int,
    key: Value | None = None,
    log_bucket: Value | None = None,
    log_prefix: str | None = None,
) -> Bucket:
    """Make a bucket that nobody outside the account reaches, and that forgets.

    Args:
        title: the logical id.
        name: unique in all of AWS.
        expire_after_days: how long objects are kept; older versions a week longer.
        key: the ARN of the key that encrypts objects; absent: S3's own, which is all that some
            services can write with.
        log_bucket: the name of the bucket that gets its access log; absent: there is none.
        log_prefix: what the names of the log's objects begin with.

    """
    algorithm = given(SSEAlgorithm="AES256" if key is None else "aws:kms", KMSMasterKeyID=key)
    logging = None
    if log_bucket is not None:
        logging = LoggingConfiguration(
            DestinationBucketName=log_bucket, **given(LogFilePrefix=log_prefix)
        )
    made = bucket(title, name=name)
    made.BucketEncryption = BucketEncryption(
        ServerSideEncryptionConfiguration=[
            ServerSideEncryptionRule(
                ServerSideEncryptionByDefault=ServerSideEncryptionByDefault(**algorithm),
                **given(BucketKeyEnabled=None if key is None else True),
            )
        ]
    )
    made.OwnershipControls = OwnershipControls(
        Rules=[OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
    )
    made.PublicAccessBlockConfiguration = PublicAccessBlockConfiguration(
        BlockPublicAcls=True,
        BlockPublicPolicy=True,
        IgnorePublicAcls=True,
        RestrictPublicBuckets=True,
    )
    made.VersioningConfiguration = VersioningConfiguration(Status="Enabled")
    made.LifecycleConfiguration = LifecycleConfiguration(
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
    )
    if logging is not None:
        made.LoggingConfiguration = logging
    return made


def bucket_policy(title: str, *, bucket: Value, policy: PolicyDocument) -> BucketPolicy:
    """Say who may do what with a bucket."""
    return BucketPolicy(title, Bucket=bucket, PolicyDocument=policy)
