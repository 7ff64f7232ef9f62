"""The buckets of a pipeline: for its artifacts, for their access log, for what builds keep."""

from troposphere import GetAtt, Ref, Sub
from troposphere.s3 import BucketPolicy, LoggingConfiguration

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.buckets import (
    deny_insecure_transport,
    let_roles_use_artifacts,
    let_s3_log,
)
from cfn_pipeline.policies.documents import Roles, document
from cfn_pipeline.resources.s3 import private_bucket
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.stack import RETAIN, Stack

BUCKET = "ArtifactBucket"
LOG_BUCKET = "LogBucket"
CACHE_BUCKET = "CacheBucket"

_ARTIFACT_DAYS = 90
_LOG_DAYS = 365
_CACHE_DAYS = 30
_ARTIFACT_LOGS = "artifacts/"


def artifact_bucket_name(pipeline: str, *, arns: Arns = ARNS) -> str:
    """Return the name of a pipeline's artifact bucket, for use in Sub.

    Args:
        pipeline: the pipeline's name.
        arns: with account and region of the bucket; absent: those of the stack.

    """
    return f"{pipeline}-artifacts-{arns.account}-{arns.region}"


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
            PolicyDocument=document(deny_insecure_transport(*_arns(CACHE_BUCKET))),
        ),
    )


def add_private_buckets(stack: Stack, key: Value, roles: Roles, *, writing: bool = True) -> None:
    """Add the bucket for artifacts, and one for its access log.

    Args:
        stack: to which they are added.
        key: the ARN of the key that encrypts artifacts.
        roles: of other accounts, which use the artifacts.
        writing: whether these roles may write artifacts, too.

    """
    arns = stack.arns
    let_roles = let_roles_use_artifacts(roles, *_arns(BUCKET), writing=writing)
    artifacts, logs = artifact_bucket_name(stack.name), log_bucket_name(stack.name)
    bucket = private_bucket(
        BUCKET, name=Sub(artifacts), expire_after_days=_ARTIFACT_DAYS, key=key, **RETAIN
    )
    bucket.LoggingConfiguration = LoggingConfiguration(
        DestinationBucketName=Ref(LOG_BUCKET), LogFilePrefix=_ARTIFACT_LOGS
    )
    stack.add(
        bucket,
        BucketPolicy(
            f"{BUCKET}Policy",
            Bucket=Ref(BUCKET),
            PolicyDocument=document(*let_roles, deny_insecure_transport(*_arns(BUCKET))),
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
                deny_insecure_transport(*_arns(LOG_BUCKET)),
            ),
        ),
    )


def _arns(bucket: str) -> tuple[Value, Value]:
    """Return the ARNs of a bucket of the stack, and of what is in it."""
    return GetAtt(bucket, "Arn"), Sub(f"${{{bucket}.Arn}}/*")
