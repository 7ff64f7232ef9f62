"""What a stack is in a picture."""

from pathlib import PurePath

from cfn_pipeline.analysis.system import Resource, System, Template
from cfn_pipeline.aws.data_stores import DATA
from cfn_pipeline.diagrams.exposure import is_public
from cfn_pipeline.diagrams.parts import PARTS, part_of, spoken
from cfn_pipeline.diagrams.pictures import PartBox, ResourceBox, StackPicture
from cfn_pipeline.diagrams.references import references


def stack_picture(template: Template, system: System) -> StackPicture:
    """Return the picture of the stack that a template describes."""
    by_part: dict[str, list[ResourceBox]] = {part: [] for part in PARTS}
    for resource in template.resources.values():
        by_part[part_of(resource.type)].append(_resource_box(resource, system))
    return StackPicture(
        name=PurePath(template.file).name,
        parts=[PartBox(name=part, resources=boxes) for part, boxes in by_part.items() if boxes],
    )


def _resource_box(resource: Resource, system: System) -> ResourceBox:
    condition = resource.body.get("Condition")
    return ResourceBox(
        name=resource.logical_id,
        type=spoken(resource.type),
        data=DATA.get(resource.type, "").split(",")[0],
        is_public=is_public(resource, system),
        condition=condition if isinstance(condition, str) else "",
        references=references(resource),
    )
