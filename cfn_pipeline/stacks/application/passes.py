"""Passes over the application's finished template."""

from troposphere import Sub
from troposphere.iam import InstanceProfile, Role
from troposphere.logs import LogGroup

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
    """Encrypt every log group with the environment's key; it is deleted with its stack."""
    for resource in stack.template.resources.values():
        if isinstance(resource, LogGroup):
            resource.KmsKeyId = stack.key
            resource.DeletionPolicy = resource.UpdateReplacePolicy = "Delete"
