"""The template of a pipeline, before it is deployed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.analysis import pipelines as analysis
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.reading import read_files
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.name_forms import ACTION, ARTIFACT, PIPELINE, STAGE
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.pipeline import Action, Name

__all__ = ["PipelineTemplate", "read_pipeline"]


@dataclass(frozen=True, kw_only=True)
class PipelineTemplate:
    """A pipeline in its template.

    Args:
        file: the template's file.
        resource: the pipeline's resource.
        actions: its actions, as far as they are known before it is deployed.
        is_complete: whether all of them are known.
        names: of the pipeline, its stages, actions and artifacts, as far as they are known.

    """

    file: Path
    resource: Resource
    actions: Sequence[Action]
    is_complete: bool
    names: Sequence[Name] = ()

    @property
    def name(self) -> str:
        """The pipeline's name if it is a literal, else the template's."""
        name = self.resource.properties.get("Name")
        return name if isinstance(name, str) else self.file.name.partition(".")[0]


def read_pipeline(file: Path, logical_id: str | None) -> PipelineTemplate:
    """Return the pipeline of a template.

    Args:
        file: the template's file.
        logical_id: of the pipeline; None: the template has only one.

    Raises:
        TemplateError: the file is not a template.
        RehearsalError: the template has no such pipeline, or several.

    """
    system = read_files([file], {})
    resources = {resource.logical_id: resource for resource in system.resources(analysis.PIPELINE)}
    if logical_id is not None and logical_id not in resources:
        raise RehearsalError(
            f"--pipeline {logical_id}: {file} has no such pipeline; it has "
            f"{', '.join(resources) or 'none'}"
        )
    if not resources:
        raise RehearsalError(f"{file} has no resource of the type {analysis.PIPELINE}")
    if logical_id is None and len(resources) > 1:
        raise RehearsalError(
            f"{file} has the pipelines {', '.join(resources)}; choose one with --pipeline"
        )
    resource = next(iter(resources.values())) if logical_id is None else resources[logical_id]
    return _described(file, resource)


def _described(file: Path, resource: Resource) -> PipelineTemplate:
    """Return the pipeline with the actions of its scenarios."""
    shapes = [
        each
        for each in analysis.pipelines(System(templates=[resource.template]))
        if each.resource is resource
    ]
    actions = [
        Action(
            stage=action.stage.name or "",
            name=action.name or "",
            category=action.category or "",
            owner="",
            provider=action.provider or "",
            outputs=[artifact.name for artifact in action.outputs],
        )
        for shape in shapes
        for action in shape.actions
    ]
    is_complete = (
        len(shapes) == 1
        and shapes[0].is_whole
        and all(action.category and action.provider for action in actions)
        and all(is_known(name) for a in actions for name in (a.stage, *a.source_names))
    )
    return PipelineTemplate(
        file=file,
        resource=resource,
        actions=actions,
        is_complete=is_complete,
        names=list(dict.fromkeys(name for shape in shapes for name in _names(shape))),
    )


def _names(shape: analysis.Pipeline) -> Iterator[Name]:
    """Yield the names of a scenario that are known."""
    name = shape.resource.properties.get("Name")
    if isinstance(name, str):
        yield Name(PIPELINE, name, shape.where)
    for stage in shape.stages:
        if is_known(stage.name):
            yield Name(STAGE, stage.name, shape.where)
    for action in shape.actions:
        if is_known(action.name):
            yield Name(ACTION, action.name, action.stage.where)
        for artifact in (*action.inputs, *action.outputs):
            if is_known(artifact.name):
                yield Name(ARTIFACT, artifact.name, action.where)
