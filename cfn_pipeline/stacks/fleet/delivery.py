"""The roles with which a fleet's pipeline deploys the stacks that deliver one application.

There is one in the account of the pipeline, and one for each environment in another account.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Template
from troposphere.iam import ManagedPolicy

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.permissions import derive
from cfn_pipeline.permissions.packing import pack
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS
from cfn_pipeline.stacks.delivery.roles import BUILD_ROLE, PIPELINE_ROLE
from cfn_pipeline.stacks.environment.deployment import trust_cloudformation
from cfn_pipeline.stacks.fleet.boundary import FLEET_PATH, boundary_of
from cfn_pipeline.stacks.stack import Stack

DELIVERY_ROLE = "DeliveryRole"

#: The condition of such a statement lets it set the fleet's boundary, and no other.
_SETTING_BOUNDARY = "iam:PutRolePermissionsBoundary"


@frozen
class Delivered(Frozen):
    """A stack that delivers an application.

    Args:
        stack: its name.
        region: None: that of the pipeline.
        template: in long form.

    """

    stack: str
    region: str | None
    template: Mapping[str, Any]


def delivery_role_name(name: str) -> str:
    """Return the name of the role that deploys what delivers an application.

    ``name``: the application's; in another account, the name of the environment's stack.
    """
    return f"{name}-delivery"


def delivery_template(application: Application, delivered: Sequence[Delivered]) -> Template:
    """Make the role that deploys the stacks that deliver an application, and no others.

    What it is allowed is derived from their templates. The roles in them have the fleet's boundary.

    Args:
        application: which has a fleet.
        delivered: its stacks in the account of the pipeline.

    Raises:
        TemplateError: a resource type whose permissions are not known, or more stacks than a role
            can be allowed.

    """
    assert application.fleet is not None
    name = application.name
    statements = statements_for(delivered, application.fleet, name=name)
    return role_template(name, f"what delivers {name}", statements)


def environment_delivery_template(fleet: Fleet, stack: str, delivered: Delivered) -> Template:
    """Make the role that deploys the stack of an environment in another account, and no other.

    Args:
        fleet: which deploys it.
        stack: the name of the application's stack in the environment.
        delivered: the stack beside it, which the role deploys.

    Raises:
        TemplateError: as ``delivery_template``.

    """
    statements = merged(allowed(delivered, boundary_of(fleet)))
    return role_template(stack, f"what delivers {stack}", statements)


def statements_for(
    delivered: Sequence[Delivered], fleet: Fleet, *, name: str
) -> list[dict[str, Any]]:
    """Return what CloudFormation must be allowed for several stacks.

    Args:
        delivered: the stacks.
        fleet: of which their roles have the boundary.
        name: with which the names of these stacks begin.

    Raises:
        TemplateError: a resource type whose permissions are not known.

    """
    boundary = boundary_of(fleet)
    return merged(
        part
        for each in delivered
        for statement in allowed(each, boundary)
        for part in _without_imports(statement, name)
    )


def role_template(name: str, what: str, statements: Sequence[dict[str, Any]]) -> Template:
    """Make a role with which CloudFormation deploys certain stacks.

    Args:
        name: with which its name begins.
        what: what it deploys, in descriptions.
        statements: what it is allowed.

    Raises:
        TemplateError: more than a role can be allowed.

    """
    stack = Stack(f"Role that deploys {what}", name=name)
    stack.add(
        role(
            DELIVERY_ROLE,
            name=delivery_role_name(name),
            path=FLEET_PATH,
            description=f"CloudFormation, deploying {what}",
            trust=trust_cloudformation(),
        ),
        *(
            ManagedPolicy(
                f"DeliveryPolicy{number}",
                Path=FLEET_PATH,
                Description=f"Permissions to deploy {what}",
                PolicyDocument=policy,
                Roles=[Ref(DELIVERY_ROLE)],
            )
            for number, policy in enumerate(pack([*statements, *_protection()]), 1)
        ),
    )
    stack.output(DELIVERY_ROLE, f"ARN of {DELIVERY_ROLE}", GetAtt(DELIVERY_ROLE, "Arn"))
    return stack.template


def allowed(delivered: Delivered, boundary: Any) -> Iterator[dict[str, Any]]:
    """Yield what CloudFormation must be allowed for a stack, whose roles have a boundary.

    Raises:
        TemplateError: a resource type whose permissions are not known.

    """
    needed = derive([delivered.template], stacks=[delivered.stack], boundary=boundary, limit=False)
    lacking = [entry for entry in needed.unknown if entry.kind != "note"]
    if lacking:
        raise TemplateError(
            "\n".join(f"{u.resource}: {u.type} is not covered: {u.remedy}" for u in lacking)
        )
    for statement in needed.statements:
        if statement["Effect"] == "Allow":
            granted = _taking_over(statement)
            yield granted if delivered.region is None else _in_region(granted, delivered.region)


def _taking_over(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement that makes roles, so that it gives existing ones the boundary, too."""
    if "iam:CreateRole" not in statement["Action"]:
        return statement
    return {**statement, "Action": sorted([*statement["Action"], _SETTING_BOUNDARY])}


def _without_imports(statement: dict[str, Any], application: str) -> Iterator[dict[str, Any]]:
    """Yield what a statement says without the exports of stacks that this role deploys first.

    The key is known by its alias, and a role by the beginning of the name that CloudFormation
    gives it.
    """
    key = exports.key(application)
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role"
    roles = {
        exports.pipeline_role(application): f"{account}/{application}-iam-{PIPELINE_ROLE}-*",
        exports.build_role(application): f"{account}/{application}-iam-{BUILD_ROLE}-*",
    }
    rest = []
    for arn in statement["Resource"]:
        imported = arn.get("Fn::ImportValue") if isinstance(arn, dict) else None
        if imported == key:
            alias = {"kms:ResourceAliases": f"alias/{application}"}
            yield {
                **statement,
                "Sid": f"{statement['Sid']}ByAlias",
                "Resource": [ARNS.regional("kms", "key/*").to_dict()],
                "Condition": {
                    **statement.get("Condition", {}),
                    "ForAnyValue:StringEquals": alias,
                },
            }
        elif imported in roles:
            rest.append({"Fn::Sub": roles[imported]})
        else:
            rest.append(arn)
    if rest:
        yield {**statement, "Resource": rest}


def _in_region(statement: dict[str, Any], region: str) -> dict[str, Any]:
    moved: dict[str, Any] = json.loads(json.dumps(statement).replace("${AWS::Region}", region))
    return moved


def merged(statements: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return statements of several templates, those that differ in their resources as one."""
    merged: dict[str, dict[str, Any]] = {}
    for statement in statements:
        key = json.dumps([statement["Action"], statement.get("Condition")], sort_keys=True)
        known = merged.setdefault(key, {**statement, "Resource": []})
        known["Resource"] += [arn for arn in statement["Resource"] if arn not in known["Resource"]]
    taken: set[str] = set()
    for number, statement in enumerate(merged.values()):
        if statement["Sid"] in taken:
            statement["Sid"] += str(number)
        taken.add(statement["Sid"])
    return list(merged.values())


def _protection() -> Iterator[dict[str, Any]]:
    """Yield what the role is denied: changes of fleets, of boundaries, and of those who deploy."""
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    yield {
        "Sid": "ProtectFleet",
        "Effect": "Deny",
        "Action": [
            *("iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:CreateRole"),
            *("iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRole"),
            *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PassRole"),
            *("iam:PutRolePolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"),
            "iam:UpdateRole",
        ],
        "Resource": [
            {"Fn::Sub": f"{account}:role{FLEET_PATH}*"},
            {"Fn::Sub": f"{account}:policy{FLEET_PATH}*"},
        ],
    }
    yield {
        "Sid": "ProtectBoundary",
        "Effect": "Deny",
        "Action": ["iam:DeleteRolePermissionsBoundary"],
        "Resource": ["*"],
    }
