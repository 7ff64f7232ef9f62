"""Permissions derived from templates, and what is known of them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.permissions import catalogue, tables
from cfn_pipeline.permissions.boundary import boundary as limit_of
from cfn_pipeline.permissions.needs import Need, Unknown
from cfn_pipeline.permissions.packing import TooManyPoliciesError, pack
from cfn_pipeline.permissions.statements import BOUNDED, Statement, joined, statements
from cfn_pipeline.permissions.template_needs import needs_of

_STACK = re.compile(r"[A-Za-z][A-Za-z0-9*-]{0,127}")


@frozen
class Unbound(Frozen):
    """A write action that is allowed on ``*``, and the reason."""

    action: str
    reason: str


@frozen
class Permissions(Frozen):
    """The permissions that a role needs to deploy templates.

    Args:
        policies: documents of managed policies, in order; each fits into one.
        boundary: the document of the permissions boundary for the templates' own roles; None:
            they make none.
        unknown: resources whose permissions are not known, and what to do about them.

    """

    policies: Sequence[Mapping[str, Any]]
    boundary: Mapping[str, Any] | None
    unknown: Sequence[Unknown]

    @property
    def statements(self) -> list[Statement]:
        """The statements of all policies."""
        return [statement for policy in self.policies for statement in policy["Statement"]]

    @property
    def actions(self) -> dict[str, list[str]]:
        """The allowed actions, with the ARNs on which they can be, as text."""
        actions: dict[str, set[str]] = {}
        for statement in self.statements:
            if statement["Effect"] == "Allow":
                arns = {_shown(arn) for arn in statement["Resource"]}
                for action in statement["Action"]:
                    on = {arn for arn in arns if catalogue.can_be_on(action, arn)}
                    actions.setdefault(action, set()).update(on or arns)
        return {action: sorted(arns) for action, arns in sorted(actions.items())}

    @property
    def unbound(self) -> list[Unbound]:
        """The write actions that are allowed on ``*``."""
        return [
            Unbound(action=action, reason=tables.UNSCOPED.get(action, "AWS allows it on * only"))
            for action, arns in self.actions.items()
            if "*" in arns and catalogue.access(action) not in catalogue.READING
        ]


def derive(
    templates: Sequence[Mapping[str, Any]],
    *,
    stacks: Sequence[str],
    boundary: Any | None = None,
    parameters: Mapping[str, str] | None = None,
    limit: bool = True,
) -> Permissions:
    """Derive the least permissions that a role needs to deploy templates.

    Args:
        templates: in long form, as ``load`` returns them; each may be deployed to each stack.
        stacks: the names of the stacks, or patterns of them, such as ``orders-*``.
        boundary: the ARN of the permissions boundary that the templates' roles have, or a
            function that gives it; default: the roles have none, and may be created without one.
        parameters: values of the templates' parameters; default: those of the templates.
        limit: whether the boundary's document is derived, too; False: it exists.

    Raises:
        TemplateError: a stack's name that binds nothing, a name with a wildcard, or more than a
            role can be allowed.

    """
    for stack in stacks:
        if not _STACK.fullmatch(stack):
            raise TemplateError(
                f"invalid stack {stack!r}: use a name, or a pattern that starts with a name, such "
                "as 'orders-*': a letter, then letters, digits, - and *, at most 128"
            )
    if not stacks:
        raise TemplateError("stacks must not be empty; give a name or a pattern")
    each = [needs_of(template, parameters) for template in templates]
    policies, notes = _packed(statements(each, stacks, boundary), stacks)
    makes_roles = any(need.action in BOUNDED for needed in each for need in needed.needs)
    document = None
    if makes_roles and boundary is not None and limit:
        document = limit_of([entry for needed in each for entry in needed.allowed], stacks)
    bounded = boundary is not None
    unknown = [entry for needed in each for entry in needed.unknown(stacks, bounded=bounded)]
    return Permissions(policies=policies, boundary=document, unknown=[*unknown, *notes])


def _packed(
    statements: Sequence[Statement], stacks: Sequence[str]
) -> tuple[list[dict[str, Any]], list[Unknown]]:
    """Return policies, with the names that begin as the stacks' joined where they are too many."""
    try:
        return pack(statements), []
    except TooManyPoliciesError:
        policies = pack(joined(statements, stacks))
    remedy = (
        "more names than a role's policies hold: those that begin with the stack's are allowed "
        "by that beginning"
    )
    return policies, [Unknown(resource=", ".join(stacks), type="names", remedy=remedy, kind="note")]


def explain(templates: Sequence[Mapping[str, Any]], action: str) -> list[Need]:
    """Return why an action is allowed: resource, operation and source of each need.

    Args:
        templates: in long form.
        action: such as ``ecs:CreateService``; upper and lower case do not matter.

    """
    every = [need for template in templates for need in needs_of(template).needs]
    found = [need for need in every if need.action.lower() == action.lower()]
    if found or action.lower() != "iam:createservicelinkedrole":
        return found
    return [
        Need(
            action="iam:CreateServiceLinkedRole",
            resource=type_,
            type=type_,
            operation="create",
            source=f"the service-linked role of {', '.join(services)}",
        )
        for type_, services in tables.SERVICE_LINKED.items()
        if any(need.type == type_ for need in every)
    ]


def template_of(permissions: Permissions, description: str) -> dict[str, Any]:
    """Return a template with managed policies for a deployment role.

    ``description`` is the template's; the policies' never changes, since IAM replaces a policy
    whose description does. The boundary is among them where there is one, under the name
    PermissionsBoundary.
    """
    resources = {
        f"DeploymentPolicy{number}": _managed(policy, "What deploying takes")
        for number, policy in enumerate(permissions.policies, 1)
    }
    if permissions.boundary is not None:
        limit = "The most that what is deployed may do"
        resources["PermissionsBoundary"] = _managed(permissions.boundary, limit)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Resources": resources,
        "Outputs": {name: {"Value": {"Ref": name}} for name in resources},
    }


def _managed(policy: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Description": description, "PolicyDocument": policy},
    }


def _shown(arn: Any) -> str:
    if isinstance(arn, dict) and isinstance(arn.get("Fn::Sub"), str):
        return str(arn["Fn::Sub"])
    return arn if isinstance(arn, str) else json.dumps(arn)
