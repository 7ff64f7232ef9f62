"""Actions with which a principal can get more rights than it has.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from collections.abc import Mapping

#: What each action gives its holder.
RAISING: Mapping[str, str] = {
    "codebuild:UpdateProject": "runs commands with a project's role",
    "iam:AddUserToGroup": "gives a group's permissions to a user",
    "iam:AttachGroupPolicy": "attaches any policy to a group",
    "iam:AttachRolePolicy": "attaches any policy to a role",
    "iam:AttachUserPolicy": "attaches any policy to a user",
    "iam:CreateAccessKey": "makes credentials of a user",
    "iam:CreateLoginProfile": "makes a password of a user",
    "iam:CreatePolicyVersion": "changes what a policy allows",
    "iam:CreateRole": "makes roles",
    "iam:CreateUser": "makes users",
    "iam:DeleteRolePermissionsBoundary": "takes the boundary from a role",
    "iam:DeleteUserPermissionsBoundary": "takes the boundary from a user",
    "iam:PassRole": "hands a role to a service, which acts with it",
    "iam:PutGroupPolicy": "writes the policies of a group",
    "iam:PutRolePermissionsBoundary": "sets the boundary of a role",
    "iam:PutRolePolicy": "writes the policies of a role",
    "iam:PutUserPermissionsBoundary": "sets the boundary of a user",
    "iam:PutUserPolicy": "writes the policies of a user",
    "iam:SetDefaultPolicyVersion": "changes what a policy allows",
    "iam:UpdateAssumeRolePolicy": "opens a role to others",
    "iam:UpdateLoginProfile": "sets the password of a user",
    "kms:CreateGrant": "hands the use of a key to others",
    "kms:PutKeyPolicy": "writes the policy of a key",
    "lambda:UpdateFunctionCode": "runs code with a function's role",
    "sts:AssumeRole": "acts with another role",
    "sts:AssumeRoleWithSAML": "acts with another role",
    "sts:AssumeRoleWithWebIdentity": "acts with another role",
}
