"""Statements of a key's own policy, and of the roles that use it.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from collections.abc import Sequence

from awacs import kms
from awacs.aws import (
    Allow,
    ArnLike,
    BoolIfExists,
    Condition,
    Deny,
    Principal,
    Statement,
    StringEquals,
)

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import Roles, allow


def administer_key(account: Value, *, sid: str) -> Statement:
    """Allow the account to use a key, so that its IAM policies decide: AWS's default policy."""
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("AWS", account),
        Action=[kms.Action("*")],
        Resource=["*"],
    )


def grant_to_services_only() -> Statement:
    """Deny grants that are not for an AWS service."""
    conditions = {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}
    return Statement(
        Sid="DenyGrantsExceptForServices",
        Effect=Deny,
        Principal=Principal("AWS", "*"),
        Action=[kms.CreateGrant],
        Resource=["*"],
        Condition=Condition(BoolIfExists(conditions)),
    )


def let_logs_encrypt(service: Value, groups: Sequence[Value]) -> Statement:
    """Allow CloudWatch Logs, of one region, to encrypt certain log groups."""
    return Statement(
        Sid="EncryptLogGroups",
        Effect=Allow,
        Principal=Principal("Service", service),
        Action=[
            kms.Encrypt,
            kms.Decrypt,
            kms.Action("ReEncrypt*"),
            kms.Action("GenerateDataKey*"),
            kms.DescribeKey,
        ],
        Resource=["*"],
        Condition=Condition(ArnLike({"kms:EncryptionContext:aws:logs:arn": list(groups)})),
    )


def let_events_publish(topics: Value) -> Statement:
    """Allow EventBridge to publish to certain encrypted topics."""
    return Statement(
        Sid="PublishToEncryptedTopics",
        Effect=Allow,
        Principal=Principal("Service", "events.amazonaws.com"),
        Action=[kms.Decrypt, kms.Action("GenerateDataKey*")],
        Resource=["*"],
        Condition=Condition(ArnLike({"kms:EncryptionContext:aws:sns:topicArn": topics})),
    )


_ENCRYPT = (kms.Decrypt, kms.Encrypt, kms.Action("GenerateDataKey*"), kms.Action("ReEncrypt*"))


def encrypt_artifacts(
    key: Value | Sequence[Value], *, through: Value | Sequence[Value]
) -> list[Statement]:
    """Read and write artifacts that are encrypted with keys; ``through``: S3, of their regions."""
    return [
        allow(
            *_ENCRYPT,
            on=key,
            sid="EncryptArtifacts",
            condition=_through(through),
        ),
        allow(kms.DescribeKey, on=key, sid="DescribeKey"),
    ]


def decrypt_artifacts(
    key: Value | Sequence[Value], *, through: Value | Sequence[Value]
) -> list[Statement]:
    """Read artifacts that are encrypted with keys; ``through``: S3, of their regions."""
    return [
        allow(kms.Decrypt, on=key, sid="DecryptArtifacts", condition=_through(through)),
        allow(kms.DescribeKey, on=key, sid="DescribeKey"),
    ]


def let_roles_use_key(roles: Roles, *, through: Value, writing: bool = True) -> list[Statement]:
    """Allow roles of other accounts to read artifacts, and to write them.

    Args:
        roles: the roles.
        through: S3, of the key's region.
        writing: whether they may write, too.

    """
    if not roles:
        return []
    return [
        roles.allow(
            *(_ENCRYPT if writing else (kms.Decrypt,)),
            on=["*"],
            sid=f"LetActionRoles{'Encrypt' if writing else 'Decrypt'}Artifacts",
            conditions=[StringEquals({"kms:ViaService": through})],
        ),
        roles.allow(kms.DescribeKey, on=["*"], sid="LetActionRolesDescribeKey"),
    ]


def encrypt_logs(key: Value, *, through: Value) -> Statement:
    """Write to encrypted log groups; ``through``: CloudWatch Logs, of one region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return allow(
        kms.Decrypt,
        kms.GenerateDataKey,
        on=key,
        sid="EncryptLogs",
        condition=_through(through),
    )


def publish_encrypted(key: Value, *, through: Value) -> Statement:
    """Publish to encrypted topics; ``through``: SNS, of one region.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return allow(
        kms.Decrypt,
        kms.Action("GenerateDataKey*"),
        on=key,
        sid="EncryptMessages",
        condition=_through(through),
    )


def decrypt_secrets(key: Value, *, through: Value | None = None) -> Statement:
    """Decrypt secrets; ``through``: only in calls of that service, such as Secrets Manager."""
    condition = None if through is None else _through(through)
    return allow(kms.Decrypt, on=key, sid="DecryptSecrets", condition=condition)


def _through(service: Value | Sequence[Value]) -> Condition:
    """Condition for uses of a key that a service makes for the caller, and no others."""
    services = list(service) if isinstance(service, (list, tuple)) else service
    return Condition(StringEquals({"kms:ViaService": services}))
