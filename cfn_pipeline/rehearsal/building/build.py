"""A build: its environment, its phases, its artifacts."""

import os
import time
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cfn_pipeline.buildspec.reading import Buildspec, Files
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.building.collecting import collect
from cfn_pipeline.rehearsal.building.containers import Container, find_container
from cfn_pipeline.rehearsal.building.environment import Lookup, build_variables
from cfn_pipeline.rehearsal.building.log import Log
from cfn_pipeline.rehearsal.building.phases import PhaseResult, run_phases
from cfn_pipeline.rehearsal.building.project import Project, Variable
from cfn_pipeline.rehearsal.building.shell import Launch, Shell
from cfn_pipeline.rehearsal.building.shims import (
    DOCKER_TOOLS,
    read_calls,
    without_tool_folders,
    write_aws,
    write_shims,
)
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.folder import BuildFolder
from cfn_pipeline.rehearsal.machine import inherited_variables, with_direct_loopback
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action

#: Sections of a buildspec that a rehearsal ignores.
_UNREHEARSED = ("batch", "cache", "proxy", "reports", "run-as")


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """The result of a build.

    Args:
        build_id: ``<project>:<id>``.
        phases: the result of each phase that ran.
        variables: the exported variables.
        place: where it ran, for people.
        notices: for people.
        calls: the calls that shims recorded: the tool and its arguments.
        shims: the tools whose calls were recorded instead of run.

    """

    build_id: str
    phases: Sequence[PhaseResult]
    variables: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    notices: Sequence[str] = ()
    calls: Sequence[Sequence[str]] = ()
    shims: Collection[str] = ()

    @property
    def failure(self) -> str:
        """Why the build failed; empty: it succeeded."""
        failed = [phase for phase in self.phases if phase.has_failed]
        return f"phase {failed[0].name}: {failed[0].message}" if failed else ""

    @property
    def summary(self) -> str:
        """What was recorded instead of run, the most calls first; empty: nothing."""
        counts = Counter(tool for tool, *_ in self.calls if tool in self.shims)
        # Not in the order of the first calls, which may be of programs that run side by side.
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        calls = [f"{n} {tool} call{'' if n == 1 else 's'}" for tool, n in ordered]
        return f"{', '.join(calls)} recorded, not run" if calls else ""

    def details(self, log: Path) -> dict[str, Any]:
        """Return the result as JSON values, for the report.

        Args:
            log: the path of the log in the run's folder.

        """
        return {
            "build_id": self.build_id,
            "place": self.place,
            "phases": [phase.to_dict() for phase in self.phases],
            "log": log.as_posix(),
            "calls": [list(call) for call in self.calls],
        }


@dataclass(frozen=True, kw_only=True)
class Build:
    """A build to run.

    Args:
        action: that runs it.
        context: of the action.
        project: the CodeBuild project.
        buildspec: the buildspec.
        variables: which the action sets.
        folder: of the build.
        source: the folder of the primary source.
        secondary: the folders of the secondary sources, by artifact.

    """

    action: Action
    context: Context
    project: Project
    buildspec: Buildspec
    variables: Sequence[Variable]
    folder: BuildFolder
    source: Path
    secondary: Mapping[str, Path]

    def run(self) -> BuildResult:
        """Run the build, and put its artifacts into the bucket.

        Raises:
            ActionFailed: it cannot begin.
            Stopped: the run is to stop.

        """
        build_id = f"{self.project.name}:{uuid.uuid4()}"
        container, place = self._place(build_id)
        environment = self._environment(build_id)
        shims = () if container else (*DOCKER_TOOLS, *self.context.builds.shims)
        self._write_tools(engine=container is not None)
        log = Log(self.folder.log)
        log.note(f"{build_id}: {place}")
        shell = self._shell(container, environment, log)
        try:
            phases = list(
                run_phases(
                    self.buildspec,
                    shell,
                    lambda command: without_tool_folders(command, shims),
                )
            )
            in_time = all(phase.status != "TIMED_OUT" for phase in phases)
            exported = self.buildspec.exported if in_time else ()
            variables = {name: shell.value(name) for name in exported}
        finally:
            if container is not None:
                container.restore_owner(self.folder.path)
            shell.close()
            log.close()
        reached_build = in_time and not any(
            p.has_failed and p.name in ("INSTALL", "PRE_BUILD") for p in phases
        )
        if reached_build and self.action.outputs:
            phases.append(self._upload(environment | variables, container))
        return BuildResult(
            build_id=build_id,
            phases=phases,
            variables={name: value for name, value in variables.items() if value},
            place=place,
            notices=[f"{place}.", *self._unrehearsed(), *([log.problem] if log.problem else [])],
            calls=read_calls(self.folder.calls),
            shims=shims or self.context.builds.shims,
        )

    def _place(self, build_id: str) -> tuple[Container | None, str]:
        settings = self.context.builds
        if settings.place == "shell":
            return None, "run by the shell of this machine, with its tools"
        container, reason = find_container(
            settings.image or self.project.image,
            f"rehearsal-{build_id.rpartition(':')[-1]}",
            privileged=self.project.privileged,
            number=self.context.account.number,
        )
        if container is not None:
            return container, f"run in a container of {container.image}"
        if settings.place == "docker":
            raise ActionFailed(f"the build cannot run in a container: {reason}")
        return None, f"run by the shell of this machine, with its tools, because {reason}"

    def _write_tools(self, *, engine: bool) -> None:
        folder, calls, account = self.folder.tools, self.folder.calls, self.context.account
        tools = {"docker"} if engine else set(DOCKER_TOOLS)
        write_shims(folder, sorted(tools | set(self.context.builds.shims)), calls, engine=engine)
        if account.endpoint is not None:
            write_aws(
                folder,
                calls,
                number=account.number,
                region=account.region,
                endpoint=account.endpoint,
            )

    def _shell(
        self, container: Container | None, environment: Mapping[str, str], log: Log
    ) -> Shell:
        command = self._shell_command(container)
        shell = Shell(
            Launch(
                shell=command,
                prefix=()
                if container is None
                else container.launcher(self.folder.tools, environment),
                cleanup=() if container is None else container.cleanup,
            ),
            folder=self.folder.commands,
            work=self.source,
            environment=environment,
            log=log,
            stop=self.context.stop,
            seconds=self.project.timeout_minutes * 60,
        )
        if container is not None:
            try:
                container.start(self.folder.path, self.source, environment)
            except ActionFailed:
                shell.close()
                raise
        return shell

    def _shell_command(self, container: Container | None) -> list[str]:
        """Return the command of the shell that the project's image would use."""
        linux = "amazonlinux" in self.project.image or "amazon-linux" in self.project.image
        if container is None and self.buildspec.shell == "sh" and linux:
            return ["bash", "--posix"]  # sh is bash on Amazon Linux
        return [self.buildspec.shell]

    def _environment(self, build_id: str) -> dict[str, str]:
        account = self.context.account_of(self.action)
        self.folder.home.mkdir(exist_ok=True)
        variables = inherited_variables(credentials=account.endpoint is None)
        variables["HOME"] = str(self.folder.home)
        variables["PATH"] = f"{self.folder.tools}{os.pathsep}{os.environ['PATH']}"
        variables |= account.environment
        variables |= self._codebuild_variables(build_id)
        placeholder = self._placeholder if account.endpoint is not None else None
        variables |= build_variables(
            self.buildspec, self.project.variables, self.variables, Lookup(account, placeholder)
        )
        return variables if account.endpoint is None else with_direct_loopback(variables)

    def _placeholder(self, missing: str) -> str:
        self.context.notify(
            f"{self.action.where}: {missing} is not in the account; a placeholder is used"
        )
        return "rehearsal"

    def _codebuild_variables(self, build_id: str) -> dict[str, str]:
        account, stored = self.context.account, self.context.artifacts.stored
        primary = stored.get(self.source.name)
        arn = f"arn:aws:codebuild:{account.region}:{account.number}:build/{build_id}"
        variables = {
            "CI": "true",
            "CODEBUILD_BUILD_ARN": arn,
            "CODEBUILD_BUILD_ID": build_id,
            "CODEBUILD_BUILD_IMAGE": self.project.image,
            "CODEBUILD_BUILD_NUMBER": self.folder.number,
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": f"codepipeline/{self.context.pipeline.name}",
            "CODEBUILD_LOG_PATH": build_id.rpartition(":")[-1],
            "CODEBUILD_RESOLVED_SOURCE_VERSION": primary.commit if primary else "",
            "CODEBUILD_SOURCE_REPO_URL": "",
            "CODEBUILD_SOURCE_VERSION": (
                f"arn:aws:s3:::{primary.bucket}/{primary.key}" if primary else ""
            ),
            "CODEBUILD_SRC_DIR": str(self.source),
            "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
        }
        for name, folder in self.secondary.items():
            variables[f"CODEBUILD_SRC_DIR_{name}"] = str(folder)
        return variables

    def _upload(self, variables: Mapping[str, str], container: Container | None) -> PhaseResult:
        began, message = time.monotonic(), ""
        try:
            for name, files in self._artifacts().items():
                collected = collect(
                    files,
                    self.source,
                    variables,
                    container=None if container is None else self.folder.path,
                    stop=self.context.stop,
                )
                if collected.notice:
                    self.context.notify(f"{self.action.where}: artifact {name}: {collected.notice}")
                archive = self.context.artifacts.archive(name)
                zip_of(collected.files, archive, self.context.stop)
                self.context.artifacts.put(name)
        except ActionFailed as error:
            message = str(error)
        return PhaseResult(
            name="UPLOAD_ARTIFACTS",
            status="FAILED" if message else "SUCCEEDED",
            seconds=time.monotonic() - began,
            message=message,
        )

    def _artifacts(self) -> dict[str, Files]:
        """Return the files of each output artifact.

        Raises:
            ActionFailed: the buildspec does not name them.

        """
        names = list(self.action.outputs)
        secondary = self.buildspec.secondary
        if len(names) == 1 and self.buildspec.artifact is not None:
            return {names[0]: self.buildspec.artifact}
        missing = [name for name in names if name not in secondary]
        if missing:
            part = "artifacts" if len(names) == 1 else "artifacts.secondary-artifacts"
            raise ActionFailed(
                f"CLIENT_ERROR: the buildspec has no {part} for the output {', '.join(missing)}"
            )
        return {name: secondary[name] for name in names}

    def _unrehearsed(self) -> list[str]:
        sections = [key for key in _UNREHEARSED if key in self.buildspec.sections]
        if any(phase.run_as for phase in self.buildspec.phases.values()):
            sections.append("run-as")
        parts = [*sections, *self.project.unrehearsed]
        return [f"not rehearsed: {', '.join(parts)}."] if parts else []
