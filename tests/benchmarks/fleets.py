"""Many applications: time and memory to render and check them, beside the AWS CDK.

``make bench`` prints it. With CDK_NODE_MODULES, the path of a folder ``node_modules`` that has
aws-cdk-lib and constructs, the CDK makes as many deliveries in turns with us; its validator is off.

Times are those of whole processes, the best of several rounds, on a file system in memory where
the machine has one: what is measured is the programs and not the disk.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CDK = Path(__file__).parent / "cdk" / "fleet.mjs"
MEMORY = Path("/dev/shm")
RENDER = (sys.executable, "-m", "cfn_pipeline", "render")
SIZES = (10, 100, 500, 2000)
SIZE = 500
ROUNDS = 3


class Took(NamedTuple):
    """What a process and those that it started took: seconds, and the most memory in MiB."""

    wall: float
    cpu: float
    memory: float


def main() -> None:
    """Print the tables, and what was promised."""
    with _folder() as folder:
        whole, alone, unchanged = _one_size(folder)
        costs = _many_sizes(folder)
        cdk = _cdk(folder)
    print()
    _promise("unchanged", unchanged.wall, whole.wall / 5, "a fifth of rendering them")
    busy = alone.cpu / alone.wall
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"cores used where each is rendered by itself: {busy:.2f} of {cores}")
    spread = max(costs.values()) / min(costs.values()) - 1
    print(f"cost per application from {SIZES[0]} to {SIZES[-1]:,}: within {spread:.0%}")
    if cdk is not None:
        _promise("time", whole.wall, cdk.wall / 10, "a tenth of the CDK's")
        _promise("unchanged", unchanged.wall, cdk.wall / 50, "a fifth of that")
        print(f"time where each is rendered by itself: {alone.wall / cdk.wall:.2f} of the CDK's")
        _promise(
            "memory",
            max(whole.memory, alone.memory),
            cdk.memory / 4,
            "a quarter of the CDK's",
            "MiB",
        )


def _one_size(folder: Path) -> tuple[Took, Took, Took]:
    """Measure applications that differ by their names alone, as those of the CDK do."""
    config = _configuration(folder, SIZE)
    render = (*RENDER, "--config", str(config))
    whole = _best(render, before=lambda: _clear(folder))
    _show(f"{SIZE} applications, rendered and checked", whole)
    alone = _best((*render, "--all"), before=lambda: _clear(folder))
    _show(f"{SIZE} applications, each by itself (--all)", alone)
    unchanged = _best(render)
    _show(f"{SIZE} applications, unchanged", unchanged)
    return whole, alone, unchanged


def _many_sizes(folder: Path) -> dict[int, float]:
    """Return CPU seconds for one application more, rendered by itself, by their number."""
    costs = {}
    for size in SIZES:
        one = _configuration(folder, 1)
        render = (*RENDER, "--jobs", "1", "--check", "--all", "--config")
        start = _best((*render, str(one)), with_memory=False)
        many = _configuration(folder, size)
        rounds = ROUNDS if size <= SIZE else 1
        took = _best((*render, str(many)), rounds=rounds, with_memory=False)
        costs[size] = (took.cpu - start.cpu) / (size - 1)
        print(f"{f'{size:,} applications':<48}{costs[size] * 1000:>8.1f} ms CPU for each")
    return costs


def _cdk(folder: Path) -> Took | None:
    if "CDK_NODE_MODULES" not in os.environ or shutil.which("node") is None:
        print("the CDK: not measured; give CDK_NODE_MODULES, and have node")
        return None
    command = ("node", str(CDK), str(SIZE), str(folder / "cdk"))
    took = _best(command, CDK_VALIDATION="false")
    _show(f"{SIZE} deliveries with the CDK", took)
    return took


def _best(
    command: Sequence[str],
    *,
    before: Callable[[], None] = lambda: None,
    rounds: int = ROUNDS,
    with_memory: bool = True,
    **environment: str,
) -> Took:
    """Return the shortest times of several rounds, and the memory of one more, if asked for."""
    times = []
    for _ in range(rounds):
        before()
        times.append(_timed(command, environment))
    wall, cpu = min(wall for wall, _ in times), min(cpu for _, cpu in times)
    if not with_memory:
        return Took(wall, cpu, 0)
    before()
    return Took(wall, cpu, _memory(command, environment))


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    begin = time.perf_counter()
    before = os.times()
    with _started(command, environment) as process:
        process.wait()
    after = os.times()
    cpu = sum(after[2:4]) - sum(before[2:4])
    return time.perf_counter() - begin, cpu


def _memory(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Return the most memory of a process and those that it started, each page once, in MiB."""
    most = 0
    with _started(command, environment) as process:
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
def _started(
    command: Sequence[str], environment: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        | dict(environment),
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
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


def _configuration(folder: Path, size: int) -> Path:
    """Write a configuration of a size; its output is beside it, in a folder of its own."""
    place = folder / f"fleet-{size}"
    place.mkdir(exist_ok=True)
    script = ROOT / "scripts" / "make_fleet.py"
    done = subprocess.run(
        [sys.executable, str(script), str(size)], capture_output=True, text=True, check=True
    )
    config = place / "cfn-pipeline.yml"
    config.write_text(done.stdout)
    if not (place / "app0001").exists() and not (place / "pipeline.yml").exists():
        render = (*RENDER, "--config", str(config))
        subprocess.run(render, cwd=ROOT, check=True, capture_output=True)
    return config


def _clear(folder: Path) -> None:
    for application in (folder / f"fleet-{SIZE}").glob("app*"):
        shutil.rmtree(application)


def _show(name: str, took: Took) -> None:
    print(f"{name:<48}{took.wall:>8.2f} s{took.cpu:>8.2f} s CPU{took.memory:>7.0f} MiB", flush=True)


def _promise(name: str, value: float, most: float, words: str, unit: str = "s") -> None:
    met = "reached" if value <= most else "missed"
    print(f"{name}: {value:.2f} {unit}, goal {words} ({most:.2f} {unit}): {met}")


if __name__ == "__main__":
    main()
