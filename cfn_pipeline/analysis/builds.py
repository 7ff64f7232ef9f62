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
#: The path of a buildspec that is not named.
_DEFAULT = "buildspec.yml"


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
        file: the path of the buildspec in the artifact of the sources; None: it is not a file
            there, or not known.
        missing_file: the buildspec's file, if it does not exist in the artifact; else empty.

    """

    action: Action
    project: Resource | None
    buildspec: PlacedBuildspec | None
    file: str | None = None
    missing_file: str = ""


def builds(pipeline: Pipeline) -> list[Build]:
    """Return the CodeBuild actions of a pipeline."""
    return pipeline.system.once(("builds", pipeline), lambda: list(_builds(pipeline)))


def _builds(pipeline: Pipeline) -> Iterator[Build]:
    for action in pipeline.actions:
        if action.is_codebuild:
            name = action.setting("ProjectName")
            project = resource_behind(name.value, name.template, pipeline.system, _PROJECT)
            yield _build(action, project, pipeline)


def primary_source(action: Action) -> str | None:
    """Return the name of the artifact that contains a build's sources; None if it is not known."""
    primary = action.setting("PrimarySource").text
    names = [artifact.name for artifact in action.inputs]
    return names[0] if primary is None and len(names) == 1 else primary


def primary_artifact(action: Action, pipeline: Pipeline) -> Artifact | None:
    """Return the artifact that contains a build's sources; None if its files are not known."""
    primary = primary_source(action)
    return None if primary is None else pipeline.system.artifact(primary)


def _build(action: Action, project: Resource | None, pipeline: Pipeline) -> Build:
    """Read the buildspec: a text of the action or project, or a file of the artifact."""
    node, path = _text_or_path(action, project, pipeline)
    if node is not None:
        return Build(action, project, buildspec=_parsed(node, node.text or ""))
    artifact = primary_artifact(action, pipeline)
    key = None if artifact is None or path is None else artifact.path_in_files(path)
    if artifact is None or key is None:
        return Build(action, project, buildspec=None, file=path)
    text = artifact.files.get(key)
    shown = f"{artifact.shown}{key}"
    if text is not None:
        return Build(action, project, buildspec=_parsed(shown, text), file=path)
    # A project outside the templates may define a buildspec itself.
    uncertain = project is None or artifact.assumed
    return Build(
        action, project, buildspec=None, file=path, missing_file="" if uncertain else shown
    )


def _text_or_path(
    action: Action, project: Resource | None, pipeline: Pipeline
) -> tuple[Node | None, str | None]:
    """Return the node of a buildspec's text, or its path in the artifact; None: not known."""
    override = action.setting("BuildspecOverride")
    if override.is_there:
        text = override.text
        if text is not None and is_known(text) and "\n" in text:
            return override, None
        return None, _path(text)
    if project is None:
        return None, _DEFAULT
    node = properties_of(project, pipeline.system).at("Source").at("BuildSpec")
    text = node.text
    if text is not None and ("\n" in text or re.search(r"version[\"']?\s*:", text)):
        return node, None
    return None, _path(text) if node.is_there or text is not None else _DEFAULT


def _path(text: str | None) -> str | None:
    """Return the path in the artifact; None: not known, or a file in a bucket."""
    if text is None or not is_known(text) or text.startswith("arn:"):
        return None
    return text.removeprefix("./")


def _parsed(place: Node | str, text: str) -> PlacedBuildspec:
    try:
        return PlacedBuildspec(place=place, content=parse_buildspec(text, "the buildspec"))
    except BuildspecError as error:
        if not is_known(text) or "<<:" in text:
            return PlacedBuildspec(place=place, content=None)
        why = str(error).removeprefix("the buildspec").lstrip(":, ")
        return PlacedBuildspec(place=place, content=None, why=why)
