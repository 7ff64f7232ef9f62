"""The stacks, exports, secrets and parameters that a pipeline needs, read from templates."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.deployments import deployments
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.reading import Folder, read_files, template_files
from cfn_pipeline.analysis.resolving import exporters, text_of
from cfn_pipeline.analysis.system import Artifact, Resource, System, Template
from cfn_pipeline.errors import RehearsalError, TemplateError
from cfn_pipeline.rehearsal.preparation.lookups import nodes, parameters_in, secrets_in
from cfn_pipeline.rehearsal.preparation.places import Locations, locations_of
from cfn_pipeline.rehearsal.preparation.template import PipelineTemplate

__all__ = ["Dependencies", "find_dependencies"]


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What is deployed or created before a pipeline runs.

    Args:
        pipeline: the pipeline's resource.
        before: the templates that are deployed before the pipeline's, in order.
        after: the templates that are deployed after it, in order.
        deployed: the templates that the pipeline deploys, as far as they are known.
        stacks: the names of the stacks that it deploys, as far as they are known.
        exports: the names of imported exports that no template has.
        secrets: the keys that are read from secrets, by the secret's name.
        parameters: the names of SSM parameters that are read.
        locations: in which accounts and regions templates are deployed.

    """

    pipeline: Resource
    before: Sequence[Template]
    after: Sequence[Template]
    deployed: Sequence[Template]
    stacks: Collection[str]
    exports: Sequence[str]
    secrets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parameters: Sequence[str] = ()
    locations: Locations

    @property
    def declared(self) -> set[str]:
        """The names of all parameters of all templates."""
        templates = [*self.before, self.pipeline.template, *self.after, *self.deployed]
        return {name for template in templates for name in template.section("Parameters")}


def find_dependencies(
    template: PipelineTemplate, others: Sequence[Path], sources: Mapping[str, Path]
) -> Dependencies:
    """Return what a pipeline needs.

    Args:
        template: the pipeline's template. Templates in its folder are deployed if needed.
        others: further templates, which are deployed in any case.
        sources: folders with the files of sources, by artifact or source action.

    Raises:
        TemplateError: one of the others is not a template.
        RehearsalError: templates import each other's exports.

    """
    pipeline = template.resource
    given = list(read_files(list(others), {}).templates)
    named = {Path(file).resolve() for file in (template.file, *others)}
    siblings = [
        t
        for path in template_files(template.file.parent)
        if path.resolve() not in named
        for t in _read(path)
    ]
    artifacts = [
        Artifact(name=name, files=Folder(sources[source]), shown=f"{name}::")
        for name, source in _artifacts(template, sources).items()
    ]
    system = System(templates=[pipeline.template, *given, *siblings], artifacts=artifacts)
    deployed = _deployed(system, pipeline)
    contents = [content.content for content in deployed]
    # A template that the pipeline deploys is not deployed here, even if it is in the same folder.
    others_beside = [t for t in siblings if t.content not in contents]
    around = System(templates=[pipeline.template, *given, *others_beside], artifacts=artifacts)
    locations = locations_of(system, pipeline)
    elsewhere = [t for t in others_beside if t.file in locations.of_file]
    if locations.accounts:
        elsewhere += [t for t in others_beside if _has_images(t)]
    needs, exports = _needs(around, [pipeline.template, *given, *elsewhere, *deployed])
    for project in _of_projects(around, pipeline):
        if project not in needs:
            more, missing = _needs(around, [project])
            needs |= more
            exports += missing
    # Exports of the pipeline's own stacks exist once its actions have run.
    own = System(templates=[pipeline.template, *deployed])
    exports = [name for name in exports if not exporters(name, pipeline.template, own)]
    stacks = [t for t in around.templates if t in needs and t not in deployed]
    of_keys = [file for file, _ in locations.keys.values()]
    stacks.sort(key=lambda template: template.file not in of_keys)
    order = _ordered(stacks, needs, pipeline.template)
    position = order.index(pipeline.template)
    read = [*stacks, *deployed]
    return Dependencies(
        pipeline=pipeline,
        before=order[:position],
        after=order[position + 1 :],
        deployed=deployed,
        stacks=_stacks(system, pipeline),
        exports=sorted(dict.fromkeys(exports)),
        secrets=secrets_in(read, around),
        parameters=parameters_in(read, around),
        locations=locations,
    )


def _artifacts(template: PipelineTemplate, sources: Collection[str]) -> dict[str, str]:
    """Return the name in ``sources`` of each source artifact."""
    names = {name: name for name in sources}
    return {
        artifact: name
        for action in template.actions
        if action.category == "Source" and (name := action.source(names))
        for artifact in action.outputs
    }


def _read(path: Path) -> Sequence[Template]:
    try:
        return read_files([path], {}).templates
    except TemplateError:
        return []  # not a template; it was not asked for


def _has_images(template: Template) -> bool:
    """Whether a template has a repository, from which tasks in other accounts may pull."""
    return any(r.type == "AWS::ECR::Repository" for r in template.resources.values())


def _deployed(system: System, pipeline: Resource) -> list[Template]:
    """Return the templates that the pipeline deploys, each once."""
    templates = {
        deployed.template.file: deployed.template
        for each in pipelines(system)
        if each.resource is pipeline
        for deployed in deployments(each)
        if deployed.template is not None
    }
    return list(templates.values())


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
    """Return the templates of the pipeline's CodeBuild projects."""
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
    """Return the templates whose exports each template imports, and the missing exports."""
    needs: dict[Template, list[Template]] = {}
    missing: list[str] = []
    waiting = list(roots)
    while waiting:
        template = waiting.pop()
        if template in needs:
            continue
        needs[template] = []
        for name in _imports(template.content):
            templates = [exporter for exporter, _ in exporters(name, template, system)]
            needs[template] += [exporter for exporter in templates if exporter is not template]
            text = text_of(name, template, system)
            if not templates and text and is_known(text):
                missing.append(text)
        waiting += needs[template]
    return needs, missing


def _ordered(
    stacks: Sequence[Template], needs: Mapping[Template, Sequence[Template]], pipeline: Template
) -> list[Template]:
    """Return stacks in an order to deploy them, the pipeline's as late as possible."""
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
            f"{files} import each other's exports; none of them can be deployed first"
        ) from error


def _imports(value: Any) -> Iterator[Any]:
    for node in nodes(value):
        if isinstance(node, dict) and "Fn::ImportValue" in node:
            yield node["Fn::ImportValue"]
