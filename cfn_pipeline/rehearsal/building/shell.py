"""The shell of a build, on this machine or in a container."""

import contextlib
import itertools
import shlex
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.outcome import Stopped

#: Reads the numbers of commands, runs each in this one shell, and writes its exit code. Exported
#: variables are kept when a command ends the shell.
_DRIVER = r"""
if [ -f "$1/environment" ]; then . "$1/environment"; cd "$(cat "$1/folder")"; fi
rehearsal_folder=$1
trap 'export -p > "$rehearsal_folder/environment"; pwd > "$rehearsal_folder/folder"' EXIT
while IFS= read -r rehearsal_number; do
    . "$rehearsal_folder/$rehearsal_number.command" < /dev/null
    echo $? > "$rehearsal_folder/status"
    mv "$rehearsal_folder/status" "$rehearsal_folder/$rehearsal_number.status"
done
"""

_INTERVAL = 0.02


class TimedOut(Exception):  # noqa: N818 - a status of CodeBuild, not an error
    """The build takes longer than its project allows."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How a shell is started.

    Args:
        shell: its command.
        prefix: the command before it that starts it in a container; absent: on this machine.
        cleanup: the command that ends what the prefix has started.

    """

    shell: Sequence[str]
    prefix: Sequence[str] = ()
    cleanup: Sequence[str] = ()


class Shell:
    """A shell that runs commands one after another and keeps their variables.

    When it is closed, or this process ends, everything that its commands started ends too.

    Args:
        launch: how it is started.
        folder: for commands and exit codes.
        work: the working directory.
        environment: its variables.
        log: the file of all output.
        stop: set when the run is to stop.
        seconds: after which ``run`` raises TimedOut, counted from now.

    """

    def __init__(
        self,
        launch: Launch,
        *,
        folder: Path,
        work: Path,
        environment: Mapping[str, str],
        log: Path,
        stop: threading.Event,
        seconds: float,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._launch = launch
        self._folder = folder
        self._work = work
        mark = f"CFN_PIPELINE_BUILD={uuid.uuid4()}"
        self._environment = dict(environment) | {"CFN_PIPELINE_BUILD": mark.partition("=")[2]}
        self._log = log
        self._stop = stop
        self._deadline = time.monotonic() + seconds
        self._numbers = itertools.count(1)
        self._driver: processes.Process | None = None
        # By its path: importing the package would only take time.
        guard = str(Path(__file__).with_name("guard.py"))
        self._guard = processes.start(
            [sys.executable, "-I", "-S", guard, mark, *launch.cleanup], group=0
        )

    def run(self, command: str) -> int:
        """Run a command and return its exit code.

        Raises:
            Stopped: the run is to stop.
            TimedOut: the build takes too long.

        """
        number = str(next(self._numbers))
        (self._folder / f"{number}.command").write_text(f"{command}\n", encoding="utf-8")
        driver = self._driver
        if driver is None or driver.poll() is not None:
            driver = self._driver = self._start()
        assert driver.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            driver.stdin.write(f"{number}\n".encode())
            driver.stdin.flush()
        return self._status(driver, self._folder / f"{number}.status")

    def value(self, variable: str) -> str:
        """Return the value of a variable; empty: it is not set."""
        target = self._folder / "value"
        self.run(f'printf %s "${{{variable}-}}" > {shlex.quote(str(target))}')
        return target.read_text(encoding="utf-8", errors="replace") if target.exists() else ""

    def reset(self) -> None:
        """End the shell; the next command runs in a new one."""
        self._end_driver()
        (self._folder / "environment").unlink(missing_ok=True)

    def close(self) -> None:
        """End the shell and everything that its commands started."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()
        if self._driver is not None:
            if self._driver.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._driver.stdin.close()
            self._driver.wait()

    def _status(self, driver: processes.Process, status: Path) -> int:
        while not status.exists():
            ended = driver.poll()
            if ended is not None and not status.exists():
                return ended  # the command has ended the shell
            if time.monotonic() > self._deadline:
                raise TimedOut
            if self._stop.wait(_INTERVAL):
                raise Stopped
        return int(status.read_text())

    def _start(self) -> processes.Process:
        launch = self._launch
        command = [*launch.prefix, *launch.shell, "-c", _DRIVER, "build", str(self._folder)]
        with self._log.open("ab") as log:
            return processes.start(
                command,
                stdout=log,
                stderr=log,
                folder=self._work,
                environment=None if launch.prefix else self._environment,
                group=self._guard.pid,
            )

    def _end_driver(self) -> None:
        if self._driver is not None:
            if self._driver.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._driver.stdin.close()
            self._driver.wait()
            self._driver = None
