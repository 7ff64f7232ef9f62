"""The phases of a build, one after another.

https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfn_pipeline.buildspec.reading import PHASES, Buildspec, Phase
from cfn_pipeline.rehearsal.building.shell import Shell, TimedOut

__all__ = ["PhaseResult", "run_phases"]

_SHOWN = 60
_OURS = "[rehearsal] "


@dataclass(frozen=True, kw_only=True)
class PhaseResult:
    """What came of a phase.

    Args:
        name: as CodeBuild shows it, such as PRE_BUILD.
        status: SUCCEEDED, FAILED or TIMED_OUT.
        seconds: how long it took.
        message: why it failed; empty: it did not.

    """

    name: str
    status: str
    seconds: float
    message: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the build fails with it."""
        return self.status != "SUCCEEDED"

    @property
    def said(self) -> dict[str, Any]:
        """What a record of it holds."""
        return {
            "name": self.name,
            "status": self.status,
            "seconds": round(self.seconds, 2),
            "message": self.message,
        }


class _Runner:
    def __init__(
        self, shell: Shell, log: Path, prepare: Callable[[str], str], *, isolated: bool
    ) -> None:
        self._shell = shell
        self._log = log
        self._prepare = prepare
        self._isolated = isolated
        self._succeeding = True

    def say(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.writelines(f"{_OURS}{line}\n" for line in text.splitlines())

    def phase(self, phase: Phase, *, succeeding: bool) -> PhaseResult:
        began = time.monotonic()
        self.say(f"Phase {phase.name.upper()}")
        self._succeeding = succeeding
        self._tell()
        message = ""
        for attempt in range(phase.retries + 1):
            written = self._log.stat().st_size
            message = self._commands(phase.commands)
            if not message or not _has_said(phase.retry_when, self._written_since(written)):
                break
            if attempt < phase.retries:
                self.say(f"Phase {phase.name.upper()} is tried again (on-failure)")
        message = self._commands(phase.finally_) or message
        return PhaseResult(
            name=phase.name.upper(),
            status="FAILED" if message else "SUCCEEDED",
            seconds=time.monotonic() - began,
            message=message,
        )

    def _tell(self) -> None:
        """Tell the commands whether all is well so far."""
        self._shell.run(f"export CODEBUILD_BUILD_SUCCEEDING={int(self._succeeding)}")

    def _commands(self, commands: Iterable[str]) -> str:
        for command in commands:
            self.say(f"Running command {command}")
            if self._isolated:
                self._shell.forget()
                self._tell()
            status = self._shell.run(self._prepare(command))
            if status != 0:
                first = command.strip().splitlines()[0]
                shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
                message = f"COMMAND_EXECUTION_ERROR: {shown}: exit status {status}"
                self.say(message)
                return message
        return ""

    def _written_since(self, offset: int) -> str:
        with self._log.open("rb") as log:
            log.seek(offset)
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith(_OURS))


def _has_said(pattern: str, output: str) -> bool:
    try:
        return re.search(pattern, output) is not None
    except re.error:
        return pattern in output


def run_phases(
    buildspec: Buildspec, shell: Shell, log: Path, prepare: Callable[[str], str]
) -> Sequence[PhaseResult]:
    """Run the phases of a build, as far as failures let it go on.

    After install or pre_build has failed, nothing runs any more; after build, post_build does.

    Args:
        buildspec: what it does.
        shell: in which it does so.
        log: where it is told what is done.
        prepare: what is made of each command before it runs.

    Raises:
        Stopped: the run is to stop.

    """
    runner = _Runner(shell, log, prepare, isolated=buildspec.isolated)
    results: list[PhaseResult] = []
    for name in PHASES:
        phase = buildspec.phases.get(name)
        if phase is None:
            continue
        succeeding = not any(result.has_failed for result in results)
        began = time.monotonic()
        try:
            result = runner.phase(phase, succeeding=succeeding)
        except TimedOut:
            runner.say("the time that the project allows is over")
            seconds = time.monotonic() - began
            message = "BUILD_TIMED_OUT: the project's TimeoutInMinutes is over"
            results.append(
                PhaseResult(name=name.upper(), status="TIMED_OUT", seconds=seconds, message=message)
            )
            break
        results.append(result)
        goes_on = phase.on_failure == "CONTINUE" or (name == "build" and not phase.on_failure)
        if result.has_failed and not goes_on:
            break
    return results
