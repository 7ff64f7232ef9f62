"""How long checking takes, beside importing cfn-lint."""

import subprocess
import sys
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

from cfn_pipeline.analysis.reading import read_folder
from cfn_pipeline.checks import Finding, check_system

ROOT = Path(__file__).parents[2]


def _check(edition: str) -> list[Finding]:
    return check_system(read_folder(ROOT / "templates" / edition, {}))


def test_check_current(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "check an edition, as a ratio to importing cfn-lint"
    assert benchmark(_check, "current") == []


def test_check_book(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "check an edition, as a ratio to importing cfn-lint"
    assert benchmark(_check, "book") == []


def test_import_cfn_lint(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "check an edition, as a ratio to importing cfn-lint"
    timed = (
        "import time; start = time.perf_counter(); import cfnlint.api; "
        "print(time.perf_counter() - start)"
    )

    def imported() -> str:
        return subprocess.run(
            [sys.executable, "-c", timed], capture_output=True, text=True, check=True
        ).stdout

    assert float(benchmark(imported)) > 0
