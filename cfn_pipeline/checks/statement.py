"""The IAM statement that a role lacks, ready to copy."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.system import Resource, System, Template

#: What stands for a part of an ARN that is not known.
PLACEHOLDER = "<fill in>"


class Statement(NamedTuple):
    """A statement that allows what a role lacks.

    Args:
        actions: the actions.
        resource: the ARN, perhaps with references of Fn::Sub and placeholders.
        service: the service to which a role is passed; default: no condition.

    """

    actions: tuple[str, ...]
    resource: str
    service: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as in a policy document of CloudFormation."""
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": list(self.actions) if len(self.actions) > 1 else self.actions[0],
            "Resource": {"Fn::Sub": self.resource} if "${" in self.resource else self.resource,
        }
        if self.service is not None:
            statement["Condition"] = {"StringEquals": {"iam:PassedToService": self.service}}
        return statement


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
    text = "".join(
        part if is_known(part) else _reference(part, role.template, system) for part in arn
    )
    return Statement(tuple(actions), text, service)


def _reference(part: str, template: Template, system: System) -> str:
    """Return what an unknown part is in a template: a reference, or a placeholder."""
    shown = readable(part)
    if shown.startswith("${"):
        return shown
    match system.unknowns.source_of(part):
        case (source, str(name)) | (source, "Ref", str(name)) if source is template:
            parameter = re.fullmatch(r"\{'Ref': '(\w+)'\}", name)
            name = parameter[1] if parameter else name
            if name in template.resources or name in template.section("Parameters"):
                return f"${{{name}}}"
        case _:
            pass
    return PLACEHOLDER
