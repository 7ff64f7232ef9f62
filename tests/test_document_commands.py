"""The commands of the documents run as they stand, in their order."""

import re
from pathlib import Path

import pytest

from tests.command import ROOT, Done, run

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands(text: str) -> list[list[str]]:
    lines = re.findall(r"^    (?:\.venv/bin/)?cfn-pipeline (.+)$", text, re.MULTILINE)
    return [line.split() for line in lines]


def _rehearse(words: list[str], runs: Path, cwd: Path = ROOT) -> Done:
    return run(*words, "--approve", "--builds", "shell", "--folder", str(runs), cwd=cwd)


def test_the_steps_of_the_readme(tmp_path: Path) -> None:
    *steps, rehearse = _commands(README)
    assert [verb for verb, *_ in [*steps, rehearse]] == ["new", "render", "check", "rehearse"]
    for words in steps:
        done = run(*words, cwd=tmp_path)
        assert done.code == 0, (words, done.err)
    assert (tmp_path / "orders" / "buildspec.yml").exists()


@pytest.mark.thorough
def test_the_rehearsal_of_the_readme(tmp_path: Path) -> None:
    *steps, rehearse = _commands(README)
    for words in steps:
        run(*words, cwd=tmp_path)
    done = _rehearse(rehearse, tmp_path / "runs", tmp_path)
    assert done.code == 0, done.err
    assert re.search(r"DeployChangeSet +Succeeded", done.out)


@pytest.mark.thorough
def test_a_rehearsal_in_a_clone_runs_to_production(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "rehearsal.md").read_text(encoding="utf-8")
    [rehearse] = [words for words in _commands(page) if "templates/current/pipeline.yml" in words]
    done = _rehearse(rehearse, tmp_path / "runs")
    assert done.code == 0, done.err
    assert re.search(r"DeployChangeSet +Succeeded", done.out)
