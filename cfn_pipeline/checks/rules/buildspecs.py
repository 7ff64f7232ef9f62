"""Buildspecs: they exist, are valid, and produce the files and variables that actions use.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import re
from collections.abc import Iterator
from functools import partial

from cfn_pipeline.analysis.artifact_references import artifact_functions, file_references
from cfn_pipeline.analysis.builds import Build, PlacedBuildspec, builds
from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.variable_references import variable_references
from cfn_pipeline.aws.guides import CODEBUILD, CODEPIPELINE
from cfn_pipeline.buildspec.globs import may_match
from cfn_pipeline.buildspec.reading import Command, Files
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_PUBLISHES = re.compile(
    r"(?<![\w.-])(?:docker\s+(?:image\s+)?push\b|docker\s+buildx\s+build\b.*--push\b"
    r"|make\s(?:.*\s)?(?:publish|push|deploy)\b|(?:npm|yarn|pnpm|cargo)\s+publish\b"
    r"|twine\s+upload\b|helm\s+push\b|mvn\s(?:.*\s)?deploy\b|(?:cdk|sam)\s+deploy\b"
    r"|terraform\s+apply\b|kubectl\s+apply\b|aws\s+ecs\s+update-service\b"
    r"|aws\s+lambda\s+update-function-code\b|aws\s+cloudformation\s+deploy\b"
    # Reports, logs and caches are kept even if the build has failed.
    r"|aws\s+s3\s+sync\b(?!.*(?:cache|cover|log|report|result|test))"
    r"|(?:serverless|sls)\s+deploy\b)"
)
#: What makes an image, and what makes the files of a site.
_MAKES_IMAGE = re.compile(
    r"(?<![\w.-])(?:docker\s+(?:image\s+|buildx\s+)?build|docker(?:-|\s+)compose\s.*\bbuild)\b"
    r"|\b(?:docker(?:file)?:build|bootBuildImage|jib\w*|spring-boot:build-image)\b"
)
_MAKES_SITE = re.compile(
    r"\b(?:build|bundle|export|gatsby|generate|hexo|hugo|jekyll|ng|webpack)\b", re.IGNORECASE
)
_HARMLESS = re.compile(
    r"(?:docker\s+(?:(?:image\s+)?(?:tag|ls|inspect)|images|info|ps|version)|cat|cd|date|df|du|echo"
    r"|env|export|ls|printf|printenv|pwd)\b|[A-Za-z_]\w*="
)


def _exist(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        if build.missing_file:
            yield problem(
                build.action,
                build.action.node,
                f"buildspec {build.missing_file} does not exist; add it to the sources, or set the "
                "project's BuildSpec",
            )


def _valid(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        buildspec = build.buildspec
        if buildspec is None:
            continue
        path, mistake = buildspec.mistake
        if mistake:
            yield problem(
                build.action,
                buildspec.at(path),
                f"{_place(buildspec)}{mistake}",
                resource=build.project or pipeline.resource,
            )


def _ignored(pipeline: Pipeline, *, harmless: bool = False) -> Iterator[Problem]:
    for build in builds(pipeline):
        buildspec = build.buildspec
        if buildspec is None or buildspec.content is None or buildspec.mistake[1]:
            continue
        for mistake in buildspec.content.ignored:
            if mistake.harmless == harmless:
                yield problem(
                    build.action,
                    buildspec.at(mistake.path),
                    f"{_place(buildspec)}{mistake.text}",
                    resource=build.project or pipeline.resource,
                )


def _place(buildspec: PlacedBuildspec) -> str:
    return f"{buildspec.place}: " if isinstance(buildspec.place, str) else "the BuildSpec: "


def _produced(pipeline: Pipeline) -> Iterator[Problem]:
    """Find files that actions read from a build's artifact, but the build does not put there."""
    producers = {
        out.name: build
        for build in builds(pipeline)
        for out in build.action.outputs
        if build.buildspec is not None and build.buildspec.content is not None
    }
    for action in pipeline.actions:
        for artifact, path, node, what in _read(action):
            build = producers.get(artifact)
            if build is None or build.buildspec is None or not is_known(path):
                continue
            files = _files(build, artifact)
            if (
                files is not None
                and path not in files.excluded
                and any(may_match(pattern, path) for pattern in _patterns(files))
            ):
                continue
            yield problem(
                action,
                node,
                f"{what} reads '{path}' of artifact '{readable(artifact)}', but the buildspec of "
                f"{build.action.where} does not put it there; add {path} to "
                f"{_files_key(build, artifact)} of {_place(build.buildspec).removesuffix(': ')}",
            )


def _unfilled(pipeline: Pipeline) -> Iterator[Problem]:
    """Find secondary artifacts that the buildspec does not define."""
    for build in builds(pipeline):
        if build.buildspec is None or build.buildspec.content is None:
            continue
        outputs = build.action.outputs
        for artifact in outputs if len(outputs) > 1 else ():
            if is_known(artifact.name) and _files(build, artifact.name) is None:
                yield problem(
                    build.action,
                    artifact.node,
                    f"the action has {len(outputs)} output artifacts, but the buildspec has no "
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


def _files(build: Build, artifact: str) -> Files | None:
    """Return the files that the buildspec puts into an artifact; None if it defines none."""
    content = build.buildspec.content if build.buildspec else None
    if content is None:
        return None
    if len(build.action.outputs) > 1:
        return content.secondary.get(artifact)
    return content.artifact


def _files_key(build: Build, artifact: str) -> str:
    if len(build.action.outputs) > 1:
        return f"artifacts.secondary-artifacts.{readable(artifact)}.files"
    return "artifacts.files"


def _patterns(files: Files) -> list[str]:
    """Return patterns for the paths of the files in an artifact."""
    patterns = [pattern.removeprefix("./").removeprefix("/") for pattern in files.patterns]
    return [pattern.rsplit("/", 1)[-1] for pattern in patterns] if files.flat else patterns


def _published_late(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        if build.buildspec is None:
            continue
        command = _published_although_failed(build.buildspec)
        if command is not None:
            yield problem(
                build.action,
                build.buildspec.at(command.path),
                f"{_place(build.buildspec)}post_build runs '{command.text.strip()[:60]}' even if "
                "the build phase has failed; move it to the end of the build phase",
                resource=build.project or pipeline.resource,
            )


def _published_although_failed(buildspec: PlacedBuildspec) -> Command | None:
    phase = buildspec.content.phases.get("build") if buildspec.content else None
    if phase is None or phase.on_failure == "ABORT":
        return None
    commands = buildspec.commands
    if any("CODEBUILD_BUILD_SUCCEEDING" in command.text for command in commands):
        return None
    text = "\n".join(command.text for command in commands if command.phase == "build")
    stripped = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    lines = [line for line in stripped if line and not line.startswith("#")]
    for command in commands:
        if command.phase != "post_build" or not (match := _PUBLISHES.search(command.text)):
            continue
        if re.match(r"\s*(?:if|test|\[)\s", command.text):
            continue  # it tests a condition first
        if match[0].startswith("docker") and _is_made_last(_MAKES_IMAGE, lines):
            continue
        if match[0].startswith("aws s3") and _is_made_last(_MAKES_SITE, lines):
            continue
        return command
    return None


def _is_made_last(makes: re.Pattern[str], lines: list[str]) -> bool:
    """Whether making it is the last step that can fail: a failed build then leaves nothing."""
    makers = [number for number, line in enumerate(lines) if makes.search(line)]
    return bool(makers) and all(_HARMLESS.match(line) for line in lines[makers[-1] + 1 :])


def _exported(pipeline: Pipeline) -> Iterator[Problem]:
    setters = {
        build.action.namespace: build
        for build in builds(pipeline)
        if build.action.namespace is not None
        and build.buildspec is not None
        and build.buildspec.content is not None
        and build.action.setting("BatchEnabled").text != "true"
    }
    for reference in variable_references(pipeline):
        build = setters.get(reference.namespace)
        content = build.buildspec.content if build and build.buildspec else None
        if build is None or content is None or not is_known(reference.name):
            continue
        if reference.name not in content.exported:
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} is not set, because the buildspec of {build.action.where} does "
                f"not export {reference.name}; add it to env.exported-variables",
            )


RULES = (
    CheckRule(
        id="E9808",
        title="The buildspec exists",
        impact="The build fails before its first phase.",
        aws_message="YAML_FILE_ERROR: stat .../buildspec.yml: no such file or directory",
        fix="Add buildspec.yml to the sources, or set the project's Source.BuildSpec.",
        source=f"{CODEBUILD}/build-spec-ref.html",
        certainty="documented",
        find_in_pipeline=_exist,
    ),
    CheckRule(
        id="E9809",
        title="Buildspecs are valid",
        impact="The build fails before its first phase.",
        aws_message="YAML_FILE_ERROR Message: Expected Commands[0] to be of string type: found "
        "subkeys instead",
        fix="Correct it; put commands with a colon and a space in quotes.",
        source=f"{CODEBUILD}/build-spec-ref.html",
        certainty="documented",
        find_in_pipeline=_valid,
    ),
    CheckRule(
        id="W9840",
        severity="warning",
        title="Buildspecs have no misspelt keys, doubled keys or short forms",
        impact="CodeBuild ignores misspelt keys, the first of doubled keys, and short forms such "
        "as !Sub.",
        aws_message="Found possible syntax errors in buildspec: In the section BUILD The following "
        "keys cannot be identified: ...",
        fix="Correct the spelling, or remove it.",
        source="aws/aws-toolkit-vscode#4008",
        certainty="observed",
        find_in_pipeline=_ignored,
    ),
    CheckRule(
        id="I9842",
        severity="info",
        title="Buildspecs have only keys that CodeBuild knows",
        impact="CodeBuild ignores the key.",
        aws_message="Found possible syntax errors in buildspec: In the section BUILD The following "
        "keys cannot be identified: ...",
        fix="Remove the key.",
        source="aws/aws-toolkit-vscode#4008",
        certainty="observed",
        find_in_pipeline=partial(_ignored, harmless=True),
    ),
    CheckRule(
        id="E9810",
        title="Builds produce the files that actions read from their artifacts",
        impact="The action that reads the file fails each time it runs.",
        aws_message="File [...] does not exist in artifact [...]",
        fix="Add the file to the buildspec's artifacts.",
        source=f"{CODEPIPELINE}/action-reference-CodeBuild.html",
        certainty="documented",
        find_in_pipeline=lambda pipeline: (*_produced(pipeline), *_unfilled(pipeline)),
    ),
    CheckRule(
        id="W9811",
        severity="warning",
        title="Builds do not publish in post_build",
        impact="post_build runs even if the build phase has failed, so an artifact that failed "
        "its tests is published.",
        fix="Publish at the end of the build phase, or test CODEBUILD_BUILD_SUCCEEDING first.",
        source=f"{CODEBUILD}/view-build-details-phases.html",
        certainty="inferred",
        find_in_pipeline=_published_late,
    ),
    CheckRule(
        id="E9812",
        title="Builds export the variables that actions use",
        impact="The action that uses the variable fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Add the variable to env.exported-variables of the buildspec.",
        source=f"{CODEBUILD}/build-spec-ref.html",
        certainty="documented",
        find_in_pipeline=_exported,
    ),
)
