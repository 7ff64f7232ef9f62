"""The actions that build: CodeBuild's, and CodePipeline's own Commands."""

from dataclasses import replace
from pathlib import Path

from cfn_pipeline.buildspec.reading import Buildspec, Files, Phase, read_buildspec
from cfn_pipeline.errors import BuildspecError
from cfn_pipeline.rehearsal.building.build import Build, folder_of
from cfn_pipeline.rehearsal.building.project import (
    Project,
    Variable,
    project_named,
    variables_of,
)
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["run_codebuild", "run_commands"]

#: In which CodePipeline runs commands.
_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


def run_codebuild(action: Action, context: Context) -> Outcome:
    """Run a CodeBuild project.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html

    Raises:
        ActionFailed: it cannot begin.
        Stopped: the run is to stop.

    """
    settings = action.configuration
    project = project_named(settings.get("ProjectName", ""), context.account_of(action))
    variables = variables_of(settings.get("EnvironmentVariables", "[]"))
    if settings.get("BatchEnabled", "").lower() == "true":
        raise ActionFailed("BatchEnabled: a rehearsal runs no batch builds; see --skip")
    primary = settings.get("PrimarySource", action.inputs[0] if action.inputs else "")
    if not primary or (len(action.inputs) > 1 and "PrimarySource" not in settings):
        raise ActionFailed(
            "a build has one input artifact, or several and PrimarySource, which names one of them"
        )
    folder = folder_of(action, context)
    sources = _sources(action, context, folder)
    if primary not in sources:
        raise ActionFailed(
            f"PrimarySource is {primary}, which is no input of the action "
            f"(these are: {', '.join(action.inputs)})"
        )
    source = sources.pop(primary)
    buildspec = _buildspec(settings.get("BuildspecOverride") or project.buildspec, source, primary)
    return _built(
        Build(
            action=action,
            context=context,
            project=project,
            buildspec=buildspec,
            variables=variables,
            folder=folder,
            source=source,
            others=sources,
        )
    )


def run_commands(action: Action, context: Context) -> Outcome:
    """Run the commands of a Commands action.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html

    Raises:
        ActionFailed: it cannot begin.
        Stopped: the run is to stop.

    """
    folder = folder_of(action, context)
    sources = _sources(action, context, folder)
    if not sources:
        raise ActionFailed("a Commands action has an input artifact")
    source = sources.pop(action.inputs[0])
    outputs = {name: Files(patterns=patterns) for name, patterns in action.files.items()}
    return _built(
        Build(
            action=action,
            context=context,
            project=Project(
                name=f"codepipeline-{context.pipeline.name}-{action.name}", image=_IMAGE
            ),
            buildspec=Buildspec(
                phases={"build": Phase(name="build", commands=action.commands)},
                exported=action.output_variables,
                secondary=outputs,
            ),
            variables=[
                Variable(name=said["Name"], value=said["Value"], type=said.get("Type", "PLAINTEXT"))
                for said in action.environment_variables
            ],
            folder=folder,
            source=source,
            others=sources,
        )
    )


def _built(build: Build) -> Outcome:
    built = build.run()
    details = built.details(build.log, build.context.folder)
    for notice in built.notices:
        build.context.notice(f"{build.action.where}: {notice}")
    if built.failure:
        here = Path.cwd()
        log = build.log.relative_to(here) if build.log.is_relative_to(here) else build.log
        return Outcome(
            status=Status.FAILED,
            message=f"{built.failure} (log: {log})",
            variables=built.variables,
            details=details,
        )
    return Outcome(variables=built.variables, details=details)


def _sources(action: Action, context: Context, folder: Path) -> dict[str, Path]:
    """Lay the input artifacts in folders, and return these."""
    found = {}
    for name in action.inputs:
        try:
            found[name] = context.artifacts.get(name, folder / "src" / name)
        except LookupError:
            raise ActionFailed(f"no action before it has made the artifact {name}") from None
    return found


def _buildspec(said: str, source: Path, artifact: str) -> Buildspec:
    if "\n" in said or said.lstrip().startswith(("version:", "{")):
        return _read(said, "the project's buildspec")
    if said.startswith("arn:"):
        raise ActionFailed(f"the buildspec is {said}, in a bucket; a rehearsal reads none there")
    path = source / (said or "buildspec.yml")
    if not path.is_file():
        raise ActionFailed(
            f"YAML_FILE_ERROR: the artifact {artifact} has no file {said or 'buildspec.yml'}"
        )
    text = path.read_text(encoding="utf-8", errors="replace")
    return _read(text, f"{said or 'buildspec.yml'} of {artifact}")


def _read(text: str, shown: str) -> Buildspec:
    try:
        buildspec = read_buildspec(text, shown)
    except BuildspecError as error:
        raise ActionFailed(str(error)) from error
    if "batch" in buildspec.sections and "phases" not in buildspec.sections:
        raise ActionFailed(f"{shown} describes batch builds, which a rehearsal does not run")
    shell = buildspec.shell.rpartition("/")[-1]
    if shell not in ("bash", "sh"):
        raise ActionFailed(
            f"{shown}: env.shell is {shell}, which is Windows'; a rehearsal has none"
        )
    return replace(buildspec, shell=shell)
