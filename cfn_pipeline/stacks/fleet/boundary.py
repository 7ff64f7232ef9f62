"""What no role of a fleet, and no role that one of these makes, can ever do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Sequence
from typing import Any

from troposphere import Sub, Template
from troposphere.iam import ManagedPolicy, Role

from cfn_pipeline.aws.iam import POLICY_VERSION
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.parameters import BOUNDARY
from cfn_pipeline.stacks.stack import Stack

#: The logical id.
BOUNDARY_POLICY = "Boundary"

#: Of the roles and policies of a fleet. No other role can change them.
FLEET_PATH = "/fleet/"

#: Services of which roles that deliver and deploy may be allowed anything: what each of them is
#: allowed is derived. IAM's own calls are listed below.
_SERVICES = (
    *("application-autoscaling", "autoscaling", "cloudformation", "cloudwatch", "codebuild"),
    *("codeconnections", "codepipeline", "codestar-connections", "ec2", "ecr", "ecs"),
    *("elasticfilesystem", "elasticloadbalancing", "events", "kms", "lambda", "logs", "rds", "s3"),
    *("scheduler", "secretsmanager", "servicediscovery", "sns", "sqs", "ssm", "ssmmessages"),
)

#: Changes that say nothing of what a role may do, or less.
_FREE = (
    *("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateServiceLinkedRole"),
    *("iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:DeleteRole", "iam:DetachRolePolicy"),
    *("iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile"),
    *("iam:Get*", "iam:List*", "iam:PassRole", "iam:RemoveRoleFromInstanceProfile"),
    *("iam:SetDefaultPolicyVersion", "iam:Tag*", "iam:Untag*", "iam:UpdateRoleDescription"),
)

#: Changes of what a role may do, or who may have it: of roles with a boundary only.
_BOUNDED = (
    *("iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"),
    *("iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
)


def boundary_of(fleet: Fleet) -> dict[str, str]:
    """Return the ARN of a fleet's boundary in long form: its name is the same in every account."""
    name = f"policy{FLEET_PATH}{fleet.boundary_name}"
    return {"Fn::Sub": f"arn:{ARNS.partition}:iam::{ARNS.account}:{name}"}


def fleet_role_arn(name: str, arns: Arns = ARNS) -> Value:
    """Return the ARN of a role in the path of fleets."""
    return arns.global_("iam", f"role{FLEET_PATH}{name}")


def within_fleet(template: Template, fleet: Fleet) -> None:
    """Put the roles of a template within the boundary of a fleet, unless they have one."""
    for resource in template.resources.values():
        if isinstance(resource, Role) and "PermissionsBoundary" not in resource.properties:
            resource.PermissionsBoundary = Sub(boundary_of(fleet)["Fn::Sub"])


def boundary_template(fleet: Fleet) -> Template:
    """Make the boundary. A person deploys it; no role of the fleet can change it."""
    stack = Stack(f"What roles of {fleet.where} can do at most", name=fleet.name)
    add_boundary(stack, fleet, stack=fleet.boundary_name, statements=[_ASSUME_ACTION_ROLES])
    return stack.template


def add_boundary(
    built: Stack, fleet: Fleet, *, stack: str, statements: Sequence[dict[str, Any]]
) -> None:
    """Add the boundary of the roles of a fleet in one account.

    Args:
        built: to which it is added.
        fleet: the fleet.
        stack: the name of this stack, which no role of the fleet can change.
        statements: what this account's boundary says besides.

    """
    first, *rest = _statements(fleet, stack)
    built.add(
        ManagedPolicy(
            BOUNDARY_POLICY,
            ManagedPolicyName=fleet.boundary_name,
            Path=FLEET_PATH,
            Description=f"What roles of {fleet.where} can do at most",
            PolicyDocument={
                "Version": POLICY_VERSION,
                "Statement": [first, *statements, *rest],
            },
        )
    )


_ASSUME_ACTION_ROLES = {
    "Sid": "AssumeActionRoles",
    "Effect": "Allow",
    "Action": ["sts:AssumeRole"],
    "Resource": [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::*:role{ROLE_PATH}*-{name}"}
        for name in ("action", "reader")
    ],
}


def _statements(fleet: Fleet, stack: str) -> list[dict[str, Any]]:
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}"
    boundary = boundary_of(fleet)
    existing = dict.fromkeys(
        arn for name, arn in fleet.parameters.items() if name.rpartition("/")[2] == BOUNDARY.title
    )
    # The boundaries of applications' own roles: each is in the stack of an environment.
    bounded: list[Any] = [
        boundary,
        {"Fn::Sub": f"{account}:policy/*-environment-PermissionsBoundary-*"},
        *existing,
    ]
    services = sorted({*_SERVICES, *fleet.services})
    own = {
        "Fn::Sub": f"arn:${{AWS::Partition}}:cloudformation:*:${{AWS::AccountId}}:stack/{stack}/*"
    }
    return [
        {
            "Sid": "DeployApplications",
            "Effect": "Allow",
            "Action": [f"{service}:*" for service in services],
            "Resource": ["*"],
        },
        {"Sid": "ManageIam", "Effect": "Allow", "Action": [*_FREE], "Resource": ["*"]},
        {
            "Sid": "ChangeBoundedRoles",
            "Effect": "Allow",
            "Action": [*_BOUNDED],
            "Resource": ["*"],
            "Condition": {"ArnLike": {"iam:PermissionsBoundary": bounded}},
        },
        {
            "Sid": "SetBoundary",
            "Effect": "Allow",
            "Action": ["iam:PutRolePermissionsBoundary"],
            "Resource": ["*"],
            "Condition": {"ArnEquals": {"iam:PermissionsBoundary": boundary}},
        },
        {
            "Sid": "ProtectBoundary",
            "Effect": "Deny",
            "Action": [
                *("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
                "iam:SetDefaultPolicyVersion",
            ],
            # Also those of other fleets in the account, and those that people have given.
            "Resource": [{"Fn::Sub": f"{account}:policy{FLEET_PATH}*-boundary"}, *existing],
        },
        {
            "Sid": "ProtectStackOfBoundary",
            "Effect": "Deny",
            "Action": [
                *("cloudformation:CreateChangeSet", "cloudformation:DeleteStack"),
                *("cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack"),
            ],
            "Resource": [own],
        },
    ]
