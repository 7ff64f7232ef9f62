"""The buckets for a pipeline's artifacts and for access logs."""

from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, Template

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import buckets as duties
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources import s3
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns, artifact_bucket_name, log_bucket_name
from cfn_pipeline.stacks.document import add_resources, keep

__all__ = ["BUCKET", "LOG_BUCKET", "add_private_buckets"]

BUCKET = "ArtifactBucket"
LOG_BUCKET = "LogBucket"

_ARTIFACT_DAYS = 90
_LOG_DAYS = 365
_ARTIFACT_LOGS = "artifacts/"


def add_private_buckets(template: Template, pipeline: Pipeline, *, arns: Arns, key: Value) -> None:
    """Add the bucket for artifacts, and one for its access log and those of load balancers."""
    artifacts, logs = artifact_bucket_name(pipeline.name), log_bucket_name(pipeline.name)
    account = Ref("AWS::AccountId")
    log_bucket = s3.private_bucket(LOG_BUCKET, name=Sub(logs), expire_after_days=_LOG_DAYS)
    add_resources(
        template,
        keep(
            s3.private_bucket(
                BUCKET,
                name=Sub(artifacts),
                expire_after_days=_ARTIFACT_DAYS,
                key=key,
                log_bucket=Ref(LOG_BUCKET),
                log_prefix=_ARTIFACT_LOGS,
            ),
            "Retain",
        ),
        s3.bucket_policy(
            f"{BUCKET}Policy",
            bucket=Ref(BUCKET),
            policy=document(_deny_insecure_transport(BUCKET)),
        ),
        keep(log_bucket, "Retain"),
        s3.bucket_policy(
            f"{LOG_BUCKET}Policy",
            bucket=Ref(LOG_BUCKET),
            policy=document(
                duties.let_s3_log(
                    arns.bucket(f"{logs}/{_ARTIFACT_LOGS}*"),
                    account=account,
                    source=arns.bucket(artifacts),
                ),
                duties.let_load_balancers_log(
                    arns.bucket(f"{logs}/*/AWSLogs/${{AWS::AccountId}}/*"),
                    source=arns.regional("elasticloadbalancing", "loadbalancer/*"),
                ),
                _deny_insecure_transport(LOG_BUCKET),
            ),
        ),
    )
    template.add_output(
        exports.export(
            LOG_BUCKET,
            description="Name of the bucket for access logs",
            value=Ref(LOG_BUCKET),
            name=exports.log_bucket(pipeline.name),
        )
    )


def _deny_insecure_transport(bucket: str) -> Statement:
    return duties.deny_insecure_transport(GetAtt(bucket, "Arn"), Sub(f"${{{bucket}.Arn}}/*"))
