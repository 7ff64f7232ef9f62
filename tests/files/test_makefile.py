"""The Makefile of the deployment folder, run by make with a stand-in for the AWS CLI."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cfn_pipeline import CURRENT, Environment, todobackend, write

DEPLOY = ["cloudformation", "deploy", "--no-fail-on-empty-changeset"]


class Folder:
    """A rendered folder, and what make has the AWS CLI do there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path / "log"
        (path / "bin").mkdir()
        for tool in ("aws", "docker"):
            program = path / "bin" / tool
            program.write_text('#!/bin/sh\nprintf "%s\\0" "$@" >> "$LOG"; printf "\\n" >> "$LOG"\n')
            program.chmod(0o755)

    def make(self, *words: str, code: int = 0) -> list[list[str]]:
        self.log.write_text("")
        done = subprocess.run(
            ["make", *words],
            cwd=self.path,
            env=dict(os.environ)
            | {"PATH": f"{self.path / 'bin'}:{os.environ['PATH']}", "LOG": str(self.log)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        calls = self.log.read_text().removesuffix("\0\n").split("\0\n")
        return [call.split("\0") for call in calls if call]

    def fill_in(self, environment: str, **parameters: str) -> None:
        file = self.path / f"{environment}.json"
        configuration = json.loads(file.read_text())
        configuration["Parameters"] |= parameters
        file.write_text(json.dumps(configuration))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    if shutil.which("jq") is None:
        pytest.skip("jq is not on PATH")
    application = replace(
        todobackend,
        name="orders",
        environments=[Environment("dev"), Environment("live", stack="x")],
    )
    write(application, tmp_path)
    return Folder(tmp_path)


def test_a_template_has_its_stack_and_parameters(folder: Folder) -> None:
    [call] = folder.make("deploy/kms")
    assert call == [*DEPLOY, "--template-file", "kms.yml", "--stack-name", "orders-kms"]
    [call] = folder.make("deploy/iam", "PARAMETERS=A=1 B=2", "S3_BUCKET=large")
    assert call[3:5] == ["--s3-bucket", "large"]
    assert call[-3:] == ["--parameter-overrides", "A=1", "B=2"]
    assert "--capabilities" in call


def test_an_environment_has_the_parameters_of_its_file(folder: Folder) -> None:
    odd = 'it\'s $HOME `x` *\n"2" \\'
    folder.fill_in("live", VpcId="vpc-1", Odd=odd)
    [call] = folder.make("deploy/live", "PARAMETERS=ApplicationImageTag=1 VpcId=vpc-2")
    words = ["--template-file", "stack.yml", "--stack-name", "x"]
    assert call[: len(DEPLOY) + len(words)] == [*DEPLOY, *words]
    parameters = call[call.index("--parameter-overrides") + 1 :]
    assert f"Odd={odd}" in parameters
    # The AWS CLI takes the last value of a parameter.
    assert parameters[-2:] == ["ApplicationImageTag=1", "VpcId=vpc-2"]
    assert "VpcId=vpc-1" in parameters


def test_a_file_that_cannot_be_read_is_not_deployed(folder: Folder) -> None:
    (folder.path / "dev.json").write_text("{")
    assert folder.make("deploy/dev", code=2) == []


def test_stacks_are_removed_and_waited_for(folder: Folder) -> None:
    assert folder.make("remove/live") == [
        ["cloudformation", "delete-stack", "--stack-name", "x"],
        ["cloudformation", "wait", "stack-delete-complete", "--stack-name", "x"],
    ]


def test_every_stack_has_its_targets_in_order(folder: Folder) -> None:
    text = (folder.path / "Makefile").read_text()
    names = [t.name.replace("prod", "live") for t in CURRENT.targets(todobackend)]
    assert f"in this order: {' '.join(names)}" in text
    assert f"in this order: {' '.join(reversed(names))}" in text
    assert folder.make("help") == folder.make() == []
    goals = [f"{verb}/{name}" for verb in ("deploy", "remove") for name in names]
    folder.make("-n", *goals)


def test_the_build_s_image_is_pushed_where_the_build_pulls_it(folder: Folder) -> None:
    aws = folder.path / "bin" / "aws"
    aws.write_text('#!/bin/sh\n[ "$2" = get-login-password ] || echo 1.dkr.ecr.x.example/a/b\n')
    login, build, push = folder.make("build-image")
    assert login[-1] == "1.dkr.ecr.x.example"
    assert build[-3:] == ["--tag", "1.dkr.ecr.x.example/a/b:latest", "."]
    assert push == ["push", "1.dkr.ecr.x.example/a/b:latest"]
