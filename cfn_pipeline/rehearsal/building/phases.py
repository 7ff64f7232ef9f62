"""The phases of a build.

https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.buildspec.reading import PHASES, Buildspec, Phase
from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.building.shell import Shell, TimedOut

#: Characters of a command in a message.
_SHOWN = 60

#: Characters that a regular expression does not take as they are.
_SPECIAL = re.compile(r"[^\w\s\"'#%&,/:;<=>@`~!-]")
#: Searches a text for a pattern that may take very long; an invalid pattern is a text.
_SEARCH = """
import json, re, sys
pattern, text = json.load(sys.stdin)
try:
    print(re.search(pattern, text) is not None)
except re.error:
    print(pattern in text)
"""
_SEARCH_SECONDS = 5.0
#: Characters of the output that are searched: the last ones.
_LAST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class PhaseResult:
    """The result of a phase.

    Args:
        name: as in CodeBuild, such as PRE_BUILD.
        status: SUCCEEDED, FAILED or TIMED_OUT.
        seconds: its duration.
        message: why it failed; empty: it succeeded.

    """

    name: str
    status: str
    seconds: float
    message: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether the build fails because of it."""
        return self.status != "SUCCEEDED"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "name": self.name,
            "status": self.status,
            "seconds": round(self.seconds, 2),
            "message": self.message,
        }


class _Runner:
    def __init__(self, shell: Shell, prepare: Callable[[str], str], *, isolated: bool) -> None:
        self._shell = shell
        self._prepare = prepare
        self._isolated = isolated
        self._succeeding = True

    def log(self, text: str) -> None:
        self._shell.log.note(text)

    def phase(self, phase: Phase, *, succeeding: bool) -> PhaseResult:
        began = time.monotonic()
        self.log(f"Phase {phase.name.upper()}")
        self._succeeding = succeeding
        self._export_state()
        message = ""
        for attempt in range(phase.retries + 1):
            written = self._shell.log.size()
            message = self._commands(phase.commands)
            if not message or not phase.retries:
                break
            matches = _matches(phase.retry_when, self._shell.log.output_since(written))
            if matches is None:
                self.log(f"on-failure: {phase.retry_when} takes too long; not tried again")
            if not matches:
                break
            if attempt < phase.retries:
                self.log(f"Phase {phase.name.upper()} is retried (on-failure)")
        message = self._commands(phase.finally_) or message
        return PhaseResult(
            name=phase.name.upper(),
            status="FAILED" if message else "SUCCEEDED",
            seconds=time.monotonic() - began,
            message=message,
        )

    def _export_state(self) -> None:
        """Set CODEBUILD_BUILD_SUCCEEDING for the next commands."""
        self._shell.run(f"export CODEBUILD_BUILD_SUCCEEDING={int(self._succeeding)}")

    def _commands(self, commands: Iterable[str]) -> str:
        for command in commands:
            self.log(f"Running command {command}")
            if self._isolated:
                self._shell.reset()
                self._export_state()
            status = self._shell.run(self._prepare(command))
            if status != 0:
                first = command.strip().splitlines()[0]
                shown = first if len(first) <= _SHOWN else f"{first[:_SHOWN]}..."
                message = f"COMMAND_EXECUTION_ERROR: {shown}: exit status {status}"
                self.log(message)
                return message
        return ""


def _matches(pattern: str, output: str) -> bool | None:
    """Return whether an output matches the pattern of on-failure; None: it takes too long.

    CodeBuild's patterns take linear time. Python's may not, and cannot be interrupted, so a process
    of its own tries them.
    """
    if not _SPECIAL.search(pattern):
        return pattern in output
    request = json.dumps([pattern, output[-_LAST:]])
    try:
        done = processes.run(
            [sys.executable, "-I", "-S", "-c", _SEARCH], text=request, seconds=_SEARCH_SECONDS
        )
    except processes.TimeoutExpired:
        return None
    return done.stdout.strip() == "True"


def run_phases(
    buildspec: Buildspec, shell: Shell, prepare: Callable[[str], str]
) -> Sequence[PhaseResult]:
    """Run the phases of a build, and return the result of each that ran.

    After a failed install or pre_build, the build ends; after a failed build, post_build runs.

    Args:
        buildspec: the buildspec.
        shell: runs the commands.
        prepare: changes each command before it runs.

    Raises:
        Stopped: the run is to stop.

    """
    runner = _Runner(shell, prepare, isolated=buildspec.isolated)
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
            runner.log("the project's TimeoutInMinutes is over")
            seconds = time.monotonic() - began
            message = "BUILD_TIMED_OUT: the project's TimeoutInMinutes is over"
            results.append(
                PhaseResult(name=name.upper(), status="TIMED_OUT", seconds=seconds, message=message)
            )
            break
        results.append(result)
        continues = phase.on_failure == "CONTINUE" or (name == "build" and not phase.on_failure)
        if result.has_failed and not continues:
            break
    return results
