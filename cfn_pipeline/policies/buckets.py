"""Statements of buckets' own policies."""

from awacs import s3
from awacs.aws import Allow, ArnLike, Bool, Condition, Deny, Principal, Statement

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import Roles, from_account


def deny_insecure_transport(bucket: Value, objects: Value) -> Statement:
    """Deny requests without TLS."""
    return Statement(
        Sid="DenyInsecureTransport",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[s3.Action("*")],
        Resource=[bucket, objects],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )


def let_roles_use_artifacts(
    roles: Roles, bucket: Value, objects: Value, *, writing: bool = True
) -> list[Statement]:
    """Allow roles of other accounts to read a pipeline's artifacts, and to write them.

    Args:
        roles: the roles.
        bucket: the ARN of the bucket.
        objects: the ARN of what is in it.
        writing: whether they may write, too.

    """
    if not roles:
        return []
    return [
        roles.allow(
            s3.GetBucketAcl,
            s3.GetBucketLocation,
            s3.GetBucketVersioning,
            on=[bucket],
            sid="LetActionRolesFindBucket",
        ),
        roles.allow(
            s3.GetObject,
            s3.GetObjectVersion,
            *([s3.PutObject] if writing else []),
            on=[objects],
            sid=f"LetActionRoles{'Use' if writing else 'Read'}Artifacts",
        ),
    ]


def let_s3_log(objects: Value, *, account: Value, source: Value) -> Statement:
    """Allow S3 to write the access log of one bucket."""
    condition = from_account(account, source)
    return _let_put("logging.s3.amazonaws.com", objects, condition, "WriteBucketAccessLogs")


def let_load_balancers_log(objects: Value, *, source: Value) -> Statement:
    """Allow Elastic Load Balancing to write access logs of one account's load balancers.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    return _let_put(
        "logdelivery.elasticloadbalancing.amazonaws.com",
        objects,
        Condition(ArnLike({"aws:SourceArn": source})),
        "WriteLoadBalancerLogs",
    )


def _let_put(service: str, objects: Value, condition: Condition, sid: str) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", service),
        Action=[s3.PutObject],
        Resource=[objects],
        Condition=condition,
    )
