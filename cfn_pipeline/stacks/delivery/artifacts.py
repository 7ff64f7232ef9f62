"""The buckets of a pipeline: for its artifacts, for their access log, for what builds keep."""

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub
from troposphere.s3 import BucketPolicy, LoggingConfiguration

from cfn_pipeline.policies.buckets import deny_insecure_transport, let_s3_log
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources.s3 import private_bucket
from cfn_pipeline.stacks.stack import RETAIN, Stack

BUCKET = "ArtifactBucket"
LOG_BUCKET = "LogBucket"
CACHE_BUCKET = "CacheBucket"

_ARTIFACT_DAYS = 90
_LOG_DAYS = 365
_CACHE_DAYS = 30
_ARTIFACT_LOGS = "artifacts/"


def artifact_bucket_name(pipeline: str) -> str:
    """Return the name of a pipeline's artifact bucket, for use in Sub."""
    return f"{pipeline}-artifacts-${{AWS::AccountId}}-${{AWS::Region}}"


def log_bucket_name(pipeline: str) -> str:
    """Return the name of the bucket for access logs, for use in Sub."""
    return f"{pipeline}-logs-${{AWS::AccountId}}-${{AWS::Region}}"


def cache_bucket_name(project: str) -> str:
    """Return the name of the bucket for what builds keep, for use in Sub."""
    return f"{project}-cache-${{AWS::AccountId}}-${{AWS::Region}}"


def add_cache_bucket(stack: Stack) -> None:
    """Add the bucket for what the builds of a project keep."""
    name = cache_bucket_name(stack.name)
    stack.add(
        private_bucket(
            CACHE_BUCKET, name=Sub(name), expire_after_days=_CACHE_DAYS, key=stack.key, **RETAIN
        ),
        BucketPolicy(
            f"{CACHE_BUCKET}Policy",
            Bucket=Ref(CACHE_BUCKET),
            PolicyDocument=document(_deny_insecure_transport(CACHE_BUCKET)),
        ),
    )


def add_private_buckets(stack: Stack) -> None:
    """Add the bucket for artifacts, and one for its access log."""
    arns = stack.arns
    artifacts, logs = artifact_bucket_name(stack.name), log_bucket_name(stack.name)
    bucket = private_bucket(
        BUCKET, name=Sub(artifacts), expire_after_days=_ARTIFACT_DAYS, key=stack.key, **RETAIN
    )
    bucket.LoggingConfiguration = LoggingConfiguration(
        DestinationBucketName=Ref(LOG_BUCKET), LogFilePrefix=_ARTIFACT_LOGS
    )
    stack.add(
        bucket,
        BucketPolicy(
            f"{BUCKET}Policy",
            Bucket=Ref(BUCKET),
            PolicyDocument=document(_deny_insecure_transport(BUCKET)),
        ),
        private_bucket(LOG_BUCKET, name=Sub(logs), expire_after_days=_LOG_DAYS, **RETAIN),
        BucketPolicy(
            f"{LOG_BUCKET}Policy",
            Bucket=Ref(LOG_BUCKET),
            PolicyDocument=document(
                let_s3_log(
                    arns.bucket(f"{logs}/{_ARTIFACT_LOGS}*"),
                    account=Ref("AWS::AccountId"),
                    source=arns.bucket(artifacts),
                ),
                _deny_insecure_transport(LOG_BUCKET),
            ),
        ),
    )


def _deny_insecure_transport(bucket: str) -> Statement:
    return deny_insecure_transport(GetAtt(bucket, "Arn"), Sub(f"${{{bucket}.Arn}}/*"))
