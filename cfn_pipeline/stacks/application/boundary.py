"""The permissions boundary of the application's roles."""

from troposphere import Template
from troposphere.iam import Role

from cfn_pipeline.model.application import Application
from cfn_pipeline.stacks import exports

__all__ = ["within_boundary"]


def within_boundary(template: Template, application: Application) -> None:
    """Give every role that stands in the template the boundary that the roles' stack exports.

    The deployment role may make no role without it.
    """
    for resource in template.resources.values():
        if isinstance(resource, Role):
            resource.PermissionsBoundary = exports.take(exports.boundary(application.name))
