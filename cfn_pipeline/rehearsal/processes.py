"""The one place where a rehearsal starts processes: git, Docker, builds and the local AWS.

The watchdog of builds (``building/guard.py``) is the exception: it runs without this package.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

PIPE = subprocess.PIPE
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


def start(
    command: Sequence[str],
    *,
    stdout: BinaryIO | int = subprocess.DEVNULL,
    stderr: BinaryIO | int = subprocess.DEVNULL,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    group: int | None = None,
    descriptors: Sequence[int] = (),
) -> Process:
    """Start a command, and return the process; its standard input is a pipe.

    Args:
        command: the program and its arguments.
        stdout: where standard output goes; absent: nowhere.
        stderr: where standard error goes; absent: nowhere.
        folder: the working directory; None: that of this process.
        environment: its variables; None: those of this process.
        group: the process group, 0 for a new one; None: a session of its own, so that Ctrl-C
            reaches this process only.
        descriptors: file descriptors that it inherits.

    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        cwd=folder,
        env=environment,
        process_group=group,
        start_new_session=group is None,
        pass_fds=tuple(descriptors),
    )
