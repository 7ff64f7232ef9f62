"""The application's side of the pipeline, with stand-ins for Docker and the AWS CLI."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cfn_pipeline import CURRENT, load, render, todobackend

APP = Path(__file__).parents[2] / "examples" / "todobackend-app"
REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-in-aws/todobackend"


class Tools:
    """Runs make with stand-ins that write down what they are told."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.input = folder / "input"
        self.path = folder / "bin"
        self.path.mkdir()
        self.stand_in("docker", f'case "$1" in login) cat > {self.input};; esac')
        self.stand_in(
            "aws", 'case "$1" in ecr) echo secret-password;; sts) echo 210987654321;; esac'
        )

    def stand_in(self, name: str, script: str) -> None:
        program = self.path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.log}\n{script}\n')
        program.chmod(0o755)

    def make(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words],
            cwd=APP,
            env={**os.environ, "PATH": f"{self.path}:{os.environ['PATH']}", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def told(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return Tools(tmp_path)


def test_version_is_what_the_pipeline_reads(tools: Tools) -> None:
    done = tools.make("version", IMAGE_REPOSITORY=REPOSITORY, APP_VERSION="9fceb02.0f1e2d3c")
    assert json.loads(done.stdout) == {"Version": "9fceb02.0f1e2d3c"}


def test_the_password_goes_through_standard_input_alone(tools: Tools) -> None:
    assert tools.make("login", IMAGE_REPOSITORY=REPOSITORY).returncode == 0
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert f"docker login --username AWS --password-stdin {registry}" in tools.told
    assert tools.input.read_text() == "secret-password\n"
    assert "secret-password" not in "".join(tools.told)


def test_account_and_region_come_from_the_environment(tools: Tools) -> None:
    done = tools.make("logout", AWS_REGION="sa-east-1")
    assert done.returncode == 0, done.stderr
    assert tools.told[-1] == "docker logout 210987654321.dkr.ecr.sa-east-1.amazonaws.com"


@pytest.mark.parametrize(
    "target, last",
    [
        ("test", "docker compose run --rm test"),
        ("release", "docker compose run --rm acceptance"),
        ("publish", "docker compose push app"),
        ("clean", "docker compose down --volumes --remove-orphans --rmi local"),
    ],
)
def test_targets_drive_compose(tools: Tools, target: str, last: str) -> None:
    assert tools.make(target, IMAGE_REPOSITORY=REPOSITORY, APP_VERSION="1").returncode == 0
    assert tools.told[-1] == last


def test_a_failing_test_stops_the_build(tools: Tools) -> None:
    tools.stand_in("docker", "exit 1")
    assert tools.make("test", IMAGE_REPOSITORY=REPOSITORY, APP_VERSION="1").returncode != 0
    assert len(tools.told) == 1


def test_nothing_names_an_account_or_a_region() -> None:
    for path in APP.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\b[0-9]{12}\b|\b[a-z]{2}-[a-z]+-[0-9]\b", text), path


def test_the_buildspec_is_the_rendered_one() -> None:
    assert (APP / "buildspec.yml").read_text() == render(edition=CURRENT)["buildspec.yml"]


def test_the_makefile_has_every_target_that_the_buildspec_calls() -> None:
    phases: Any = yaml.safe_load((APP / "buildspec.yml").read_text())["phases"]
    commands = [command for phase in phases.values() for command in phase["commands"]]
    called = {c.split()[1] for c in commands if c.startswith("make ")}
    makefile = (APP / "Makefile").read_text()
    assert called == {"login", "test", "release", "publish", "version", "clean", "logout"}
    assert all(re.search(f"^{target}:", makefile, re.MULTILINE) for target in called)


def test_compose_runs_the_container_as_the_stack_does() -> None:
    app = yaml.safe_load((APP / "compose.yaml").read_text())["services"]["app"]
    stack = load(render(edition=CURRENT)["stack.yml"])["Resources"]
    [container, *_] = stack["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert app["command"] == list(todobackend.containers[0].command) == container["Command"]
    given = {v["Name"] for v in (*container["Environment"], *container["Secrets"])}
    assert set(app["environment"]) == given
    assert app["read_only"] is container["ReadonlyRootFilesystem"]
    assert app["volumes"] == [
        f"{mount['SourceVolume']}:{mount['ContainerPath']}" for mount in container["MountPoints"]
    ]
