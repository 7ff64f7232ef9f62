"""A build: its folder, its environment, its phases, its artifacts."""

import os
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cfn_pipeline.buildspec.reading import Buildspec, Files
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.building.collecting import collect
from cfn_pipeline.rehearsal.building.containers import Container, container_of
from cfn_pipeline.rehearsal.building.environment import Lookup, given, of_this_machine
from cfn_pipeline.rehearsal.building.phases import PhaseResult, run_phases
from cfn_pipeline.rehearsal.building.project import Project, Variable
from cfn_pipeline.rehearsal.building.shell import Shell
from cfn_pipeline.rehearsal.building.shims import (
    DOCKER_TOOLS,
    recorded,
    without_folders,
    write_aws,
    write_shims,
)
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["Build", "Built", "folder_of"]

#: The parts of a buildspec that a rehearsal does not do.
_UNREHEARSED = ("batch", "cache", "proxy", "reports")


@dataclass(frozen=True, kw_only=True)
class Built:
    """What came of a build.

    Args:
        build_id: ``<project>:<id>``.
        phases: what came of each phase that ran.
        variables: those that are handed on.
        place: where it ran, for people.
        notices: what is to be said about it.
        calls: what the stand-ins for tools were asked.

    """

    build_id: str
    phases: Sequence[PhaseResult]
    variables: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    notices: Sequence[str] = ()
    calls: Sequence[Sequence[str]] = ()

    @property
    def failure(self) -> str:
        """Why it failed; empty: it did not."""
        failed = [phase for phase in self.phases if phase.has_failed]
        return f"phase {failed[0].name}: {failed[0].message}" if failed else ""

    def details(self, log: Path, run: Path) -> dict[str, Any]:
        """Return what a report shows of it."""
        return {
            "build_id": self.build_id,
            "place": self.place,
            "phases": [phase.said for phase in self.phases],
            "log": log.relative_to(run).as_posix(),
            "calls": [list(call) for call in self.calls],
        }


def folder_of(action: Action, context: Context) -> Path:
    """Return an empty folder for a build; one build after another has one of its own."""
    number = 1
    while True:
        folder = context.folder / "builds" / f"{action.stage}-{action.name}-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder


@dataclass(frozen=True, kw_only=True)
class Build:
    """A build that is about to run.

    Args:
        action: that runs it.
        context: of the action.
        project: the project.
        buildspec: what it does.
        variables: which the action sets.
        folder: of the build.
        source: the folder of the primary sources.
        others: the folders of the other sources, by artifact.

    """

    action: Action
    context: Context
    project: Project
    buildspec: Buildspec
    variables: Sequence[Variable]
    folder: Path
    source: Path
    others: Mapping[str, Path]

    @property
    def log(self) -> Path:
        """Where everything is told that is done."""
        return self.folder / "log.txt"

    def run(self) -> Built:
        """Build, and put the artifacts into the bucket.

        Raises:
            ActionFailed: it cannot begin.
            Stopped: the run is to stop.

        """
        build_id = f"{self.project.name}:{uuid.uuid4()}"
        container, place = self._place(build_id)
        notices = [f"{place}."]
        environment = self._environment(build_id)
        self._write_tools(engine=container is not None)
        tools = () if container else (*DOCKER_TOOLS, *self.context.builds.shims)
        self.log.write_text(f"[rehearsal] {build_id}: {place}\n", encoding="utf-8")
        shell = self._shell(container, environment)
        try:
            phases = list(
                run_phases(
                    self.buildspec, shell, self.log, lambda text: without_folders(text, tools)
                )
            )
            in_time = all(phase.status != "TIMED_OUT" for phase in phases)
            exported = self.buildspec.exported if in_time else ()
            variables = {name: shell.value(name) for name in exported}
        finally:
            if container is not None:
                container.give_back(self.folder)
            shell.close()
        began = in_time and not any(
            p.has_failed and p.name in ("INSTALL", "PRE_BUILD") for p in phases
        )
        if began and self.action.outputs:
            phases.append(self._upload(environment | variables))
        return Built(
            build_id=build_id,
            phases=phases,
            variables={name: value for name, value in variables.items() if value},
            place=place,
            notices=[*notices, *self._unrehearsed()],
            calls=recorded(self._record),
        )

    @property
    def _record(self) -> Path:
        return self.folder / "calls"

    @property
    def _tools(self) -> Path:
        return self.folder / "bin"

    def _place(self, build_id: str) -> tuple[Container | None, str]:
        settings = self.context.builds
        if settings.place == "shell":
            return None, "run by the shell of this machine, with the tools it has"
        container, why = container_of(
            settings.image or self.project.image,
            f"rehearsal-{build_id.rpartition(':')[-1]}",
            privileged=self.project.privileged,
            number=self.context.account.number,
        )
        if container is not None:
            return container, f"run in a container of {container.image}"
        if settings.place == "docker":
            raise ActionFailed(f"no container for the build: {why}")
        return None, f"run by the shell of this machine, with the tools it has, since {why}"

    def _write_tools(self, *, engine: bool) -> None:
        tools = {"docker"} if engine else set(DOCKER_TOOLS)
        write_shims(
            self._tools, sorted(tools | set(self.context.builds.shims)), self._record, engine=engine
        )
        account = self.context.account
        if account.endpoint is not None:
            write_aws(
                self._tools,
                self._record,
                number=account.number,
                region=account.region,
                endpoint=account.endpoint,
            )

    def _shell(self, container: Container | None, environment: Mapping[str, str]) -> Shell:
        shell = Shell(
            words=self._shell_words(container),
            folder=self.folder / "commands",
            work=self.source,
            environment=environment,
            log=self.log,
            stop=self.context.stop,
            seconds=self.project.minutes * 60,
            launcher=() if container is None else container.launcher(self._tools),
            cleanup=() if container is None else container.cleanup,
        )
        if container is not None:
            try:
                container.begin(self.folder, self.source, environment)
            except ActionFailed:
                shell.close()
                raise
        return shell

    def _shell_words(self, container: Container | None) -> list[str]:
        """Return the words that call the shell, as the project's image has it."""
        linux = "amazonlinux" in self.project.image or "amazon-linux" in self.project.image
        if container is None and self.buildspec.shell == "sh" and linux:
            return ["bash", "--posix"]  # which is what Amazon Linux calls sh
        return [self.buildspec.shell]

    def _environment(self, build_id: str) -> dict[str, str]:
        account = self.context.account_of(self.action)
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        found = of_this_machine(credentials=account.endpoint is None)
        found |= {"HOME": str(home), "PATH": f"{self._tools}{os.pathsep}{os.environ['PATH']}"}
        found |= account.environment
        found |= self._codebuild(build_id)
        make_up = self._made_up if account.endpoint is not None else None
        found |= given(
            self.buildspec, self.project.variables, self.variables, Lookup(account, make_up)
        )
        return found

    def _made_up(self, what: str) -> str:
        self.context.notice(
            f"{self.action.where}: {what} is not in the account; a made-up value is used"
        )
        return "rehearsal"

    def _codebuild(self, build_id: str) -> dict[str, str]:
        account, stored = self.context.account, self.context.artifacts.stored
        primary = stored.get(self.source.name)
        arn = f"arn:aws:codebuild:{account.region}:{account.number}:build/{build_id}"
        found = {
            "CI": "true",
            "CODEBUILD_BUILD_ARN": arn,
            "CODEBUILD_BUILD_ID": build_id,
            "CODEBUILD_BUILD_IMAGE": self.project.image,
            "CODEBUILD_BUILD_NUMBER": self.folder.name.rpartition("-")[-1],
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
        for name, folder in self.others.items():
            found[f"CODEBUILD_SRC_DIR_{name}"] = str(folder)
        return found

    def _upload(self, variables: Mapping[str, str]) -> PhaseResult:
        began, message = time.monotonic(), ""
        try:
            for name, files in self._wanted().items():
                found = collect(files, self.source, variables)
                zip_of(found, self.context.artifacts.zip_path(name))
                self.context.artifacts.put(name)
        except ActionFailed as error:
            message = str(error)
        return PhaseResult(
            name="UPLOAD_ARTIFACTS",
            status="FAILED" if message else "SUCCEEDED",
            seconds=time.monotonic() - began,
            message=message,
        )

    def _wanted(self) -> dict[str, Files]:
        """Return the files of each output artifact.

        Raises:
            ActionFailed: the buildspec does not say which they are.

        """
        names = list(self.action.outputs)
        secondary = self.buildspec.secondary
        if len(names) == 1 and self.buildspec.artifact is not None:
            return {names[0]: self.buildspec.artifact}
        lacking = [name for name in names if name not in secondary]
        if lacking:
            part = "artifacts" if len(names) == 1 else "artifacts.secondary-artifacts"
            raise ActionFailed(
                f"CLIENT_ERROR: no {part} of the buildspec for the output {', '.join(lacking)}"
            )
        return {name: secondary[name] for name in names}

    def _unrehearsed(self) -> list[str]:
        sections = [key for key in _UNREHEARSED if key in self.buildspec.sections]
        parts = [*sections, *self.project.unrehearsed]
        return [f"Not rehearsed: {', '.join(parts)}."] if parts else []
