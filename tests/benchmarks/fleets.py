"""Many applications: time and memory to render and check them, beside the AWS CDK.

``make bench`` prints it, and ``make performance`` puts it into docs/performance.md. Where node and
a folder ``node_modules`` with aws-cdk-lib and constructs are there (CDK_NODE_MODULES, else that of
``make performance``), the CDK makes as many deliveries in turns with us; its validator is off.

Times are the shortest of several rounds, on a file system in memory where the machine has one: what
is measured is the programs and not the disk.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks.running import ROOT, Command, Took, in_turns

CDK = Path(__file__).parent / "cdk" / "fleet.mjs"
MODULES = Path(os.environ.get("CDK_NODE_MODULES", ROOT / ".performance" / "node_modules"))
MEMORY = Path("/dev/shm")
RENDER = (sys.executable, "-m", "cfn_pipeline", "render")
#: The size at which all are compared, and the memory is measured.
SIZE = 500
SIZES = (10, 100, SIZE, 2000)
#: The largest fleet; its applications are alike, and are not rendered one by one.
LARGEST = 10_000
ROUNDS = 3

#: What is measured, as figures name it.
RENDERED, ALONE, SPREAD = "rendered", "each by itself", "each by itself, on all cores"
UNCHANGED, CHANGED, WITH_CDK = "unchanged", "one changed", "AWS CDK"


class Figure(NamedTuple):
    """What a number of applications took."""

    what: str
    applications: int
    took: Took


def main() -> None:
    """Print the tables, and what was promised."""
    figures = measured()
    found = {what: took for what, number, took in figures if number == SIZE}
    whole, alone, unchanged = found[RENDERED], found[SPREAD], found[UNCHANGED]
    print()
    _promise("unchanged", unchanged.wall, whole.wall / 5, "a fifth of rendering them")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = alone.cpu / alone.wall
    print(f"cores used where each is rendered by itself: {busy:.2f} of {cores}")
    each = costs(figures)
    spread = max(each.values()) / min(each.values()) - 1
    print(f"cost per application from {SIZES[0]} to {SIZES[-1]:,}: within {spread:.0%}")
    if not has_cdk():
        print("the CDK: not measured; make performance installs it, if node and npm are there")
        return
    cdk = found[WITH_CDK]
    _promise("time", whole.wall, cdk.wall / 10, "a tenth of the CDK's")
    _promise("unchanged", unchanged.wall, cdk.wall / 50, "a fifth of that")
    print(f"time where each is rendered by itself: {alone.wall / cdk.wall:.2f} of the CDK's")
    most = max(whole.memory, alone.memory)
    _promise("memory", most, cdk.memory / 4, "a quarter of the CDK's", "MiB")


def measured() -> list[Figure]:
    """Measure fleets of all sizes; each figure is printed when it is known."""
    figures = []
    with _folder() as folder:
        for size in (*SIZES, LARGEST):
            took = in_turns(
                _commands(folder, size),
                rounds=ROUNDS if size <= SIZE else 1,
                with_memory=size in (SIZE, LARGEST),
            )
            for what, found in took.items():
                _show(f"{size:,} applications, {what}", found)
                figures.append(Figure(what, size, found))
            shutil.rmtree(_place(folder, size))
    return figures


def costs(figures: list[Figure]) -> dict[int, float]:
    """Return CPU seconds for one application more, rendered by itself, by their number."""
    alone = {number: took.cpu for what, number, took in figures if what == ALONE}
    first = min(alone)
    return {n: (cpu - alone[first]) / (n - first) for n, cpu in alone.items() if n != first}


def has_cdk() -> bool:
    """Whether the CDK can be measured."""
    return (MODULES / "aws-cdk-lib").is_dir() and shutil.which("node") is not None


def _commands(folder: Path, size: int) -> dict[str, Command]:
    """Return what is measured of a fleet, in the order of a round."""
    place = _place(folder, size)
    config = _configuration(place, size)
    render = (*RENDER, "--config", str(config))

    def clear() -> None:
        for application in place.glob("app*"):
            shutil.rmtree(application)

    def change() -> None:
        text = config.read_text()
        now, then = "{name: app", "{title: Another, name: app"
        config.write_text(text.replace(then, now) if then in text else text.replace(now, then, 1))

    rendered = {
        RENDERED: Command(words=render, before=clear),
        UNCHANGED: Command(words=render),
    }
    if size > SIZES[-1]:
        return rendered | {CHANGED: Command(words=render, before=change)}
    alone = {ALONE: Command(words=(*render, "--all", "--check", "--jobs", "1"))}
    if size == SIZE:
        alone[SPREAD] = Command(words=(*render, "--all"), before=clear)
    if size <= SIZE and has_cdk():
        alone[WITH_CDK] = Command(
            words=("node", str(CDK), str(size), str(place / "cdk")),
            environment={"CDK_NODE_MODULES": str(MODULES), "CDK_VALIDATION": "false"},
        )
    return rendered | alone


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


def _place(folder: Path, size: int) -> Path:
    return folder / f"fleet-{size}"


def _configuration(place: Path, size: int) -> Path:
    """Write a configuration of a size; its output is beside it."""
    place.mkdir()
    script = ROOT / "scripts" / "make_fleet.py"
    done = subprocess.run(
        [sys.executable, str(script), str(size)], capture_output=True, text=True, check=True
    )
    config = place / "cfn-pipeline.yml"
    config.write_text(done.stdout)
    return config


def _show(name: str, took: Took) -> None:
    memory = f"{took.memory:>7.0f} MiB" if took.memory else ""
    print(f"{name:<52}{took.wall:>8.2f} s{took.cpu:>8.2f} s CPU{memory}", flush=True)


def _promise(name: str, value: float, most: float, words: str, unit: str = "s") -> None:
    met = "reached" if value <= most else "missed"
    print(f"{name}: {value:.2f} {unit}, goal {words} ({most:.2f} {unit}): {met}")


if __name__ == "__main__":
    main()
