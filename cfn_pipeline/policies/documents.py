"""What policies are made of, whatever they allow."""

from collections.abc import Mapping, Sequence
from typing import Any

from awacs import sts
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    Condition,
    ConditionElement,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.model.values import Value

__all__ = ["allow", "document", "from_account", "pascal_case", "principals", "trust"]


def pascal_case(name: str) -> str:
    """Return a name as statement ids and logical ids take it: ``orders-api`` becomes OrdersApi."""
    return "".join(word.capitalize() for word in name.split("-"))


def document(*statements: Statement, version: str = POLICY_VERSION, **rest: Any) -> PolicyDocument:
    """Make a policy of statements; ``rest``: further elements, such as Id."""
    return PolicyDocument(Version=version, **rest, Statement=list(statements))


def allow(
    *actions: Action,
    on: Value | Sequence[Value] = "*",
    sid: str | None = None,
    condition: Condition | None = None,
) -> Statement:
    """Allow actions on one resource or several; absent: on ``*``."""
    said: dict[str, Any] = {} if sid is None else {"Sid": sid}
    said |= {
        "Effect": Allow,
        "Action": list(actions),
        "Resource": list(on) if isinstance(on, (list, tuple)) else [on],
    }
    if condition is not None:
        said["Condition"] = condition
    return Statement(**said)


def trust(service: str, condition: Condition | None = None) -> PolicyDocument:
    """Let an AWS service assume a role."""
    said: dict[str, Any] = {} if condition is None else {"Condition": condition}
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", [service]),
            Action=[sts.AssumeRole],
            **said,
        )
    )


def from_account(account: Value, arns: Value | None = None) -> Condition:
    """Hold only for calls on behalf of one account, and of certain resources in it.

    This is what keeps a service from being used as a deputy by somebody else's account.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: list[ConditionElement] = [StringEquals({"aws:SourceAccount": account})]
    if arns is not None:
        conditions.append(ArnLike({"aws:SourceArn": arns}))
    return Condition(conditions)


def principals(named: Mapping[str, Sequence[Value]]) -> Principal:
    """Name principals of several kinds at once, which awacs' Principal does not take."""
    kind, names = next(iter(named.items()))
    principal = Principal(kind, list(names))
    principal.data = {kind: list(names) for kind, names in named.items()}
    return principal
