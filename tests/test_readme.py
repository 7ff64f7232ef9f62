"""The README: what must be on its first screen, and that its steps work."""

import re
from pathlib import Path

import yaml

from cfn_pipeline import check, render
from cfn_pipeline.config.reading import read_config
from tests.command import run

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
[CONFIGURATION] = re.findall(r"^```yaml\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 80


def test_the_two_commands_come_first() -> None:
    assert README.split("\n")[2:4] == [
        "    make templates    # renders everything into templates/",
        "    make test         # runs what must pass for every change",
    ]


def test_the_configuration_renders_and_checks_clean() -> None:
    [orders] = read_config(CONFIGURATION)
    findings = check(render(orders))
    assert {finding.message.split(";")[-1].split(",")[0] for finding in findings} <= {
        " set it in dev.json",
        " set it in prod.json",
    }


def test_a_new_folder_begins_as_it_says(tmp_path: Path) -> None:
    [line] = re.findall(r"^    cfn-pipeline (new .+)$", README, re.MULTILINE)
    *words, option, code = line.split()
    assert option == "--application"
    folder = tmp_path / "orders-aws"
    done = run(*words, "--output", str(folder), option, str(tmp_path / code))
    assert done.code == 0, done.err
    assert (tmp_path / code / "buildspec.yml").exists()
    written = yaml.safe_load((folder / "cfn-pipeline.yml").read_text())
    assert written == yaml.safe_load(CONFIGURATION)
