"""Actions that build: CodeBuild, and CodePipeline's own Commands."""

from dataclasses import replace
from pathlib import Path

from cfn_pipeline.buildspec.reading import Buildspec, Files, Phase, read_buildspec
from cfn_pipeline.errors import BuildspecError
from cfn_pipeline.rehearsal.building.build import Build
from cfn_pipeline.rehearsal.building.project import (
    Project,
    Variable,
    get_project,
    parse_variables,
)
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.folder import BuildFolder, path_below
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action

#: The image in which CodePipeline runs Commands actions.
_IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


def run_codebuild(action: Action, context: Context) -> Outcome:
    """Run a CodeBuild project.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html

    Raises:
        ActionFailed: it cannot begin.
        Stopped: the run is to stop.

    """
    settings = action.configuration
    project = get_project(settings.get("ProjectName", ""), context.account_of(action))
    variables = parse_variables(settings.get("EnvironmentVariables", "[]"))
    if settings.get("BatchEnabled", "").lower() == "true":
        raise ActionFailed(
            f"BatchEnabled: a rehearsal cannot run batch builds; skip it with --skip {action.id}"
        )
    primary = settings.get("PrimarySource", action.inputs[0] if action.inputs else "")
    if not primary or (len(action.inputs) > 1 and "PrimarySource" not in settings):
        raise ActionFailed(
            "a build needs one input artifact, or several and a PrimarySource that names one"
        )
    folder = context.folder.new_build(action.stage, action.name)
    sources = _sources(action, context, folder)
    if primary not in sources:
        raise ActionFailed(
            f"PrimarySource {primary} is not an input artifact of the action; its input "
            f"artifacts: {', '.join(action.inputs)}"
        )
    source = sources.pop(primary)
    buildspec = _buildspec(settings.get("BuildspecOverride") or project.buildspec, source, primary)
    return _outcome(
        Build(
            action=action,
            context=context,
            project=project,
            buildspec=buildspec,
            variables=variables,
            folder=folder,
            source=source,
            secondary=sources,
        )
    )


def run_commands(action: Action, context: Context) -> Outcome:
    """Run the commands of a Commands action.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html

    Raises:
        ActionFailed: it cannot begin.
        Stopped: the run is to stop.

    """
    if not action.inputs:
        raise ActionFailed("a Commands action needs an input artifact")
    folder = context.folder.new_build(action.stage, action.name)
    sources = _sources(action, context, folder)
    source = sources.pop(action.inputs[0])
    return _outcome(
        Build(
            action=action,
            context=context,
            project=Project(
                name=f"codepipeline-{context.pipeline.name}-{action.name}", image=_IMAGE
            ),
            buildspec=Buildspec(
                phases={"build": Phase(name="build", commands=action.commands)},
                exported=action.output_variables,
                secondary={name: Files(patterns=files) for name, files in action.files.items()},
            ),
            variables=[
                Variable(name=v["Name"], value=v["Value"], type=v.get("Type", "PLAINTEXT"))
                for v in action.environment_variables
            ],
            folder=folder,
            source=source,
            secondary=sources,
        )
    )


def _outcome(build: Build) -> Outcome:
    result = build.run()
    details = result.details(build.folder.log.relative_to(build.context.folder.path))
    for notice in result.notices:
        build.context.notify(f"{build.action.where}: {notice}")
    if result.failure:
        here, log = Path.cwd(), build.folder.log
        path = log.relative_to(here) if log.is_relative_to(here) else log
        return Outcome(
            status=Status.FAILED,
            message=f"{result.failure} (log: {path})",
            variables=result.variables,
            details=details,
        )
    return Outcome(message=result.summary, variables=result.variables, details=details)


def _sources(action: Action, context: Context, folder: BuildFolder) -> dict[str, Path]:
    """Extract the input artifacts, and return their folders."""
    folders = {}
    for name in action.inputs:
        try:
            folders[name] = context.artifacts.get(name, folder.source(name), context.stop)
        except LookupError:
            raise ActionFailed(f"no earlier action has created the artifact {name}") from None
    return folders


def _buildspec(setting: str, source: Path, artifact: str) -> Buildspec:
    if "\n" in setting or setting.lstrip().startswith(("version:", "{")):
        return _read(setting, "the project's buildspec")
    if setting.startswith("arn:"):
        raise ActionFailed(
            f"the buildspec is {setting}; a rehearsal cannot read buildspecs from S3"
        )
    name = setting or "buildspec.yml"
    path = path_below(source, name)
    if not path.is_file():
        raise ActionFailed(f"YAML_FILE_ERROR: the artifact {artifact} has no file {name}")
    text = path.read_text(encoding="utf-8", errors="replace")
    return _read(text, f"{name} of {artifact}")


def _read(text: str, shown: str) -> Buildspec:
    try:
        buildspec = read_buildspec(text, shown)
    except BuildspecError as error:
        raise ActionFailed(str(error)) from error
    if "batch" in buildspec.sections and "phases" not in buildspec.sections:
        raise ActionFailed(f"{shown}: batch builds cannot be rehearsed")
    shell = buildspec.shell.rpartition("/")[-1]
    if shell not in ("bash", "sh"):
        raise ActionFailed(f"{shown}: invalid env.shell {shell}: a rehearsal runs bash and sh only")
    return replace(buildspec, shell=shell)
