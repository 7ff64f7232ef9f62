"""AWS KMS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html."""

from awacs.aws import PolicyDocument
from troposphere.kms import Alias, Key

from cfn_pipeline.model.values import Value, given

__all__ = ["alias", "key"]


def key(
    title: str,
    *,
    description: str,
    policy: PolicyDocument,
    enabled: bool | None = None,
    rotated: bool | None = None,
) -> Key:
    """Make a symmetric key.

    Args:
        title: the logical id.
        description: what the key is for.
        policy: who may do what with it.
        enabled: whether it can be used; absent: it can.
        rotated: whether its material is changed every year; absent: it is not.

    """
    return Key(
        title,
        Description=description,
        **given(Enabled=enabled, EnableKeyRotation=rotated),
        KeyPolicy=policy,
    )


def alias(title: str, *, name: Value, key: Value) -> Alias:
    """Give a key a name, which begins with ``alias/``."""
    return Alias(title, AliasName=name, TargetKeyId=key)
