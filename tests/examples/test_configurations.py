"""The configurations of examples/: their committed output is what they render, and is right."""

import re
from pathlib import Path

import pytest

from cfn_pipeline import load
from cfn_pipeline.cli.applications import placed_applications
from cfn_pipeline.model.application import Application
from tests.cfn_lint import lint
from tests.command import ROOT, run

EXAMPLES = ROOT / "examples"
CONFIGURATIONS = sorted(path.parent.name for path in EXAMPLES.glob("*/cfn-pipeline.yml"))
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2"]
#: The template of each application with the stacks that are made of it.
DEPLOYMENTS = {
    place / application.stack_file: [application.stack_name(e) for e in application.environments]
    for name in CONFIGURATIONS
    for place, application in placed_applications(
        EXAMPLES / name / "cfn-pipeline.yml", None
    ).items()
}

each = pytest.mark.parametrize("name", CONFIGURATIONS)


def _templates(name: str) -> list[Path]:
    paths = (EXAMPLES / name).rglob("*.yml")
    return sorted(p for p in paths if p.name not in ("cfn-pipeline.yml", "buildspec.yml"))


def _placed(name: str) -> dict[Path, Application]:
    return placed_applications(EXAMPLES / name / "cfn-pipeline.yml")


def test_the_readme_lists_every_example() -> None:
    listed = re.findall(r"^\| \[([a-z0-9-]+)\]", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@each
def test_the_output_is_up_to_date(name: str) -> None:
    done = run("render", "--config", f"examples/{name}/cfn-pipeline.yml", "--check")
    assert done.code == 0, done.out + done.err
    assert "fill in" not in done.err


@each
def test_check_finds_nothing(name: str) -> None:
    for place in _placed(name):
        done = run("check", str(place))
        assert (done.code, done.out) == (0, ""), done.out


@pytest.mark.thorough
@pytest.mark.lint
@each
def test_cfn_lint_finds_nothing_whatever_the_region(name: str) -> None:
    found = lint(*_templates(name), include=["I"], regions=REGIONS)
    assert [str(match) for match in found] == []


@pytest.mark.parametrize("path", DEPLOYMENTS, ids=lambda path: path.parent.name)
def test_the_permissions_of_a_deployment_are_complete(path: Path) -> None:
    stacks = [word for stack in DEPLOYMENTS[path] for word in ("--stack", stack)]
    done = run("permissions", str(path), *stacks)
    assert (done.code, done.err) == (0, "")
    assert load(done.out)["Resources"]
