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
from cfn_pipeline.permissions.roles import Allowed
from cfn_pipeline.permissions.scoping import bound
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
    found = list(merged.values())
    for number, statement in enumerate(found):
        if statement["Sid"] in [other["Sid"] for other in found[:number]]:
            statement["Sid"] += str(number)
    document = {"Version": POLICY_VERSION, "Statement": found or [_nothing()]}
    if size(document) > LONGEST:
        raise TemplateError(
            f"the permissions boundary has {size(document)} characters; IAM allows at most "
            f"{LONGEST}; use an existing boundary and give its ARN"
        )
    return document


def _statement(entry: Allowed, stacks: Stacks) -> Statement:
    values = [resource_value(bound(arn, stack)) for arn in entry.arns for stack in stacks]
    unique = {json.dumps(value, sort_keys=True): value for value in values}
    statement: Statement = {
        "Sid": entry.sid,
        "Effect": "Allow",
        "Action": list(entry.actions),
        "Resource": [unique[key] for key in sorted(unique)],
    }
    if entry.condition:
        statement["Condition"] = entry.condition
    return statement


def _nothing() -> Statement:
    return {"Sid": "DenyEverything", "Effect": "Deny", "Action": ["*"], "Resource": ["*"]}
