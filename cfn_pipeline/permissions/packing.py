"""Divide statements into policies within the limits of IAM.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
from collections.abc import Sequence
from typing import Any

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions.statements import Statement
from cfn_pipeline.template.values import SUB_VARIABLE

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
_AN_ARN = "arn:aws-us-gov:iam::123456789012:policy/" + "x" * 128


def pack(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Divide statements among as few policies as keep their order.

    Raises:
        TemplateError: a statement that is too long for a policy, or too many for a role.

    """
    empty = _sizes(_document([]))
    policies: list[list[Statement]] = [[]]
    taken = empty
    for statement in statements:
        own = _sizes(statement)
        if max(_sum(empty, own)) > LONGEST:
            raise TemplateError(
                f"statement {statement['Sid']} has {size(statement)} characters; IAM allows at "
                f"most {LONGEST} in a policy; give fewer stacks, or a pattern for them"
            )
        grown = _sum(taken, own, (1, 1)) if policies[-1] else _sum(empty, own)  # 1: a comma
        if max(grown) > LONGEST:
            policies.append([])
            grown = _sum(empty, own)
        policies[-1].append(statement)
        taken = grown
    if len(policies) > MOST:
        raise TemplateError(
            f"the templates need {len(policies)} policies; IAM allows at most {MOST} for a role; "
            "use several roles, or a pattern for several stacks"
        )
    return [_document(policy) for policy in policies if policy]


def size(value: Any) -> int:
    """Return how long a policy is at most, white space aside: as it stands, and deployed."""
    return max(_sizes(value))


def _sizes(value: Any) -> tuple[int, int]:
    """Return the length as it stands, and as it is deployed."""
    stands, deployed = (
        len(json.dumps(v, separators=(",", ":"))) for v in (value, _deployed(value))
    )
    return stands, deployed


def _sum(*sizes: tuple[int, int]) -> tuple[int, int]:
    return sum(stands for stands, _ in sizes), sum(deployed for _, deployed in sizes)


def _deployed(value: Any) -> Any:
    match value:
        case {"Fn::Sub": str(text)}:
            return SUB_VARIABLE.sub(lambda part: _VALUES.get(part[1], _AN_ARN), text)
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
