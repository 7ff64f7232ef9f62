"""Passes over the application's finished template."""

from troposphere import ImportValue
from troposphere.iam import Role
from troposphere.logs import LogGroup

from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application.stack import ApplicationStack


def within_boundary(stack: ApplicationStack) -> None:
    """Give every role the permissions boundary that the stack of the roles exports.

    The deployment role cannot create a role without it.
    """
    for resource in stack.template.resources.values():
        if isinstance(resource, Role):
            resource.PermissionsBoundary = ImportValue(exports.boundary(stack.name))


def encrypt_log_groups(stack: ApplicationStack) -> None:
    """Encrypt every log group with the application's key; it is deleted with its stack."""
    for resource in stack.template.resources.values():
        if isinstance(resource, LogGroup):
            resource.KmsKeyId = stack.key
            resource.DeletionPolicy = resource.UpdateReplacePolicy = "Delete"
