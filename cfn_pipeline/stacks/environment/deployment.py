"""CloudFormation's role for the stacks of certain templates, and the boundary of their roles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from awacs.aws import Condition, PolicyDocument, StringEqualsIfExists
from troposphere import Equals, If, Not, Ref
from troposphere.iam import ManagedPolicy

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.permissions import Permissions, derive
from cfn_pipeline.permissions.packing import pack
from cfn_pipeline.permissions.protection import changes_roles, protection
from cfn_pipeline.policies.documents import trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE
from cfn_pipeline.stacks.parameters import BOUNDARY
from cfn_pipeline.stacks.stack import Stack

PERMISSIONS_BOUNDARY = "PermissionsBoundary"

_HAS_BOUNDARY = "HasPermissionsBoundary"
_MAKES_BOUNDARY = "MakesPermissionsBoundary"


def permissions(
    templates: Sequence[Mapping[str, Any]],
    stacks: Sequence[str],
    *,
    export: str,
    boundary: bool = True,
    more: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
) -> Permissions:
    """Derive what deploying templates to stacks takes.

    Args:
        templates: in long form.
        stacks: the names of the stacks, or patterns of them.
        export: of the boundary's ARN, for messages.
        boundary: whether the templates' roles must have the boundary.
        more: actions that are allowed besides, on every resource, for what is not known; where
            these change roles or policies, those of deployment are denied.
        values: of the templates' parameters; absent: their defaults.

    Raises:
        TemplateError: a resource type whose permissions are not known, or more than a role can be
            allowed.

    """
    limit = _boundary().to_dict() if boundary else None
    needed = derive(templates, stacks=stacks, boundary=limit, parameters=values)
    accepted = ("note", "uncovered") if more else ("note",)
    lacking = [entry for entry in needed.unknown if entry.kind not in accepted]
    if lacking:
        lines = [f"{u.resource}: {u.type} is not covered: {u.remedy}" for u in lacking]
        kinds = {entry.kind for entry in lacking}
        if "change" in kinds:
            lines.append(
                f"the boundary of roles is !ImportValue {export}; boundary=False goes without one"
            )
        if "uncovered" in kinds:
            lines.append(
                "actions of types that are not known: permissions=, such as ['foo:CreateBar']"
            )
        raise TemplateError("\n".join(lines))
    if not more:
        return needed
    statement = {"Sid": "DeployOtherTypes", "Effect": "Allow", "Action": [*more], "Resource": ["*"]}
    is_protected = any(derived["Effect"] == "Deny" for derived in needed.statements)
    denied = protection(None) if changes_roles(more) and not is_protected else []
    return replace(needed, policies=pack([*needed.statements, statement, *denied]))


def add_deployment_role(
    stack: Stack,
    policies: Sequence[Mapping[str, Any]],
    *,
    deploys: str,
    name: Value | None = None,
    path: str | None = None,
) -> None:
    """Add CloudFormation's role, which can deploy certain stacks and nothing else.

    Args:
        stack: to which it is added.
        policies: what it is allowed.
        deploys: what it deploys, for descriptions, such as ``the stack orders-dev``.
        name: absent: CloudFormation makes one.
        path: of the role; absent: ``/``.

    """
    deployment_role = role(
        DEPLOYMENT_ROLE,
        name=name,
        description=f"CloudFormation, deploying {deploys}",
        trust=trust_cloudformation(),
        **present(path=path),
    )
    stack.add(
        deployment_role,
        *(
            ManagedPolicy(
                f"DeploymentPolicy{number}",
                # A policy whose description changes is replaced, so it has nothing that changes.
                Description=f"Permissions to deploy {deploys}",
                PolicyDocument=policy,
                Roles=[Ref(DEPLOYMENT_ROLE)],
            )
            for number, policy in enumerate(policies, 1)
        ),
    )


def trust_cloudformation() -> PolicyDocument:
    """Allow CloudFormation to assume a role; not each of its calls has a source account."""
    return trust(
        "cloudformation.amazonaws.com",
        Condition(StringEqualsIfExists("aws:SourceAccount", Ref("AWS::AccountId"))),
    )


def add_permissions_boundary(stack: Stack, document: Mapping[str, Any], *, deploys: str) -> None:
    """Add the boundary of the roles in the stacks, unless a parameter names one.

    Args:
        stack: to which it is added; its name begins the export's.
        document: what the boundary allows.
        deploys: of which stacks they are, for descriptions.

    """
    empty = Equals(stack.parameter(BOUNDARY), "")
    stack.template.add_condition(_HAS_BOUNDARY, Not(empty))
    stack.template.add_condition(_MAKES_BOUNDARY, empty)
    stack.add(
        ManagedPolicy(
            PERMISSIONS_BOUNDARY,
            Condition=_MAKES_BOUNDARY,
            Description=f"Permissions boundary of the roles in {deploys}",
            PolicyDocument=document,
        )
    )
    stack.output(
        PERMISSIONS_BOUNDARY,
        "ARN of the boundary of the application's roles",
        _boundary(),
        export=exports.boundary(stack.name),
    )


def _boundary() -> If:
    """Return the ARN of the boundary: the parameter's, or that of the one in the template."""
    return If(_HAS_BOUNDARY, Ref(BOUNDARY), Ref(PERMISSIONS_BOUNDARY))
