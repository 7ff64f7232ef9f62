"""The role with which a fleet's pipeline deploys what applications share."""

from collections.abc import Mapping, Sequence

from troposphere import Template

from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import Shared
from cfn_pipeline.stacks.fleet.boundary import within_fleet
from cfn_pipeline.stacks.fleet.delivery import Delivered, role_template, statements_for
from cfn_pipeline.stacks.fleet.pipeline import FleetStack

#: The template of such a role.
DELIVERY_FILE = "delivery.yml"


def shared_delivery_template(
    shared: Shared, fleet: Fleet, templates: Mapping[str, Template]
) -> Template:
    """Make the role that deploys what applications share, and nothing else.

    Args:
        shared: what they share.
        fleet: whose pipeline deploys it.
        templates: by file name.

    Raises:
        TemplateError: a resource type whose permissions are not known.

    """
    delivered = [
        Delivered(
            stack=f"{shared.name}-{file.removesuffix('.yml')}",
            region=None,
            template=template.to_dict(),
        )
        for file, template in templates.items()
    ]
    what = f"what applications of {shared.name} share"
    statements = statements_for(delivered, fleet, name=shared.name)
    template = role_template(shared.name, what, statements)
    within_fleet(template, fleet)
    return template


def name_of_shared(stacks: Sequence[FleetStack]) -> str:
    """Return the name of what applications share, by the stacks of it."""
    stack = stacks[0]
    return stack.stack.removesuffix(f"-{stack.target}")
