"""What a pipeline needs around it, told from the templates: stacks, exports, secrets."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import PIPELINE, pipelines
from cfn_pipeline.analysis.reading import Folder, read_files, template_files
from cfn_pipeline.analysis.resolving import exporters, text_of
from cfn_pipeline.analysis.system import Artifact, Resource, System, Template
from cfn_pipeline.errors import RehearsalError, TemplateError
from cfn_pipeline.rehearsal.preparation.lookups import nodes, parameters_in, secrets_in

__all__ = ["Surroundings", "pipeline_in", "surroundings_of"]


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is deployed before a pipeline runs.

    Args:
        pipeline: the pipeline, in its template.
        before: the templates whose stacks must be there before the pipeline's, in order.
        after: those that need the pipeline's stack, in order.
        deployed: the templates that the pipeline deploys, as far as they can be told.
        stacks: the names of the stacks that it deploys, likewise.
        exports: the names of exports that none of the templates has.
        secrets: the keys that are read of secrets, by the secret's name.
        parameters: the names of parameters in SSM's store that are read.

    """

    pipeline: Resource
    before: Sequence[Template]
    after: Sequence[Template]
    deployed: Sequence[Template]
    stacks: Collection[str]
    exports: Sequence[str]
    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parameters: Sequence[str] = ()

    @property
    def declared(self) -> set[str]:
        """The names of all parameters of all templates."""
        templates = [*self.before, self.pipeline.template, *self.after, *self.deployed]
        return {name for template in templates for name in template.section("Parameters")}


def pipeline_in(template: Path, chosen: str | None) -> Resource:
    """Return the pipeline of a template.

    Args:
        template: the template's file.
        chosen: the logical id of the pipeline; None: there is just one.

    Raises:
        TemplateError: the file cannot be read, or is no template.
        RehearsalError: it has no pipeline, or several.

    """
    system = read_files([template], {})
    found = {resource.logical_id: resource for resource in system.resources(PIPELINE)}
    if chosen is not None:
        if chosen not in found:
            raise RehearsalError(
                f"--pipeline {chosen}: {template} has no such pipeline; it has "
                f"{', '.join(found) or 'none'}"
            )
        return found[chosen]
    if not found:
        raise RehearsalError(
            f"{template} is no pipeline's template: none of its resources is an {PIPELINE}"
        )
    if len(found) > 1:
        raise RehearsalError(
            f"{template} has the pipelines {', '.join(found)}; choose one with --pipeline"
        )
    return next(iter(found.values()))


def surroundings_of(
    pipeline: Resource,
    template: Path,
    others: Sequence[Path],
    sources: Mapping[str, Path],
) -> Surroundings:
    """Return what a pipeline needs around it.

    Args:
        pipeline: the pipeline.
        template: the file of its template.
        others: further templates that are to be deployed; those of the template's folder are
            considered anyway, and deployed where something needs them.
        sources: folders with what the pipeline will find, by artifact or source action.

    Raises:
        TemplateError: one of the others is no template.
        RehearsalError: templates need each other.

    """
    given = list(read_files(list(others), {}).templates)
    named = {Path(file).resolve() for file in (template, *others)}
    siblings = [
        t
        for path in template_files(template.parent)
        if path.resolve() not in named
        for t in _read(path)
    ]
    artifacts = [
        Artifact(name=name, files=Folder(sources[source]), shown=f"{name}::")
        for name, source in _artifacts(pipeline, sources).items()
    ]
    system = System(templates=[pipeline.template, *given, *siblings], artifacts=artifacts)
    deployed = _deployed(system, pipeline)
    contents = [content.content for content in deployed]
    # What the pipeline deploys is not deployed before, also where it lies beside the template.
    around = [t for t in siblings if t.content not in contents]
    known = System(templates=[pipeline.template, *given, *around], artifacts=artifacts)
    needs, exports = _needs(known, [pipeline.template, *given, *deployed])
    for template_ in _of_projects(known, pipeline):
        if template_ not in needs:
            more, lacking = _needs(known, [template_])
            needs |= more
            exports += lacking
    # What an action of the pipeline exports is there once it has run, and not before.
    own = System(templates=[pipeline.template, *deployed])
    exports = [name for name in exports if not exporters(name, pipeline.template, own)]
    stacks = [t for t in known.templates if t in needs and t not in deployed]
    order = _ordered(stacks, needs, pipeline.template)
    position = order.index(pipeline.template)
    read = [*stacks, *deployed]
    return Surroundings(
        pipeline=pipeline,
        before=order[:position],
        after=order[position + 1 :],
        deployed=deployed,
        stacks=_stacks(system, pipeline),
        exports=sorted(dict.fromkeys(exports)),
        secrets=secrets_in(read, known),
        parameters=parameters_in(read, known),
    )


def _artifacts(pipeline: Resource, sources: Collection[str]) -> dict[str, str]:
    """Return what was given for each artifact of a source, by the artifact's name."""
    found: dict[str, str] = {}
    for each in pipelines(System(templates=[pipeline.template])):
        for action in each.actions if each.resource is pipeline else ():
            outputs = [artifact.name for artifact in action.outputs]
            names = (f"{action.stage.name}/{action.name}", action.name, *outputs)
            given = [name for name in names if name in sources]
            if given and action.category == "Source":
                found |= dict.fromkeys(outputs, given[0])
    return found


def _read(path: Path) -> Sequence[Template]:
    try:
        return read_files([path], {}).templates
    except TemplateError:
        return []  # nobody has asked for it


def _deployed(system: System, pipeline: Resource) -> list[Template]:
    """Return the templates that the pipeline deploys, each once."""
    found = {
        deployed.template.file: deployed.template
        for each in pipelines(system)
        if each.resource is pipeline
        for deployed in deployments(each)
        if deployed.template is not None
    }
    return list(found.values())


def _stacks(system: System, pipeline: Resource) -> set[str]:
    """Return the names of the stacks that the pipeline deploys."""
    return {
        action.setting("StackName").text or ""
        for each in pipelines(system)
        if each.resource is pipeline
        for action in each.actions
        if action.is_cloudformation
    }


def _of_projects(system: System, pipeline: Resource) -> list[Template]:
    """Return the templates that have the pipeline's CodeBuild projects."""
    return [
        build.project.template
        for each in pipelines(system)
        if each.resource is pipeline
        for build in builds(each)
        if build.project is not None
    ]


def _needs(
    system: System, roots: Sequence[Template]
) -> tuple[dict[Template, list[Template]], list[str]]:
    """Return for each template those whose exports it imports, and the exports that nobody has."""
    needs: dict[Template, list[Template]] = {}
    lacking: list[str] = []
    waiting = list(roots)
    while waiting:
        template = waiting.pop()
        if template in needs:
            continue
        needs[template] = []
        for name in _imports(template.content):
            found = [exporter for exporter, _ in exporters(name, template, system)]
            needs[template] += [exporter for exporter in found if exporter is not template]
            text = text_of(name, template, system)
            if not found and text and is_known(text):
                lacking.append(text)
        waiting += needs[template]
    return needs, lacking


def _ordered(
    stacks: Sequence[Template], needs: Mapping[Template, Sequence[Template]], pipeline: Template
) -> list[Template]:
    """Return stacks in an order in which they can be deployed, the pipeline's as late as can be."""
    graph = {template: [t for t in needs[template] if t in stacks] for template in stacks}
    after = {pipeline}
    while more := [t for t in stacks if t not in after and after & set(graph[t])]:
        after |= set(more)
    graph[pipeline] += [template for template in stacks if template not in after]
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        files = ", ".join(dict.fromkeys(template.file for template in error.args[1]))
        raise RehearsalError(
            f"{files} import each other's exports, so that none can be deployed first"
        ) from error


def _imports(value: Any) -> Iterator[Any]:
    for node in nodes(value):
        if isinstance(node, dict) and "Fn::ImportValue" in node:
            yield node["Fn::ImportValue"]
