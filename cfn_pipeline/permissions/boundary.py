"""The permissions boundary: the most that a template's own roles may ever do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import json
from collections.abc import Sequence
from typing import Any

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions.packing import LONGEST, size
from cfn_pipeline.permissions.patterns import Stacks
from cfn_pipeline.permissions.references import bound
from cfn_pipeline.permissions.roles import Allowed
from cfn_pipeline.permissions.shortening import reading_by_verb, shorter
from cfn_pipeline.permissions.statements import Statement, resource_value


def boundary(allowed: Sequence[Allowed], stacks: Stacks) -> dict[str, Any]:
    """Return a policy that allows exactly what the roles of templates are allowed.

    What names a resource of a stack is bound to the stacks' names.

    Raises:
        TemplateError: the roles are allowed more than fits into a policy.

    """
    merged: dict[str, Statement] = {}
    for entry in allowed:
        statement = _statement(entry, stacks)
        key = json.dumps([statement["Resource"], statement.get("Condition")], sort_keys=True)
        known = merged.setdefault(key, statement)
        if known["Sid"] != statement["Sid"] and known["Resource"] == ["*"]:
            known["Sid"] = "AllowOnAnyResource"
        known["Action"] = sorted({*known["Action"], *statement["Action"]})
    found = _named(list(merged.values()))
    if size(_document(found)) > LONGEST:
        found = shorter(found, stacks)
    if size(_document(found)) > LONGEST:
        found = reading_by_verb(found)
    document = _document(found or [_nothing()])
    if size(document) > LONGEST:
        raise TemplateError(
            f"the permissions boundary has {size(document)} characters; IAM allows at most "
            f"{LONGEST}; use an existing boundary and give its ARN"
        )
    return document


def _document(found: Sequence[Statement]) -> dict[str, Any]:
    return {"Version": POLICY_VERSION, "Statement": list(found)}


def _named(found: list[Statement]) -> list[Statement]:
    """Give each statement an id of its own."""
    taken: set[str] = set()
    for number, statement in enumerate(found):
        if statement["Sid"] in taken:
            statement["Sid"] += str(number)
        taken.add(statement["Sid"])
    return found


def _statement(entry: Allowed, stacks: Stacks) -> Statement:
    # What is imported by a name that is not known may be anything.
    arns = [bound(arn, stack) or "*" for arn in entry.arns for stack in stacks]
    values = [resource_value(arn) for arn in arns]
    unique = {json.dumps(value, sort_keys=True): value for value in values}
    statement: Statement = {
        "Sid": entry.sid,
        "Effect": "Allow",
        "Action": list(entry.actions),
        "Resource": [unique[key] for key in sorted(unique)],
    }
    if entry.condition:
        statement["Condition"] = {
            operator: {key: _bound(value, stacks) for key, value in keys.items()}
            for operator, keys in entry.condition.items()
        }
    return statement


def _bound(value: Any, stacks: Stacks) -> Any:
    """Return a condition's value as it is in the stacks: patterns, or what is the same in all."""
    if not isinstance(value, tuple):
        return value
    arns = [bound(arn, stack) or "*" for arn in value for stack in stacks]
    unique = {json.dumps(arn): resource_value(arn) for arn in arns}
    return [*unique.values()]


def _nothing() -> Statement:
    return {"Sid": "DenyEverything", "Effect": "Deny", "Action": ["*"], "Resource": ["*"]}
