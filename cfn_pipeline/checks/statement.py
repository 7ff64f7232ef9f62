"""The IAM statement that a role lacks, ready to copy."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.system import Resource, System, Template

#: What stands for a part of an ARN that is not known.
PLACEHOLDER = "<fill in>"

#: What stands for account and region of the pipeline in a template of another place.
_OF_PIPELINE = {
    "${AWS::AccountId}": "<account of the pipeline>",
    "${AWS::Region}": "<region of the pipeline>",
}


class Statement(NamedTuple):
    """A statement that allows what is lacking.

    Args:
        actions: the actions.
        resource: the ARN, perhaps with references of Fn::Sub and placeholders; None: a policy of a
            resource, which is about itself.
        service: the service to which a role is passed; default: no condition.
        principal: the ARN of the role or account root that a resource's policy lets in; default: it
            is a role's policy.

    """

    actions: tuple[str, ...]
    resource: str | None
    service: str | None = None
    principal: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as in a policy document of CloudFormation."""
        statement: dict[str, Any] = {"Effect": "Allow"}
        conditions: dict[str, Any] = {}
        if self.principal is not None:
            # The role may be made after the policy, and anew: only its account must exist.
            root = re.sub(":role/.*", ":root", self.principal)
            statement["Principal"] = {"AWS": _value(root)}
            if root != self.principal:
                conditions["ArnEquals"] = {"aws:PrincipalArn": _value(self.principal)}
        statement["Action"] = list(self.actions) if len(self.actions) > 1 else self.actions[0]
        if self.resource is not None:
            statement["Resource"] = _value(self.resource)
        if self.service is not None:
            conditions["StringEquals"] = {"iam:PassedToService": self.service}
        return statement | ({"Condition": conditions} if conditions else {})


def _value(text: str) -> Any:
    return {"Fn::Sub": text} if "${" in text else text


def statement_for(
    role: Resource, actions: Sequence[str], arn: str, system: System, service: str | None = None
) -> Statement:
    """Return the statement that a role lacks, as its own template would write it.

    Args:
        role: the role.
        actions: the actions that it may not call.
        arn: the resource, which may have unknown parts.
        system: the templates.
        service: the service to which a role is passed; default: no condition.

    """
    return Statement(tuple(actions), written_in(role.template, arn, system), service)


def written_in(template: Template, arn: str, system: System) -> str:
    """Return an ARN as a template would write it."""
    return "".join(part if is_known(part) else _reference(part, template, system) for part in arn)


def _reference(part: str, template: Template, system: System) -> str:
    """Return what an unknown part is in a template: a reference, or a placeholder."""
    shown = readable(part)
    if shown.startswith("${"):
        is_own = template.place is None or part in template.place
        return shown if is_own else _OF_PIPELINE.get(shown, shown)
    match system.unknowns.source_of(part):
        case (source, str(name)) | (source, "Ref", str(name)) if source is template:
            parameter = re.fullmatch(r"\{'Ref': '(\w+)'\}", name)
            name = parameter[1] if parameter else name
            if name in template.resources or name in template.section("Parameters"):
                return f"${{{name}}}"
        case _:
            pass
    return PLACEHOLDER
