"""Statements for file systems in Amazon EFS.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

from awacs import elasticfilesystem as efs
from awacs.aws import Bool, Condition, Deny, Principal, Statement, StringLike

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import allow


def deny_plain_connections() -> Statement:
    """Deny connections without TLS, as a statement of a file system's own policy.

    A file system without a policy lets everyone in who reaches it; one with a policy lets in who is
    allowed to.
    """
    return Statement(
        Sid="DenyInsecureTransport",
        Effect=Deny,
        Principal=Principal("AWS", "*"),
        Action=[efs.Action("*")],
        Condition=Condition(Bool({"aws:SecureTransport": "false"})),
    )


def mount(
    file_system: Value, *, access_point: Value | None, read_only: bool, sid: str
) -> Statement:
    """Mount a file system, through one access point where it is not None."""
    condition = None
    if access_point is not None:
        condition = Condition(StringLike({"elasticfilesystem:AccessPointArn": access_point}))
    actions = [efs.ClientMount] if read_only else [efs.ClientMount, efs.ClientWrite]
    return allow(*actions, on=file_system, sid=sid, condition=condition)
