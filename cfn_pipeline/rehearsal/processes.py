"""The one place where a rehearsal starts processes: git, Docker, builds and the local AWS.

The guard of builds and of the local AWS (``guard.py``) is the exception: it runs without this
package.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

Process = subprocess.Popen[bytes]
TimeoutExpired = subprocess.TimeoutExpired


def run(
    command: Sequence[str],
    *,
    seconds: float | None = None,
    text: str = "",
    environment: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a command, and return its exit code and output; bytes that are not UTF-8 are surrogates.

    Args:
        command: the program and its arguments.
        seconds: after which it is killed; None: no limit.
        text: its standard input; absent: empty.
        environment: its variables; None: those of this process.

    Raises:
        OSError: the program cannot be started.
        TimeoutExpired: it took longer.

    """
    return subprocess.run(
        command,
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=seconds,
        env=environment,
        check=False,
    )


def succeeds(command: Sequence[str], seconds: float) -> bool:
    """Run a command, and return whether it exits with 0 within some seconds."""
    try:
        return run(command, seconds=seconds).returncode == 0
    except (OSError, TimeoutExpired):
        return False


def start_guarded(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    stderr: BinaryIO,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a command and return its guard, which ends with it, after all that it has started.

    What they write is for this user alone: it may hold secrets.

    Args:
        command: the program and its arguments; its standard input and output are pipes.
        environment: its variables.
        stderr: where its standard error goes.
        descriptors: file descriptors that it inherits.

    """
    request = _request(command, until="command", keep=descriptors)
    return _guard(
        request, environment=environment, stderr=stderr, descriptors=descriptors, umask=0o077
    )


class Guarded:
    """A command that ends, with all that it has started, when it is closed or this process ends.

    Args:
        command: the program and its arguments; empty: there is only the cleanup.
        cleanup: a command that runs at the end; empty: none.
        folder: the working directory; None: that of this process.
        environment: its variables; None: those of this process.

    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cleanup: Sequence[str] = (),
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        reading, self._input = os.pipe()
        self.output, writing = os.pipe()
        request = _request(command, until="input", cleanup=cleanup, pipes=(reading, writing))
        try:
            self._guard = _guard(
                request,
                environment=environment,
                stderr=subprocess.DEVNULL,
                folder=folder,
                descriptors=(reading, writing),
            )
        except BaseException:
            for descriptor in (self._input, self.output):
                os.close(descriptor)
            raise
        finally:
            os.close(reading)
            os.close(writing)
        assert self._guard.stdout is not None
        self.events = self._guard.stdout.fileno()
        self.exit_code: int | None = None

    def write(self, text: str) -> None:
        """Write to the standard input of the command; nothing happens if it has ended."""
        with contextlib.suppress(OSError):
            os.write(self._input, text.encode())

    def end_input(self) -> None:
        """End the standard input of the command."""
        if self._input >= 0:
            os.close(self._input)
            self._input = -1

    def read_exit_code(self) -> int:
        """Wait until the command ends, and return its exit code; ``events`` can be read then."""
        if self.exit_code is None:
            line = os.read(self.events, 64)
            self.exit_code = int(line) if line else 128 + 9  # the guard was killed
        return self.exit_code

    def close(self) -> None:
        """End the command, and all that it has started."""
        self.end_input()
        assert self._guard.stdin is not None
        assert self._guard.stdout is not None
        with contextlib.suppress(OSError):
            self._guard.stdin.close()
        self._guard.wait()
        self._guard.stdout.close()
        if self.output >= 0:
            os.close(self.output)
            self.output = -1


def _request(
    command: Sequence[str],
    *,
    until: str,
    cleanup: Sequence[str] = (),
    pipes: tuple[int | None, int | None] = (None, None),
    keep: Sequence[int] = (),
) -> dict[str, Any]:
    return {
        "command": list(command),
        "cleanup": list(cleanup),
        "input": pipes[0],
        "output": pipes[1],
        "keep": list(keep),
        "until": until,
    }


def _guard(
    request: Mapping[str, Any],
    *,
    environment: Mapping[str, str] | None,
    stderr: BinaryIO | int,
    folder: Path | None = None,
    descriptors: Sequence[int] = (),
    umask: int = -1,
) -> Process:
    """Start a guard; its standard input and output are pipes."""
    # By its path, without packages: importing this one would only take time.
    guard = str(Path(__file__).with_name("guard.py"))
    return subprocess.Popen(
        [sys.executable, "-I", "-S", guard, json.dumps(request)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=folder,
        env=environment,
        start_new_session=True,  # Ctrl-C reaches this process only
        pass_fds=tuple(descriptors),
        umask=umask,
    )
