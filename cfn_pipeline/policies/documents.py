"""The elements of policies: documents, statements, trust, conditions, principals."""

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
from cfn_pipeline.model.values import Value, substituted


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
    elements: dict[str, Any] = {} if sid is None else {"Sid": sid}
    elements |= {
        "Effect": Allow,
        "Action": list(actions),
        "Resource": list(on) if isinstance(on, (list, tuple)) else [on],
    }
    if condition is not None:
        elements["Condition"] = condition
    return Statement(**elements)


class _Operator(ConditionElement):
    """An operator of IAM by its name."""

    def __init__(self, name: str, keys: Mapping[str, str | Sequence[str]]) -> None:
        super().__init__(
            {
                key: substituted(value)
                if isinstance(value, str)
                else [substituted(text) for text in value]
                for key, value in keys.items()
            }
        )
        self._name = name

    @property
    def condition(self) -> str:
        return self._name


def condition(
    operators: Mapping[str, Mapping[str, str | Sequence[str]]],
) -> Condition | None:
    """Return a condition of values by key by operator; None: there are none."""
    if not operators:
        return None
    return Condition([_Operator(name, keys) for name, keys in operators.items()])


def trust(service: Value, condition: Condition | None = None) -> PolicyDocument:
    """Allow an AWS service to assume a role."""
    elements: dict[str, Any] = {} if condition is None else {"Condition": condition}
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", [service]),
            Action=[sts.AssumeRole],
            **elements,
        )
    )


def from_account(account: Value, arns: Value | None = None) -> Condition:
    """Condition for requests on behalf of one account, and of certain resources in it.

    It prevents that another account uses the service as a confused deputy.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: list[ConditionElement] = [StringEquals({"aws:SourceAccount": account})]
    if arns is not None:
        conditions.append(ArnLike({"aws:SourceArn": arns}))
    return Condition(conditions)


def principals(named: Mapping[str, Sequence[Value]]) -> Principal:
    """Return principals of several kinds, which awacs' Principal does not support."""
    kind, names = next(iter(named.items()))
    principal = Principal(kind, list(names))
    principal.data = {kind: list(names) for kind, names in named.items()}
    return principal
