"""What templates have in common."""

from collections.abc import Mapping

from troposphere import AWSObject, Template

__all__ = ["add_resources", "keep", "new_template", "suppress"]

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

    ``policy``: Retain, Snapshot (which deletes what it was taken of) or Delete.
    """
    resource.DeletionPolicy = policy
    resource.UpdateReplacePolicy = policy
    return resource


def suppress(
    resource: AWSObject,
    *,
    checkov: Mapping[str, str] | None = None,
    guard: Mapping[str, str] | None = None,
    cfn_nag: Mapping[str, str] | None = None,
) -> AWSObject:
    """Tell checkers that a finding would be wrong to fix, with the reason beside its id.

    https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
    """
    metadata: dict[str, object] = {}
    if checkov:
        skipped = [{"id": rule, "comment": reason} for rule, reason in checkov.items()]
        metadata["checkov"] = {"skip": skipped}
    if guard:
        metadata["guard"] = {"SuppressedRules": dict(guard)}
    if cfn_nag:
        skipped = [{"id": rule, "reason": reason} for rule, reason in cfn_nag.items()]
        metadata["cdk_nag"] = {"rules_to_suppress": skipped}
    resource.Metadata = metadata
    return resource
