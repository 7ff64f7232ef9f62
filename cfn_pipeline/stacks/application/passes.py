"""Passes over the application's finished template."""

from collections.abc import Collection

from awacs import logs
from awacs.aws import Statement
from troposphere import GetAtt, Sub
from troposphere.iam import InstanceProfile, Role
from troposphere.logs import LogGroup

from cfn_pipeline.policies.keys import encrypt_logs
from cfn_pipeline.stacks.application.stack import ApplicationStack


def within_boundary(stack: ApplicationStack) -> None:
    """Give every role the permissions boundary of the environment.

    The deployment role cannot create a role without it.
    """
    for resource in stack.template.resources.values():
        if isinstance(resource, Role):
            resource.PermissionsBoundary = stack.boundary


def in_path_of_stack(stack: ApplicationStack) -> None:
    """Give every role the stack's name as its path.

    CloudFormation shortens the names that it makes, and with them the stack's, but no path. So the
    deployment role can be bound to the roles of its stack, whatever the length of names.
    """
    for resource in stack.template.resources.values():
        if isinstance(resource, (Role, InstanceProfile)):
            resource.Path = Sub("/${AWS::StackName}/")


def encrypt_log_groups(stack: ApplicationStack) -> None:
    """Encrypt every log group with the environment's key; it is deleted with its stack.

    The roles that write to one may use the key for that.
    """
    groups = {t for t, r in stack.template.resources.items() if isinstance(r, LogGroup)}
    for resource in stack.template.resources.values():
        if isinstance(resource, LogGroup):
            resource.KmsKeyId = stack.key
            resource.DeletionPolicy = resource.UpdateReplacePolicy = "Delete"
        elif isinstance(resource, Role):
            for policy in resource.properties.get("Policies", ()):
                statements = policy.PolicyDocument.Statement
                if any(_writes_to(groups, statement) for statement in statements):
                    through = stack.arns.service("logs")
                    statements.append(encrypt_logs(stack.key, through=through))


def _writes_to(groups: Collection[str], statement: Statement) -> bool:
    return logs.PutLogEvents in statement.Action and any(
        isinstance(arn, GetAtt) and arn.data["Fn::GetAtt"][0] in groups
        for arn in statement.Resource
    )
