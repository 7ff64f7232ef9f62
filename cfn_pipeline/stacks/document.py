"""What templates have in common."""

from troposphere import AWSObject, Template

__all__ = ["add_resources", "keep", "new_template"]

FORMAT_VERSION = "2010-09-09"


def new_template(description: str) -> Template:
    """Make an empty template."""
    made = Template(Description=description)
    made.set_version(FORMAT_VERSION)
    return made


def add_resources(template: Template, *resources: AWSObject) -> None:
    """Add resources in the order in which they are to be read."""
    for resource in resources:
        template.add_resource(resource)


def keep(resource: AWSObject, policy: str) -> AWSObject:
    """Say what becomes of a resource that holds data when it is removed, or replaced.

    ``policy``: Retain, Snapshot (which deletes what it was taken of) or Delete. What is retained
    goes all the same when it was made by a deployment that failed, so that the next one can make
    it again.
    """
    resource.DeletionPolicy = "RetainExceptOnCreate" if policy == "Retain" else policy
    resource.UpdateReplacePolicy = policy
    return resource
