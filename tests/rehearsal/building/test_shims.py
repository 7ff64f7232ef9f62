"""Tools that are recorded instead of run."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.rehearsal.building.shims import (
    DOCKER_TOOLS,
    read_calls,
    without_tool_folders,
    write_aws,
    write_shims,
)


class Tools:
    """A folder of stand-ins, another with what they stand in for."""

    def __init__(self, folder: Path) -> None:
        self.shims = folder / "shims"
        self.real = folder / "real"
        self.record = folder / "record"
        self.real.mkdir()

    def install(self, name: str) -> None:
        path = self.real / name
        path.write_text(f'#!/bin/sh\necho "{name}: $*"\n')
        path.chmod(0o755)

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env={"PATH": f"{self.shims}:{self.real}:/usr/bin:/bin", **more},
            capture_output=True,
            text=True,
            check=False,
            input="secret\n",
        )


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return Tools(tmp_path)


def test_words_are_recorded_as_they_were(tools: Tools) -> None:
    write_shims(tools.shims, ["docker"], tools.record)
    words = ["docker", "build", "--label", "a b\n'c' \"d\" $e", ""]
    assert tools.run(*words).returncode == 0
    assert tools.run("docker", "login", "--password-stdin").returncode == 0
    assert read_calls(tools.record) == [words, ["docker", "login", "--password-stdin"]]


@pytest.mark.parametrize(
    ("words", "fails"),
    [
        ("build --target test .", False),
        ("build --target=TEST -t orders .", False),
        ("buildx build --target release .", True),
        ("build -f other --target release .", False),  # there is no such file
        ("build --target 0 .", False),
        ("run --target release .", False),
    ],
)
def test_a_stage_that_the_dockerfile_lacks(tools: Tools, words: str, fails: bool) -> None:
    write_shims(tools.shims, ["docker"], tools.record)
    (tools.real / "Dockerfile").write_text("FROM python:3.13 AS base\nfrom base as test\r\n")
    done = tools.run("sh", "-c", f"cd {tools.real} && docker {words}")
    assert done.returncode == fails
    assert ('target stage "release" could not be found' in done.stderr) == fails


def test_nothing_was_asked(tmp_path: Path) -> None:
    assert read_calls(tmp_path / "record") == []


def test_with_an_engine_only_registries_are_stood_in_for(tools: Tools) -> None:
    write_shims(tools.shims, ["docker"], tools.record, engine=True)
    tools.install("docker")
    assert tools.run("docker", "build", ".").stdout == "docker: build .\n"
    assert tools.run("docker", "compose", "run", "push").stdout == "docker: compose run push\n"
    for words in (["push", "x"], ["login", "--password-stdin"], ["compose", "push", "app"]):
        assert tools.run("docker", *words).stdout == ""
    assert len(read_calls(tools.record)) == 5


def test_aws_speaks_to_the_local_account(tools: Tools) -> None:
    write_aws(
        tools.shims, tools.record, number="1" * 12, region="eu-west-1", endpoint="http://here"
    )
    tools.install("aws")
    assert tools.run("aws", "s3", "ls").stdout == "aws: --endpoint-url http://here s3 ls\n"
    assert tools.run("aws", "ecr", "get-login-password").stdout == "rehearsal\n"
    assert (
        "1" * 12 + ".dkr.ecr.eu-west-1.amazonaws.com"
        in tools.run("aws", "ecr", "get-login", "--no-include-email").stdout
    )


def test_aws_is_not_installed(tools: Tools) -> None:
    write_aws(tools.shims, tools.record, number="1" * 12, region="r", endpoint="http://here")
    words = ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"]
    assert tools.run(*words).stdout == "1" * 12 + "\n"
    done = tools.run(str(tools.shims / "aws"), "s3", "ls", PATH=f"{tools.shims}:{bare(tools)}")
    assert done.returncode == 127
    assert "the AWS CLI is not installed here: aws s3 ls" in done.stderr


def bare(tools: Tools) -> Path:
    """Return a folder that has no tool but cat."""
    folder = tools.real.parent / "bare"
    folder.mkdir()
    (folder / "cat").symlink_to("/bin/cat")
    return folder


@pytest.mark.parametrize(
    ("command", "becomes"),
    [
        ("nohup /usr/local/bin/dockerd --host=x &", "nohup dockerd --host=x &"),
        ("/usr/bin/docker info", "docker info"),
        ("/usr/local/bin/docker-compose up", "docker-compose up"),
        ("/opt/usr/bin/docker info", "/opt/usr/bin/docker info"),
        ("cat /usr/bin/docker.txt", "cat /usr/bin/docker.txt"),
        ("/usr/bin/env python", "/usr/bin/env python"),
    ],
)
def test_folders_of_tools(command: str, becomes: str) -> None:
    assert without_tool_folders(command, DOCKER_TOOLS) == becomes


@given(st.text())
def test_other_commands_stay_as_they_are(command: str) -> None:
    if "docker" not in command:
        assert without_tool_folders(command, DOCKER_TOOLS) == command
