"""The elements of policies: documents, statements, trust, conditions, principals."""

from collections.abc import Mapping, Sequence
from typing import Any

from awacs import sts
from awacs.aws import (
    Action,
    Allow,
    ArnEquals,
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


class Roles:
    """Roles of other accounts, as policies of resources name them before the roles exist.

    A policy that names a role itself is refused until the role exists, and means another role when
    that one is created again. So it names the accounts, and binds them to the roles' names.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

    Args:
        accounts: the ARNs of their accounts.
        arns: the ARNs of the roles.
        are_patterns: whether the ARNs have wildcards.

    """

    def __init__(
        self, accounts: Sequence[Value], arns: Sequence[Value], *, are_patterns: bool = False
    ) -> None:
        self.accounts = list(accounts)
        self.arns = list(arns)
        self._compare = ArnLike if are_patterns else ArnEquals

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.arns)

    def allow(
        self,
        *actions: Action,
        on: Sequence[Value] | None,
        sid: str,
        conditions: Sequence[ConditionElement] = (),
    ) -> Statement:
        """Allow them actions; ``on``: resources, or None where a policy has only its own."""
        resources = {} if on is None else {"Resource": list(on)}
        return Statement(
            Sid=sid,
            Effect=Allow,
            Principal=Principal("AWS", self.accounts),
            Action=list(actions),
            **resources,
            Condition=Condition([self._compare({"aws:PrincipalArn": self.arns}), *conditions]),
        )


def principals(named: Mapping[str, Sequence[Value]]) -> Principal:
    """Return principals of several kinds, which awacs' Principal does not support."""
    kind, names = next(iter(named.items()))
    principal = Principal(kind, list(names))
    principal.data = {kind: list(names) for kind, names in named.items()}
    return principal
