"""How long whole processes take: each verb beside a bare interpreter and what it must import.

``make bench`` prints it. Every command runs once in each of nine rounds, one after the other, with
its bytecode present; what is shown are medians of CPU time (user and system) and of wall time.
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROUNDS = 9
VERB = ("-m", "cfn_pipeline")
#: What ``check templates/current`` reads, for cfn-lint.
TEMPLATES = sorted(
    str(path)
    for path in (ROOT / "templates" / "current").glob("*.yml")
    if path.name != "buildspec.yml"
)

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "P: python -I -c pass": ("-I", "-c", "pass"),
    "F: import troposphere, awacs.aws, yaml, click": (
        "-c",
        "import troposphere, awacs.aws, yaml, click",
    ),
    "import cfnlint.api": ("-c", "import cfnlint.api"),
    "cfn-lint templates/current": (
        str(Path(sys.executable).with_name("cfn-lint")),
        "--",
        *TEMPLATES,
    ),
    "--version": (*VERB, "--version"),
    "rules": (*VERB, "rules"),
    "check templates/current": (*VERB, "check", "templates/current"),
    "permissions stack.yml": (
        *(*VERB, "permissions", "templates/current/stack.yml"),
        *("--stack", "todobackend-dev"),
    ),
    "render --edition book": (*VERB, "render", "--edition", "book", "--check"),
    "render --edition current": (*VERB, "render", "--edition", "current", "--check"),
}
BARE, FOUNDATION, CFN_LINT = list(COMMANDS)[:3]


class Took(NamedTuple):
    """Seconds that a process took."""

    cpu: float
    wall: float


def took(arguments: tuple[str, ...]) -> Took:
    """Run Python and return how long it took."""
    # The bytecode of a module that was just edited is written by the first round, which warms up.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: exit code {process.returncode}\n{said.decode()}")
    return Took(usage.ru_utime + usage.ru_stime, time.perf_counter() - begin)


def measured() -> dict[str, Took]:
    """Return the medians of every command, measured in turns."""
    for arguments in COMMANDS.values():
        took(arguments)
    rounds = [
        {name: took(arguments) for name, arguments in COMMANDS.items()} for _ in range(ROUNDS)
    ]
    return {
        name: Took(median(r[name].cpu for r in rounds), median(r[name].wall for r in rounds))
        for name in COMMANDS
    }


def loads(arguments: tuple[str, ...]) -> dict[str, float]:
    """Return the seconds that loading takes, by library and by our own room; longest first."""
    command = [sys.executable, "-X", "importtime", *arguments]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr
    found: dict[str, float] = defaultdict(float)
    for line in told.splitlines():
        parts = line.removeprefix("import time:").replace(" ", "").split("|")
        if line.startswith("import time:") and parts[0].isdecimal():
            name = parts[2].split(".")
            if name[0] == "cfn_pipeline":
                found[".".join(name[:2])] += int(parts[0]) / 1e6
            elif name[0] in sys.stdlib_module_names:
                found["the standard library"] += int(parts[0]) / 1e6
            else:
                found[name[0]] += int(parts[0]) / 1e6
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def main() -> None:
    """Print the table, and what was promised."""
    found = measured()
    print(f"{'':<48}{'CPU ms':>8}{'wall ms':>9}{'CPU / F':>9}")
    for name, (cpu, wall) in found.items():
        ratio = cpu / found[FOUNDATION].cpu
        print(f"{name:<48}{cpu * 1000:>8.0f}{wall * 1000:>9.0f}{ratio:>9.2f}")
    print()
    goals = (
        ("--version", "P + 35 ms", found[BARE].cpu + 0.035),
        ("check templates/current", "a third of importing cfn-lint", found[CFN_LINT].cpu / 3),
        ("render --edition book", "1.8 F", found[FOUNDATION].cpu * 1.8),
        ("render --edition current", "2.2 F", found[FOUNDATION].cpu * 2.2),
    )
    for name, goal, most in goals:
        cpu = found[name].cpu
        met = "reached" if cpu <= most else "missed"
        print(f"{name}: {cpu * 1000:.0f} ms, goal {goal} ({most * 1000:.0f} ms): {met}")
        if cpu > most:
            shares = loads(COMMANDS[name])
            longest = ", ".join(f"{n} {t * 1000:.0f}" for n, t in list(shares.items())[:14])
            print(f"  loading takes {sum(shares.values()) * 1000:.0f} ms when it is measured")
            print(f"  ({longest}); the rest is the verb's own work")


if __name__ == "__main__":
    main()
