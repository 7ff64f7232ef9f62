"""The pipeline of examples/ in Python: run elsewhere, it writes what is committed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cfn_lint import lint
from tests.command import run
from tests.examples.test_configurations import EXAMPLES, REGIONS

FOLDER = EXAMPLES / "pipeline-language"
TEMPLATES = sorted(FOLDER.glob("*.yml"))


def test_it_writes_the_committed_templates(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "pipeline.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "pipeline.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text() for path in tmp_path.glob("*.yml")}
    assert written == {path.name: path.read_text() for path in TEMPLATES}


def test_check_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()
    shutil.copy(FOLDER / "stack.yml", tmp_path / "jobs")
    done = run("check", str(FOLDER), "--artifact", f"Code={tmp_path}")
    assert (done.code, done.out) == (0, ""), done.out


@pytest.mark.thorough
@pytest.mark.lint
def test_cfn_lint_finds_nothing_whatever_the_region() -> None:
    assert [str(match) for match in lint(*TEMPLATES, include=["I"], regions=REGIONS)] == []


def test_the_permissions_of_a_deployment_are_complete() -> None:
    stacks = [w for name in ("staging", "blue", "green") for w in ("--stack", f"jobs-{name}")]
    done = run("permissions", str(FOLDER / "stack.yml"), *stacks, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["Resources"]
