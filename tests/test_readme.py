"""The README's examples run as they stand, and print what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_pipeline import check, render
from cfn_pipeline.config.reading import read_config
from tests.command import run

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n(?:\n((?:    [^\n]+\n)+))?", README, re.DOTALL)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example, printed", EXAMPLES)
def test_an_example_runs(example: str, printed: str, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    if printed:
        assert done.stdout == re.sub("^    ", "", printed, flags=re.MULTILINE)


def test_the_file_describes_what_the_python_example_does() -> None:
    [text] = re.findall(r"```yaml\n(applications:\n.*?)```", README, re.DOTALL)
    [example] = [code for code, _ in EXAMPLES if 'name="worker"' in code]
    values: dict[str, object] = {}
    exec(example, values)
    assert read_config(text) == [values["worker"]]


def test_the_two_commands_come_first() -> None:
    assert README.split("\n")[2:4] == [
        "    make templates    # renders everything into templates/",
        "    make test         # runs what must pass for every change",
    ]


def test_the_configuration_renders_and_checks_clean() -> None:
    [text] = re.findall(r"```yaml\n(# cfn-pipeline.yml\n.*?)```", README, re.DOTALL)
    [orders] = read_config(text)
    findings = check(render(orders))
    assert {finding.message.split(";")[-1].split(",")[0] for finding in findings} <= {
        " set it in dev.json",
        " set it in prod.json",
    }


def test_a_new_folder_begins_as_the_first_screen_says(tmp_path: Path) -> None:
    screen = README.partition("## Quickstart")[0]
    [line] = re.findall(r"^    cfn-pipeline (new .+)$", screen, re.MULTILINE)
    *words, option, code = line.split()
    assert option == "--application"
    folder = tmp_path / "orders-aws"
    done = run(*words, "--output", str(folder), option, str(tmp_path / code))
    assert done.code == 0, done.err
    assert (folder / "cfn-pipeline.yml").exists()
    assert (tmp_path / code / "buildspec.yml").exists()


@pytest.mark.thorough
def test_a_rehearsal_runs_to_production(tmp_path: Path) -> None:
    [line] = re.findall(r"^    \.venv/bin/cfn-pipeline (rehearse .+)$", README, re.MULTILINE)
    words = [*line.split(), "--approve", "--folder", str(tmp_path), "--builds", "shell"]
    done = subprocess.run(
        [sys.executable, "-m", "cfn_pipeline", *words],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"DeployChangeSet +Succeeded", done.stdout)
