"""The shell in which the commands of a build run, here or in a container."""

import contextlib
import itertools
import shlex
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from cfn_pipeline.rehearsal.outcome import Stopped

__all__ = ["Shell", "TimedOut"]

#: Reads the numbers of commands, runs each in this one shell, and writes its exit code. What a
#: command exports outlives even a command that ends the shell.
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


class TimedOut(Exception):  # noqa: N818 - a state of affairs, told as CodeBuild tells it
    """The build took longer than its project allows."""


class Shell:
    """A shell that runs commands one after another, and remembers what they set.

    Whatever its commands have left running ends with it, and with this process.

    Args:
        words: which call the shell.
        folder: where it keeps commands and exit codes.
        work: the folder in which it begins.
        environment: its variables.
        log: the file to which everything is written.
        stop: set when the run is to stop.
        seconds: how long everything may take.
        launcher: the words that start it somewhere else; none: it is started here.
        cleanup: the command that ends what the launcher has started.

    """

    def __init__(
        self,
        *,
        words: Sequence[str],
        folder: Path,
        work: Path,
        environment: Mapping[str, str],
        log: Path,
        stop: threading.Event,
        seconds: float,
        launcher: Sequence[str] = (),
        cleanup: Sequence[str] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._words = list(words)
        self._folder = folder
        self._work = work
        mark = f"CFN_PIPELINE_BUILD={uuid.uuid4()}"
        self._environment = dict(environment) | {"CFN_PIPELINE_BUILD": mark.partition("=")[2]}
        self._log = log
        self._stop = stop
        self._deadline = time.monotonic() + seconds
        self._launcher = list(launcher)
        self._numbers = itertools.count(1)
        self._driver: subprocess.Popen[bytes] | None = None
        self._guard = subprocess.Popen(
            # By its path: the package would be loaded for nothing.
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), mark, *cleanup],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def run(self, command: str) -> int:
        """Run a command and return its exit code.

        Raises:
            Stopped: the run is to stop.
            TimedOut: the time is over.

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
        """Return the value of a variable; empty: there is none."""
        target = self._folder / "value"
        self.run(f'printf %s "${{{variable}-}}" > {shlex.quote(str(target))}')
        return target.read_text(encoding="utf-8", errors="replace") if target.exists() else ""

    def forget(self) -> None:
        """End the shell, so that the next command has one as new."""
        self._end_driver()
        (self._folder / "environment").unlink(missing_ok=True)

    def close(self) -> None:
        """End the shell, and whatever its commands have left running."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()
        if self._driver is not None:
            if self._driver.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._driver.stdin.close()
            self._driver.wait()

    def _status(self, driver: "subprocess.Popen[bytes]", status: Path) -> int:
        while not status.exists():
            ended = driver.poll()
            if ended is not None and not status.exists():
                return ended  # the command has ended its shell
            if time.monotonic() > self._deadline:
                raise TimedOut
            if self._stop.wait(_INTERVAL):
                raise Stopped
        return int(status.read_text())

    def _start(self) -> "subprocess.Popen[bytes]":
        words = [*self._launcher, *self._words, "-c", _DRIVER, "build", str(self._folder)]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._work,
                env=None if self._launcher else self._environment,
                process_group=self._guard.pid,
            )

    def _end_driver(self) -> None:
        if self._driver is not None:
            if self._driver.stdin is not None:
                with contextlib.suppress(BrokenPipeError):
                    self._driver.stdin.close()
            self._driver.wait()
            self._driver = None
