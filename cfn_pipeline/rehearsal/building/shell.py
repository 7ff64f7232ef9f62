"""The shell of a build, on this machine or in a container."""

import contextlib
import itertools
import os
import re
import select
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.building.log import Log
from cfn_pipeline.rehearsal.folder import opened_folder
from cfn_pipeline.rehearsal.outcome import ActionFailed, raise_if_stopped

#: Reads the numbers of commands, runs each in this one shell, and writes a mark with its exit code
#: behind its output. It uses what is built into a shell only, and a descriptor that commands do not
#: have, so commands may change PATH and limits. Exported variables are kept when a command ends
#: the shell, unless its limits cut the file that has them.
_DRIVER = r"""
exec 9>&1 2>&1
rehearsal_folder=$1 rehearsal_mark=$2
if [ -f "$1/environment" ]; then
    (. "$1/environment") > /dev/null 2>&1 && . "$1/environment"
    IFS= read -r rehearsal_number < "$1/folder" && cd "$rehearsal_number"
fi
trap 'export -p > "$rehearsal_folder/environment"; pwd > "$rehearsal_folder/folder"' EXIT
while IFS= read -r rehearsal_number; do
    . "$rehearsal_folder/$rehearsal_number.command" < /dev/null 9>&-
    command echo "$rehearsal_mark $rehearsal_number $?" >&9
done
"""

#: Seconds between two looks at the clock, and at the disk.
_INTERVAL = 0.05
_DISK_INTERVAL = 0.5
#: Bytes that must stay free on the disk, for the journal and the account.
_FREE = 16 << 20
#: Bytes that are read at once, and how often before other events are looked at.
_CHUNK, _CHUNKS = 1 << 16, 64


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
        folder: for commands.
        work: the working directory.
        environment: its variables.
        log: receives all output.
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
        log: Log,
        stop: threading.Event,
        seconds: float,
    ) -> None:
        self.log = log
        self._launch = launch
        self._folder = folder
        self._work = work
        self._environment = environment
        self._stop = stop
        self._deadline = time.monotonic() + seconds
        self._next_look = 0.0
        self._numbers = itertools.count(1)
        self._mark = f"\x1e{uuid.uuid4()}"
        self._marked = re.compile(rf"{self._mark} (\d+) (\d+)\n".encode())
        self._pending, self._at_end = b"", False
        self._captured: list[bytes] | None = None
        self._driver: processes.Guarded | None = None
        self._guards: list[processes.Guarded] = []
        if launch.cleanup:
            self._guards.append(processes.Guarded((), cleanup=launch.cleanup))

    def run(self, command: str) -> int:
        """Run a command and return its exit code.

        Raises:
            ActionFailed: the disk is full.
            Stopped: the run is to stop.
            TimedOut: the build takes too long.

        """
        number = next(self._numbers)
        name = f"{number}.command"
        try:
            self._write_file(name, f"{command}\n")
        except OSError as error:
            self._require_room()
            path = self._folder / name
            raise ActionFailed(f"{path} cannot be written: {error.strerror}") from error
        driver = self._driver
        if driver is None or driver.exit_code is not None:
            driver = self._driver = self._start()
        driver.write(f"{number}\n")
        return self._status(driver, number)

    def value(self, variable: str) -> str:
        """Return the value of a variable; empty: it is not set."""
        end = str(uuid.uuid4())
        self._captured = []
        try:
            self.run(f"command printf '{end}%s{end}' \"${{{variable}-}}\"")
            output = b"".join(self._captured).decode(errors="replace")
        finally:
            self._captured = None
        return output.partition(end)[2].partition(end)[0]

    def reset(self) -> None:
        """End the shell; the next command runs in a new one."""
        if self._driver is not None:
            self._driver.end_input()
            self._status(self._driver, None)
            self._driver = None
        self._remove("environment")

    def close(self) -> None:
        """End the shell and everything that its commands started."""
        for guard in self._guards:
            guard.close()

    def _write_file(self, name: str, text: str) -> None:
        """Write a file for the shell; a link that a command has put there is not followed."""
        self._remove(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with opened_folder(self._folder) as folder:
            descriptor = os.open(name, flags, 0o600, dir_fd=folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode(errors="surrogateescape"))

    def _remove(self, name: str) -> None:
        with opened_folder(self._folder) as folder, contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)

    def _start(self) -> processes.Guarded:
        launch = self._launch
        arguments = ["-c", _DRIVER, "build", str(self._folder), self._mark]
        guard = processes.Guarded(
            [*launch.prefix, *launch.shell, *arguments],
            folder=self._work,
            environment=None if launch.prefix else self._environment,
        )
        self._guards.append(guard)
        self._pending, self._at_end = b"", False
        return guard

    def _status(self, driver: processes.Guarded, number: int | None) -> int:
        """Return the exit code of a command; None: that of the shell when it ends."""
        while driver.exit_code is None:
            raise_if_stopped(self._stop)
            self._look()
            sources = [driver.events] if self._at_end else [driver.output, driver.events]
            ready, _, _ = select.select(sources, [], [], _INTERVAL)
            if driver.output in ready:
                status = self._read(driver, number)
                if status is not None:
                    return status
            if driver.events in ready:
                driver.read_exit_code()
                self._read(driver, number)
                self._write(self._pending)
                self._pending = b""
        return driver.exit_code  # the command has ended the shell

    def _read(self, driver: processes.Guarded, number: int | None) -> int | None:
        """Read what there is of the output; return the exit code of a command if it is there."""
        for _ in range(_CHUNKS):
            if not select.select([driver.output], [], [], 0)[0]:
                break
            chunk = os.read(driver.output, _CHUNK)
            if not chunk:
                self._at_end = True
                break
            self._pending += chunk
            if mark := self._marked.search(self._pending):
                self._write(self._pending[: mark.start()])
                self._pending = self._pending[mark.end() :]
                if int(mark[1]) == number:
                    return int(mark[2])
            # What may be the beginning of a mark stays.
            begin = self._pending.rfind(b"\x1e")
            keep = len(self._pending) - begin if begin >= 0 else 0
            kept = len(self._pending) - (keep if keep < len(self._mark) + 32 else 0)
            self._write(self._pending[:kept])
            self._pending = self._pending[kept:]
        return None

    def _write(self, output: bytes) -> None:
        if self._captured is None:
            self.log.write(output)
        else:
            self._captured.append(output)

    def _look(self) -> None:
        """Look at the clock and the disk.

        Raises:
            ActionFailed: the disk is full.
            TimedOut: the build takes too long.

        """
        now = time.monotonic()
        if now > self._deadline:
            raise TimedOut
        if now > self._next_look:
            self._next_look = now + _DISK_INTERVAL
            self._require_room()

    def _require_room(self) -> None:
        disk = os.statvfs(self.log.path)
        if disk.f_bavail * disk.f_frsize < _FREE:
            raise ActionFailed(
                f"the disk with {self._folder.parent} is full: less than {_FREE >> 20} MB are "
                "free; delete something, and resume the run"
            )
