"""What deployment roles are denied, whatever else they are allowed: changes of themselves.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

#: Of deployment roles. No role that an application's stack makes has it.
ROLE_PATH = "/deployment/"

_CHANGING_ROLES = (
    *("iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
    *("iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
)
_CHANGING_BOUNDARIES = ("iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary")
_CHANGING_POLICIES = (
    *("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
    "iam:SetDefaultPolicyVersion",
)


def protection(boundary: Any | None) -> list[dict[str, Any]]:
    """Return the statements that deny a deployment role changes of deployment roles.

    Args:
        boundary: the ARN of the boundary that the roles of its stacks must have, or a function
            that gives it: neither the policy nor what it bounds may change. None: they have none.

    """
    account = "arn:${AWS::Partition}:iam::${AWS::AccountId}:"
    # The stack of these policies is not one of those that are deployed, though it may be called
    # like them.
    policies = {"Fn::Sub": f"{account}policy/${{AWS::StackName}}-*"}
    roles = [
        {"Fn::Sub": f"{account}role{ROLE_PATH}*"},
        {"Fn::Sub": f"{account}role/${{AWS::StackName}}-*"},
    ]
    if boundary is None:
        return [
            _deny("ProtectOwnPolicies", _CHANGING_POLICIES, [policies]),
            _deny("ProtectOwnRoles", (*_CHANGING_ROLES, *_CHANGING_BOUNDARIES), roles),
        ]
    return [
        _deny("ProtectBoundary", _CHANGING_BOUNDARIES, ["*"]),
        _deny("ProtectOwnPolicies", _CHANGING_POLICIES, [boundary, policies]),
        _deny("ProtectOwnRoles", _CHANGING_ROLES, roles),
    ]


def changes_roles(actions: Iterable[str]) -> bool:
    """Whether one of the actions, which may have wildcards, is among those that are denied."""
    denied = [
        action.lower() for action in (*_CHANGING_ROLES, *_CHANGING_BOUNDARIES, *_CHANGING_POLICIES)
    ]
    return any(fnmatchcase(name, action.lower()) for action in actions for name in denied)


def _deny(sid: str, actions: Iterable[str], resources: list[Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Deny", "Action": sorted(actions), "Resource": resources}
