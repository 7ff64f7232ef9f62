"""A key that stays, with its alias, and its ARN for others."""

from typing import Any

from troposphere import GetAtt, Ref
from troposphere.kms import Alias, Key

from cfn_pipeline.stacks.stack import RETAIN, Stack

KEY = "KmsKey"
ALIAS = "KmsKeyAlias"


def add_key(
    stack: Stack,
    policy: Any,
    *,
    description: str,
    alias: str,
    output: str,
    export: str | None = None,
) -> None:
    """Add a key that is rotated each year, its alias, and an output with its ARN.

    Args:
        stack: to which they are added.
        policy: the key's.
        description: the key's.
        alias: its name, without ``alias/``.
        output: the output's description.
        export: the name with which other stacks import the ARN; absent: none.

    """
    stack.add(
        Key(
            KEY,
            **RETAIN,
            Description=description,
            EnableKeyRotation=True,
            KeyPolicy=policy,
        ),
        Alias(ALIAS, AliasName=f"alias/{alias}", TargetKeyId=Ref(KEY)),
    )
    stack.output(KEY, output, GetAtt(KEY, "Arn"), export=export)
