"""Capabilities that a template requires: to create IAM resources, or to run macros.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from collections.abc import Collection, Iterator

from cfn_pipeline.analysis.system import Resource, Template
from cfn_pipeline.aws.cloudformation import ACTION_MODES, IAM_TYPES
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES


def is_given(capability: str, given: Collection[str]) -> bool:
    """Whether the given capabilities include one that is required."""
    return capability in given or (
        capability == "CAPABILITY_IAM" and "CAPABILITY_NAMED_IAM" in given
    )


def needed_capabilities(template: Template, mode: str) -> Iterator[tuple[str, str]]:
    """Yield the capabilities that a deployment of a template requires, with the reason.

    Args:
        template: the template.
        mode: the ActionMode of the deployment.

    """
    named, plain = None, None
    for resource in template.resources.values():
        creates_role = resource.type.startswith("AWS::Serverless::") and _creates_role(
            resource, template
        )
        if resource.type not in IAM_TYPES and not creates_role:
            continue
        plain = plain or resource
        is_iam = resource.type in IAM_TYPES
        if is_iam and NAME_PROPERTIES.get(resource.type, "\0") in resource.properties:
            named = named or resource
    if named is not None:
        key = NAME_PROPERTIES[named.type]
        yield "CAPABILITY_NAMED_IAM", f"sets {key} of {named.logical_id}"
    elif plain is not None:
        yield "CAPABILITY_IAM", f"creates the IAM resource {plain.logical_id}"
    if template.transforms and ACTION_MODES[mode].expands_macros:
        yield "CAPABILITY_AUTO_EXPAND", f"uses the macro {template.transforms[0]}"


def _creates_role(resource: Resource, template: Template) -> bool:
    kind = resource.type.rsplit("::", 1)[-1]
    common = template.section("Globals").get(kind)
    return (
        kind in ("Function", "StateMachine")
        and "Role" not in resource.properties
        and not (isinstance(common, dict) and "Role" in common)
    )
