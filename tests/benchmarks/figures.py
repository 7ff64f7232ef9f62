"""Measure, and write the figures of docs/performance.md as JSON (``make performance``)."""

import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.benchmarks import fleets, processes


def main() -> None:
    """Measure, and write the file that is given."""
    begin = time.monotonic()
    path = Path(sys.argv[1])
    busy = os.getloadavg()[0]
    commands = processes.measured()
    for name, took in commands.items():
        print(f"{name:<52}{took.wall:>8.2f} s{took.cpu:>8.2f} s CPU", flush=True)
    figures = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": {
            "cores": len(os.sched_getaffinity(0)),
            "system": platform.system(),
            "python": platform.python_version(),
            "load": round(busy, 1),
        },
        "versions": _versions(),
        "commands": {
            name: {"cpu": round(took.cpu, 4), "wall": round(took.wall, 4)}
            for name, took in commands.items()
        },
        "fleets": [_row(figure) for figure in fleets.measured()],
    }
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if not fleets.has_cdk():
        print("the AWS CDK was left out: node, or its packages, are not there", file=sys.stderr)
    print(f"{path}: measured in {time.monotonic() - begin:.0f} s")


def _versions() -> Mapping[str, str]:
    found = {"cfn-lint": metadata.version("cfn-lint")}
    if fleets.has_cdk():
        package = fleets.MODULES / "aws-cdk-lib" / "package.json"
        found["aws-cdk-lib"] = json.loads(package.read_text("utf-8"))["version"]
    return found


def _row(figure: fleets.Figure) -> dict[str, Any]:
    took = figure.took
    return {
        "what": figure.what,
        "applications": figure.applications,
        "cpu": round(took.cpu, 3),
        "wall": round(took.wall, 3),
        "memory": round(took.memory) or None,
    }


if __name__ == "__main__":
    main()
