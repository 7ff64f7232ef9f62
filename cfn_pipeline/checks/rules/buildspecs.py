"""Buildspecs: valid, and what they produce is what the pipeline reads.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.artifact_references import artifact_functions, file_references
from cfn_pipeline.analysis.builds import Build, Buildspec, Command, builds
from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.variable_references import variable_references
from cfn_pipeline.buildspec.form import mistake_in
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.template.positions import Path

__all__ = ["RULES"]

_PUBLISHES = re.compile(
    r"(?<![\w.-])(?:docker\s+(?:image\s+)?push\b|docker\s+buildx\s+build\b.*--push\b"
    r"|make\s(?:.*\s)?(?:publish|push|deploy)\b|(?:npm|yarn|pnpm|cargo)\s+publish\b"
    r"|twine\s+upload\b|helm\s+push\b|mvn\s(?:.*\s)?deploy\b|(?:cdk|sam)\s+deploy\b"
    r"|terraform\s+apply\b|kubectl\s+apply\b|aws\s+ecs\s+update-service\b)"
)
_MAKES_IMAGE = re.compile(r"(?<![\w.-])docker\s+(?:image\s+|buildx\s+)?build\b")
_HARMLESS = re.compile(r"(?:docker\s+(?:image\s+)?tag|echo|printf|ls|cd|date|export|pwd)\b")


def _there(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        if build.lacking:
            yield problem(
                build.action,
                build.action.node,
                f"there is no buildspec {build.lacking}; add it to the sources, or give the "
                "project a BuildSpec",
            )


def _valid(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        buildspec = build.buildspec
        if buildspec is None or (buildspec.content is None and not buildspec.why):
            continue
        path, said = _wrong(buildspec)
        if said:
            yield problem(
                build.action,
                buildspec.at(path),
                f"{_place(buildspec)}{said}",
                resource=build.project or pipeline.resource,
            )


def _place(buildspec: Buildspec) -> str:
    return f"{buildspec.place}: " if isinstance(buildspec.place, str) else "the BuildSpec: "


def _wrong(buildspec: Buildspec) -> tuple[Path, str]:
    """Return the path to the first mistake of a buildspec, and what it is; or nothing."""
    if buildspec.content is None:
        return (
            (),
            f"{buildspec.why.replace(' with Resources', ' with version and phases')}; correct it",
        )
    return mistake_in(buildspec.content)


def _produced(pipeline: Pipeline) -> Iterator[Problem]:
    """Find files that are read from a build's artifact, and that the build does not put there."""
    made = {
        out.name: build
        for build in builds(pipeline)
        for out in build.action.outputs
        if build.buildspec is not None and build.buildspec.content is not None
    }
    for action in pipeline.actions:
        for artifact, path, node, what in _read(action):
            build = made.get(artifact)
            if build is None or build.buildspec is None or not is_known(path):
                continue
            patterns = _patterns(build, artifact)
            excluded = _section(build, artifact).get("exclude-paths")
            kept = path not in (excluded if isinstance(excluded, list) else [excluded])
            if kept and any(re.fullmatch(pattern, path) for pattern in patterns):
                continue
            yield problem(
                action,
                node,
                f"{what} reads '{path}' in the artifact '{readable(artifact)}', and the buildspec "
                f"of {build.action.where} does not put it there; add {path} to "
                f"{_files_key(build, artifact)} of {_place(build.buildspec).removesuffix(': ')}",
            )


def _unfilled(pipeline: Pipeline) -> Iterator[Problem]:
    """Find artifacts of builds with several, for which the buildspec puts nothing together."""
    for build in builds(pipeline):
        if build.buildspec is None or build.buildspec.content is None:
            continue
        outputs = build.action.outputs
        for artifact in outputs if len(outputs) > 1 else ():
            if is_known(artifact.name) and not _section(build, artifact.name):
                yield problem(
                    build.action,
                    artifact.node,
                    f"it makes {len(outputs)} artifacts, and the buildspec has no "
                    f"artifacts.secondary-artifacts.{artifact.name}; add it",
                )


def _read(action: Action) -> Iterator[tuple[str, str, Node, str]]:
    for file in file_references(action):
        yield file.artifact, file.path, file.node, file.key
    for call in artifact_functions(action):
        if call.function == "Fn::GetParam" and isinstance(call.arguments, list):
            match call.arguments:
                case [str(artifact), str(path), _]:
                    yield artifact, path, call.node, f"Fn::GetParam for '{call.parameter}'"


def _section(build: Build, artifact: str) -> dict[str, Any]:
    """Return the part of the buildspec that says what goes into an artifact."""
    content = (build.buildspec.content if build.buildspec else None) or {}
    section = content.get("artifacts")
    section = section if isinstance(section, dict) else {}
    if len(build.action.outputs) > 1:
        secondary = section.get("secondary-artifacts")
        section = secondary.get(artifact) if isinstance(secondary, dict) else None
    return section if isinstance(section, dict) else {}


def _files_key(build: Build, artifact: str) -> str:
    if len(build.action.outputs) > 1:
        return f"artifacts.secondary-artifacts.{readable(artifact)}.files"
    return "artifacts.files"


def _patterns(build: Build, artifact: str) -> list[str]:
    """Return expressions that match the paths of what the build puts into an artifact."""
    section = _section(build, artifact)
    said = section.get("files", [])
    flat = str(section.get("discard-paths", "no")).lower() in ("yes", "true")
    found = []
    for pattern in said if isinstance(said, list) else [said]:
        text = str(pattern).removeprefix("./").removeprefix("/")
        found.append(_expression(text.rsplit("/", 1)[-1] if flat else text))
    return found


def _expression(pattern: str) -> str:
    """Translate a pattern of files; what a variable stands for may be anything."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\$\{?\w+\}?)", pattern)
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        wild.get(part, ".*" if part.startswith("$") else re.escape(part)) for part in parts
    )


def _published_late(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        if build.buildspec is None:
            continue
        commands = list(build.buildspec.commands())
        command = _published_although_failed(build.buildspec, commands)
        if command is not None:
            yield problem(
                build.action,
                build.buildspec.at(command.path),
                f"{_place(build.buildspec)}post_build runs '{command.text.strip()[:60]}', also "
                "when the build phase has failed; move it to the end of the build phase",
                resource=build.project or pipeline.resource,
            )


def _published_although_failed(buildspec: Buildspec, commands: list[Command]) -> Command | None:
    phases = (buildspec.content or {}).get("phases")
    phase = phases.get("build") if isinstance(phases, dict) else None
    if not isinstance(phase, dict) or phase.get("on-failure") == "ABORT":
        return None
    if any("CODEBUILD_BUILD_SUCCEEDING" in command.text for command in commands):
        return None
    text = "\n".join(command.text for command in commands if command.phase == "build")
    stripped = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    lines = [line for line in stripped if line and not line.startswith("#")]
    made = [number for number, line in enumerate(lines) if _MAKES_IMAGE.search(line)]
    for command in commands:
        if command.phase != "post_build" or not (found := _PUBLISHES.search(command.text)):
            continue
        if re.match(r"\s*(?:if|test|\[)\s", command.text):
            continue  # it asks something first
        # Where making the image is the last that can fail, a failed build has no image to push.
        rest = lines[made[-1] + 1 :] if made else lines
        if made and found[0].startswith("docker") and all(_HARMLESS.match(ln) for ln in rest):
            continue
        return command
    return None


def _exported(pipeline: Pipeline) -> Iterator[Problem]:
    speakers = {
        build.action.namespace: build
        for build in builds(pipeline)
        if build.action.namespace is not None
        and build.buildspec is not None
        and build.buildspec.content is not None
        and build.action.setting("BatchEnabled").text != "true"
    }
    for reference in variable_references(pipeline):
        build = speakers.get(reference.namespace)
        if build is None or build.buildspec is None or not is_known(reference.name):
            continue
        env = (build.buildspec.content or {}).get("env")
        exported = env.get("exported-variables") if isinstance(env, dict) else None
        if reference.name not in (exported if isinstance(exported, list) else [exported]):
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} is not set: the buildspec of {build.action.where} does not "
                f"export {reference.name}; add it to env.exported-variables",
            )


RULES = (
    CheckRule(
        id="E9808",
        title="The buildspec is where the project looks for it",
        impact="The build fails before its first phase.",
        aws_message="YAML_FILE_ERROR: stat .../buildspec.yml: no such file or directory",
        fix="Add buildspec.yml to the sources, or set the project's Source.BuildSpec.",
        find_in_pipeline=_there,
    ),
    CheckRule(
        id="E9809",
        title="A buildspec is valid",
        impact="The build fails before its first phase, or does not heed what is misspelt.",
        aws_message="YAML_FILE_ERROR Message: Expected Commands[0] to be of string type: found "
        "subkeys instead",
        fix="Correct it; commands that hold a colon and a space stand in quotes.",
        find_in_pipeline=_valid,
    ),
    CheckRule(
        id="E9810",
        title="A build produces the files that are read from its artifact",
        impact="The action that reads the file fails each time it runs.",
        aws_message="File [...] does not exist in artifact [...]",
        fix="Add the file to the buildspec's artifacts.",
        find_in_pipeline=lambda pipeline: (*_produced(pipeline), *_unfilled(pipeline)),
    ),
    CheckRule(
        id="W9811",
        title="A build does not publish in post_build",
        impact="post_build runs also when build has failed: what did not pass its tests is "
        "published.",
        fix="Publish at the end of the build phase, or ask CODEBUILD_BUILD_SUCCEEDING first.",
        find_in_pipeline=_published_late,
    ),
    CheckRule(
        id="E9812",
        title="A build exports the variables that are read from its namespace",
        impact="The action that reads the variable fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Add the variable to env.exported-variables of the buildspec.",
        find_in_pipeline=_exported,
    ),
)
