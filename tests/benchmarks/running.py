"""What whole processes take: seconds of CPU and of the clock, and memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Took(NamedTuple):
    """What a process and those that it started took: seconds, and the most memory in MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command to measure.

    Args:
        words: its program and arguments.
        before: what is done before each run, and not measured.
        environment: variables that are set for it.

    """

    words: tuple[str, ...]
    before: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


def in_turns(commands: Mapping[str, Command], *, rounds: int, with_memory: bool) -> dict[str, Took]:
    """Return the shortest times of each command, and the memory of one more run, if asked for.

    In each round every command runs once, so that other work on the machine slows all of them.
    """
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            command.before()
            times[name].append(_timed(command))
    memory = dict.fromkeys(commands, 0.0)
    if with_memory:
        for name, command in commands.items():
            command.before()
            memory[name] = _memory(command)
    return {
        name: Took(min(wall for wall, _ in found), min(cpu for _, cpu in found), memory[name])
        for name, found in times.items()
    }


def _timed(command: Command) -> tuple[float, float]:
    begin = time.perf_counter()
    before = os.times()
    with _started(command) as process:
        process.wait()
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return time.perf_counter() - begin, cpu


def _memory(command: Command) -> float:
    """Return the most memory of a process and those that it started, each page once, in MiB."""
    most = 0
    with _started(command) as process:
        while process.poll() is None:
            most = max(most, sum(_pages(process.pid)))
            time.sleep(0.02)
    return most / 1024


def _pages(group: int) -> Iterator[int]:
    """Yield the KiB of each process of a group, of which shared ones count in part."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if os.getpgid(int(folder.name)) == group:
                lines = (folder / "smaps_rollup").read_text().splitlines()
                yield next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@contextmanager
def _started(command: Command) -> Iterator["subprocess.Popen[bytes]"]:
    # The bytecode of a module that was just edited is written by the first run.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command.words,
        cwd=ROOT,
        env=kept | dict(command.environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
    if process.returncode:
        sys.exit(f"{' '.join(command.words)}: exit code {process.returncode}")
