"""Divide statements into policies within the limits of IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from collections.abc import Sequence
from typing import Any

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions.statements import Statement
from cfn_pipeline.template.values import replace_variables


class TooManyPoliciesError(TemplateError):
    """More policies than a role can have."""


#: Maximum characters of a managed policy, without white space.
LONGEST = 6144

#: Maximum managed policies of a role.
MOST = 10

#: The longest values of pseudo parameters.
_VALUES = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws-us-gov",
    "AWS::Region": "ap-southeast-2",
    "AWS::URLSuffix": "amazonaws.com.cn",
}
#: How long something is as it stands, and as it is deployed.
_Sizes = tuple[int, int]

_AN_ARN = "arn:aws-us-gov:iam::123456789012:policy/" + "x" * 128


def pack(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Divide statements among as few policies as keep their order, or else as few as there can be.

    A statement that is too long for a policy is divided, too.

    Raises:
        TemplateError: an ARN that is too long for a policy, or too many for a role.

    """
    empty = _sizes(_document([]))
    parts = [part for statement in statements for part in _divided(statement, max(empty))]
    policies = _filled(parts, empty, first_fit=False)
    if len(policies) > MOST:
        policies = _filled(parts, empty, first_fit=True)
    if len(policies) > MOST:
        raise TooManyPoliciesError(
            f"the templates need {len(policies)} policies; IAM allows at most {MOST} for a role; "
            "use names that start with the stack's, a pattern for several stacks, or several "
            "stacks with a role for each"
        )
    return [_document(policy) for policy in policies]


def _filled(
    parts: Sequence[tuple[Statement, _Sizes]], empty: _Sizes, *, first_fit: bool
) -> list[list[Statement]]:
    """Put each statement into the last policy, or into the first in which there is room."""
    policies: list[list[Statement]] = []
    taken: list[_Sizes] = []
    for statement, own in parts:
        start = 0 if first_fit else max(0, len(policies) - 1)
        for number in range(start, len(policies)):
            grown = _sum(taken[number], own, (1, 1))  # 1: a comma
            if max(grown) <= LONGEST:
                policies[number].append(statement)
                taken[number] = grown
                break
        else:
            policies.append([statement])
            taken.append(_sum(empty, own))
    return policies


def _divided(statement: Statement, empty: int) -> list[tuple[Statement, _Sizes]]:
    """Return a statement as such, or several that say the same, each of which fits a policy.

    Args:
        statement: the statement.
        empty: how long a policy is without statements.

    """
    room = LONGEST - empty
    sizes = _sizes(statement)
    if max(sizes) <= room:
        return [(statement, sizes)]
    lists = ("Resource", "Action")
    longer = max(lists, key=lambda key: size(statement[key]))
    rest = size({**statement, longer: [], "Sid": f"{statement['Sid']}0000"})
    chunks: list[list[Any]] = [[]]
    length = rest
    for value in statement[longer]:
        own = size(value) + 1
        if length + own > room and chunks[-1]:
            chunks.append([])
            length = rest
        if length + own > room:
            raise TemplateError(
                f"statement {statement['Sid']} has {size(statement)} characters; IAM allows at "
                f"most {LONGEST} in a policy; give fewer stacks, or a pattern for them"
            )
        chunks[-1].append(value)
        length += own
    divided = [
        {**statement, "Sid": f"{statement['Sid']}Part{number}", longer: chunk}
        for number, chunk in enumerate(chunks, 1)
    ]
    return [(part, _sizes(part)) for part in divided]


def size(value: Any) -> int:
    """Return how long a policy is at most, white space aside: as it stands, and deployed."""
    return max(_sizes(value))


def _sizes(value: Any) -> _Sizes:
    """Return the length as it stands, and as it is deployed."""
    stands, deployed = (
        len(json.dumps(v, separators=(",", ":"))) for v in (value, _deployed(value))
    )
    return stands, deployed


def _sum(*sizes: _Sizes) -> _Sizes:
    return sum(stands for stands, _ in sizes), sum(deployed for _, deployed in sizes)


def _deployed(value: Any) -> Any:
    match value:
        case {"Fn::Sub": str(text)}:
            return replace_variables(text, lambda name: _VALUES.get(name, _AN_ARN))
        case {"Ref": str(name)} if name in _VALUES:
            return _VALUES[name]
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::ImportValue": _} | {"Fn::If": _}:
            return _AN_ARN
        case dict():
            return {key: _deployed(inside) for key, inside in value.items()}
        case list():
            return [_deployed(inside) for inside in value]
        case _:
            return value


def _document(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": POLICY_VERSION, "Statement": list(statements)}
