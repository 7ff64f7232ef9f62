"""The pictures of templates that are deployed together."""

from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.system import System
from cfn_pipeline.diagrams.pictures import Picture
from cfn_pipeline.diagrams.pipelines import pipeline_picture
from cfn_pipeline.diagrams.stacks import stack_picture
from cfn_pipeline.errors import TemplateError

#: What a template is drawn as.
SUBJECTS = ("pipeline", "stack")


def pictures(system: System, subject: str | None = None) -> list[Picture]:
    """Return the pictures of templates, in their order.

    Args:
        system: the templates.
        subject: ``pipeline`` or ``stack``; None: pipelines where a template has some, and the
            stack where it has none.

    Raises:
        TemplateError: there is nothing to draw.

    """
    drawn: list[Picture] = []
    every = _largest(system)
    for template in system.templates:
        own = [each for each in every if each.resource.template is template]
        if subject != "stack":
            drawn += map(pipeline_picture, own)
        if subject == "stack" or (subject is None and not own):
            picture = stack_picture(template, system)
            drawn += [picture] if picture.parts else []
    if not drawn:
        names = [each.file for each in system.templates] + [each.file for each in system.unreadable]
        what = "no pipeline" if subject == "pipeline" else "no resource with a type"
        raise TemplateError(f"{', '.join(names)}: {what}; give a template that has one")
    return drawn


def _largest(system: System) -> list[Pipeline]:
    """Return each pipeline once: of its scenarios, the one with the most actions."""
    largest: dict[tuple[str, str], Pipeline] = {}
    for pipeline in pipelines(system):
        key = pipeline.resource.template.file, pipeline.resource.logical_id
        before = largest.get(key)
        if before is None or len(before.actions) < len(pipeline.actions):
            largest[key] = pipeline
    return list(largest.values())
