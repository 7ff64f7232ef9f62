"""CodeBuild actions with their projects and buildspecs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import resource_behind
from cfn_pipeline.analysis.system import Artifact, Resource
from cfn_pipeline.buildspec.reading import Buildspec, Command, parse_buildspec
from cfn_pipeline.errors import BuildspecError
from cfn_pipeline.template.positions import Path

_PROJECT = "AWS::CodeBuild::Project"


class PlacedBuildspec(NamedTuple):
    """A buildspec of a project, an action or an artifact.

    Args:
        place: the node of its text, or its file.
        content: the buildspec; None if it cannot be read.
        why: why it cannot be read; empty if it can be, or if parts of the text are unknown.

    """

    place: Node | str
    content: Buildspec | None
    why: str = ""

    @property
    def mistake(self) -> tuple[Path, str]:
        """The path and text of the first mistake; empty if the buildspec is valid."""
        if self.content is None:
            return (), f"{self.why}; correct it" if self.why else ""
        return self.content.mistake

    @property
    def commands(self) -> list[Command]:
        """The commands in the order in which they run."""
        return [] if self.content is None else list(self.content.commands())

    def at(self, path: Path) -> Node | tuple[str, Path]:
        """Return the place of a part."""
        return (self.place, path) if isinstance(self.place, str) else self.place


class Build(NamedTuple):
    """An action that runs a CodeBuild project.

    Args:
        action: the action.
        project: the project; None if it is not in the templates.
        buildspec: its buildspec; None if not known.
        missing_file: the buildspec's file, if it does not exist in the artifact; else empty.

    """

    action: Action
    project: Resource | None
    buildspec: PlacedBuildspec | None
    missing_file: str = ""


def builds(pipeline: Pipeline) -> list[Build]:
    """Return the CodeBuild actions of a pipeline."""
    return pipeline.system.once(("builds", pipeline), lambda: list(_builds(pipeline)))


def _builds(pipeline: Pipeline) -> Iterator[Build]:
    for action in pipeline.actions:
        if action.is_codebuild:
            name = action.setting("ProjectName")
            project = resource_behind(name.value, name.template, pipeline.system, _PROJECT)
            buildspec, missing_file = _buildspec(action, project, pipeline)
            yield Build(
                action=action, project=project, buildspec=buildspec, missing_file=missing_file
            )


def primary_artifact(action: Action, pipeline: Pipeline) -> Artifact | None:
    """Return the artifact that contains a build's sources; None if its files are not known."""
    primary = action.setting("PrimarySource").text
    names = [artifact.name for artifact in action.inputs]
    if primary is None and len(names) == 1:
        primary = names[0]
    return None if primary is None else pipeline.system.artifact(primary)


def _buildspec(
    action: Action, project: Resource | None, pipeline: Pipeline
) -> tuple[PlacedBuildspec | None, str]:
    path = "buildspec.yml"
    override = action.setting("BuildspecOverride")
    if override.is_there:
        text = override.text
        if text is None or not is_known(text):
            return None, ""
        if "\n" in text:
            return _parsed(override, text), ""
        path = text
    elif project is not None:
        node = properties_of(project, pipeline.system).at("Source").at("BuildSpec")
        text = node.text
        if text is not None and ("\n" in text or re.search(r"version[\"']?\s*:", text)):
            return _parsed(node, text), ""
        if text is not None:
            if not is_known(text):
                return None, ""
            path = text
        elif node.is_there:
            return None, ""
    artifact = primary_artifact(action, pipeline)
    if artifact is None or path.startswith("arn:"):
        return None, ""
    path = path.removeprefix("./")
    text = artifact.files.get(path)
    if text is None:
        # A project outside the templates may define a buildspec itself.
        uncertain = project is None or artifact.assumed
        return None, "" if uncertain else f"{artifact.shown}{path}"
    return _parsed(f"{artifact.shown}{path}", text), ""


def _parsed(place: Node | str, text: str) -> PlacedBuildspec:
    try:
        return PlacedBuildspec(place=place, content=parse_buildspec(text, "the buildspec"))
    except BuildspecError as error:
        if not is_known(text) or "<<:" in text:
            return PlacedBuildspec(place=place, content=None)
        why = str(error).removeprefix("the buildspec").lstrip(":, ")
        return PlacedBuildspec(place=place, content=None, why=why)
