"""What CloudFormation is allowed where it makes the roles of a fleet."""

from typing import Any

#: Changes of what a role may do, or who may have it.
CHANGING_ROLES = (
    *("iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePolicy"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DetachRolePolicy"),
    *("iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"),
    *("iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
)


def change_roles(roles: Any, policies: Any, *, boundary: Any) -> list[dict[str, Any]]:
    """Return the statements for making and changing roles, which have a boundary.

    Args:
        roles: the ARN of the roles, a pattern.
        policies: the same of their policies.
        boundary: the ARN of the boundary.

    """
    within = {"ArnEquals": {"iam:PermissionsBoundary": boundary}}
    return [
        {
            "Sid": "ReadRolesAndPolicies",
            "Effect": "Allow",
            "Action": [
                *("iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy"),
                *("iam:ListAttachedRolePolicies", "iam:ListEntitiesForPolicy"),
                *("iam:ListPolicyTags", "iam:ListPolicyVersions", "iam:ListRolePolicies"),
                "iam:ListRoleTags",
            ],
            "Resource": [roles, policies],
        },
        {
            "Sid": "ChangeRoles",
            "Effect": "Allow",
            "Action": [
                *("iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRoleDescription"),
            ],
            "Resource": [roles],
        },
        {
            "Sid": "ChangeRolesWithinBoundary",
            "Effect": "Allow",
            "Action": [
                *("iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
                *("iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"),
                *("iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
            ],
            "Resource": [roles],
            "Condition": within,
        },
        {
            "Sid": "AttachPolicies",
            "Effect": "Allow",
            "Action": ["iam:AttachRolePolicy"],
            "Resource": [roles],
            "Condition": {"ArnEquals": within["ArnEquals"], "ArnLike": {"iam:PolicyARN": policies}},
        },
        {
            "Sid": "ChangePolicies",
            "Effect": "Allow",
            "Action": [
                *("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy"),
                *("iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:TagPolicy"),
                "iam:UntagPolicy",
            ],
            "Resource": [policies],
        },
        {
            "Sid": "ProtectBoundary",
            "Effect": "Deny",
            "Action": [
                *("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
                *("iam:DeleteRolePermissionsBoundary", "iam:SetDefaultPolicyVersion"),
            ],
            "Resource": [boundary, roles],
        },
    ]
