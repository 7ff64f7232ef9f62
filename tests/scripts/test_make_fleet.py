"""The configuration of many applications, for measuring."""

from pathlib import Path

import pytest

from cfn_pipeline import load
from tests.command import run
from tests.scripts import load_script, run_script

SCRIPT = load_script("make_fleet.py")


def test_it_can_be_rendered_wherever_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(run_script(SCRIPT, ["2"], capfd).out)
    done = run("render", "--config", str(config))
    assert done.code == 0, done.err
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
        "app0001",
        "app0002",
    ]
    stack = (tmp_path / "app0002" / "stack.yml").read_text()
    assert load(stack) == load(SCRIPT.STACK.read_text())


def test_it_prints_as_many_as_are_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    printed = run_script(SCRIPT, ["12000"], capfd).out
    names = [line for line in printed.splitlines() if line.startswith("  - {name: ")]
    assert len(names) == len({*names}) == 12000
    assert len({len(name) for name in names}) == 1
    assert run_script(SCRIPT, ["0"], capfd).code == 2
