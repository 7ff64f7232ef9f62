"""Guard: runs a command, and ends every process that it has started. Run by its path.

Its argument is a JSON object:

``command``
    The command; an empty one: none.
``input``, ``output``
    Descriptors of the command's standard input and output; null: those of this process.
``keep``
    Further descriptors for the command.
``until``
    ``command``: the guard ends with its command, with the same exit code. ``input``: it ends with
    its standard input; when the command ends before, its exit code is written as a line.
``cleanup``
    A command that runs at the end.

On Linux, processes that left their group or session, or whose parents ended, become children of the
guard, and end too. Elsewhere only those end that are still descendants, or in the command's group.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LINUX = sys.platform == "linux"
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
#: Seconds: for the cleanup, and for the processes to end.
_CLEANUP = 30.0
_END = 10.0


_LIBC = ctypes.CDLL(None) if _LINUX else None


def _prctl(option: int, value: int) -> None:
    """Set an option of this process, on Linux."""
    if _LIBC is not None:
        _LIBC.prctl(option, value, 0, 0, 0)


def _start(request: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
    """Start the command, and return its process."""
    output = request["output"]
    return subprocess.Popen(
        request["command"],
        stdin=request["input"],
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=request["keep"],
        # It ends with the guard, also when the guard is killed.
        preexec_fn=lambda: _prctl(_SET_PDEATHSIG, signal.SIGKILL),
    )


def _wait(child: int, until: str) -> int:
    """Wait until the command or the input ends, or for SIGTERM; return the exit code."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(128 + signal.SIGTERM))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    code, inputs = 0, [reading] if until == "command" else [reading, 0]
    while not ended:
        # Again and again, in case the signal came before its handler.
        ready, _, _ = select.select(inputs, [], [], 1.0)
        if reading in ready:
            os.read(reading, 512)
        for pid, status in _reap()[0]:
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                code = 128 - code if code < 0 else code
                if until == "command":
                    return code
                with contextlib.suppress(OSError):
                    os.write(1, b"%d\n" % code)
        if 0 in ready and not os.read(0, 4096):
            return code
    return ended[0]


def _reap() -> tuple[list[tuple[int, int]], bool]:
    """Return the children that have ended, each with its status, and whether there are others."""
    ended: list[tuple[int, int]] = []
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return ended, True
            ended.append((pid, status))
    except ChildProcessError:
        return ended, False


def _parents() -> dict[int, int]:
    """Return the parent of each process."""
    parents: dict[int, int] = {}
    if _LINUX:
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                parents[int(folder.name)] = int(fields[1])
    else:
        command = ["ps", "-A", "-o", "pid=,ppid="]
        with contextlib.suppress(OSError, ValueError):
            done = subprocess.run(command, capture_output=True, check=False)
            for line in done.stdout.splitlines():
                pid, parent = line.split()
                parents[int(pid)] = int(parent)
    return parents


def _descendants() -> set[int]:
    """Return the processes that this one has started, and those that they have started."""
    parents, found = _parents(), {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found - {os.getpid()}


def _end_all(child: int) -> None:
    """Kill the descendants until there are none."""
    deadline = time.monotonic() + _END
    if child:
        with contextlib.suppress(OSError):
            os.killpg(child, signal.SIGKILL)
    while _reap()[1] and time.monotonic() < deadline:
        for pid in _descendants():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def main() -> int:
    """Run the command of the argument, and return the exit code."""
    request = json.loads(sys.argv[1])
    _prctl(_SET_CHILD_SUBREAPER, 1)
    # The object must live as long as the process: it would take its exit code with it.
    process = _start(request) if request["command"] else None
    child = 0 if process is None else process.pid
    for descriptor in (request["input"], request["output"], *request["keep"]):
        if descriptor is not None:
            os.close(descriptor)
    code = _wait(child, request["until"])
    if request["cleanup"]:
        nowhere = subprocess.DEVNULL
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                request["cleanup"], check=False, timeout=_CLEANUP, stdout=nowhere, stderr=nowhere
            )
    _end_all(child)
    return code


if __name__ == "__main__":
    sys.exit(main())
