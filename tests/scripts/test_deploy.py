"""Deploying by hand, with a stand-in for the AWS CLI on PATH."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, Done
from tests.scripts import load_script, run_script

deploy = load_script("deploy.py")


class Hand:
    """Runs the script in a folder with templates/, and reads what the stand-in was told."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.capfd = capfd
        (folder / "bin").mkdir()
        shutil.copytree(ROOT / "templates", folder / "templates")
        self.stand_in('printf "%s\\n" "$@" > "$LOG"')

    def stand_in(self, script: str) -> None:
        aws = self.folder / "bin" / "aws"
        aws.write_text(f"#!/bin/sh\n{script}\n")
        aws.chmod(0o755)

    def deploy(self, *words: str, edition: str = "book") -> Done:
        return run_script(deploy, ["--edition", edition, *words], self.capfd)

    @property
    def told(self) -> list[str] | None:
        return self.log.read_text().splitlines() if self.log.exists() else None


@pytest.fixture
def hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Hand:
    hand = Hand(tmp_path, capfd)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    monkeypatch.setenv("LOG", str(hand.log))
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    return hand


def command(file: str, stack: str, *rest: str) -> list[str]:
    return [
        *("cloudformation", "deploy", "--template-file", f"templates/book/{file}"),
        *("--stack-name", stack, "--no-fail-on-empty-changeset", *rest),
    ]


@pytest.mark.parametrize(
    "environment, stack", [("dev", "todobackend"), ("prod", "todobackend-prod")]
)
def test_an_environment_is_the_application_with_its_configuration(
    hand: Hand, environment: str, stack: str
) -> None:
    assert hand.deploy(environment).code == 0
    assert hand.told == command(
        "stack.yml",
        stack,
        *("--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides"),
        *("ApplicationDesiredCount=1", "ApplicationImageId=ami-ec957491"),
        *("ApplicationImageTag=latest", "ApplicationSubnets=subnet-a5d3ecee,subnet-324e246f"),
        "VpcId=vpc-f8233a80",
    )


@pytest.mark.parametrize(
    "words, told",
    [
        (["ecr"], command("ecr.yml", "ecr-repositories")),
        (["kms"], command("kms.yml", "kms")),
        (
            ["iam"],
            command("iam.yml", "todobackend-iam", "--capabilities", "CAPABILITY_NAMED_IAM"),
        ),
        (["codebuild"], command("codebuild.yml", "todobackend-codebuild")),
        (
            ["pipeline", "GitHubOwner=acme"],
            command(
                "pipeline.yml",
                "todobackend-pipeline",
                *("--parameter-overrides", "GitHubOwner=acme"),
            ),
        ),
    ],
)
def test_templates_have_their_stacks(hand: Hand, words: list[str], told: list[str]) -> None:
    assert hand.deploy(*words).code == 0
    assert hand.told == told


def test_a_parameter_of_the_command_line_wins(hand: Hand) -> None:
    assert hand.deploy("dev", "ApplicationImageTag=a=b").code == 0
    assert "ApplicationImageTag=a=b" in (hand.told or [])


def test_what_aws_returns_is_returned(hand: Hand) -> None:
    hand.stand_in("exit 254")
    assert hand.deploy("kms").code == 254


@pytest.mark.parametrize(
    "words, said",
    [
        (["pipeline"], 'pipeline.yml needs GitHubOwner; add PARAMETERS="GitHubOwner=..."'),
        (["kms", "A=1"], "kms.yml has no parameter A; it has none"),
        (["kms", "A"], "invalid parameter 'A': use Name=Value"),
        (["test"], "unknown target 'test': use kms, ecr, iam"),
        (["stack"], "unknown target 'stack'"),
        (["dev", "--edition", "film"], "unknown edition 'film'"),
    ],
)
def test_what_is_missing_is_said_before_aws_is_called(
    hand: Hand, words: list[str], said: str
) -> None:
    done = hand.deploy(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"deploy: {said}")
    assert done.err.count("\n") == 1
    assert hand.told is None


def test_missing_files_and_cli(hand: Hand) -> None:
    folder = hand.folder / "templates" / "book"
    (folder / "dev.json").write_text("[]")
    assert 'dev.json is not a configuration file; write {"Para' in hand.deploy("dev").err
    (folder / "dev.json").unlink()
    assert "dev.json cannot be read (No such file" in hand.deploy("dev").err
    (folder / "kms.yml").write_text("A: ]")
    assert "deploy: kms.yml, line 1: " in hand.deploy("kms").err
    (folder / "kms.yml").write_text("# " + "x" * 51_200 + "\nResources: {}\n")
    assert "takes 51,200 without a bucket: add S3_BUCKET=<" in hand.deploy("kms").err
    (folder / "ecr.yml").unlink()
    assert "ecr.yml cannot be read (No such file" in hand.deploy("ecr").err
    (hand.folder / "bin" / "aws").unlink()
    assert "the AWS CLI is not on PATH" in hand.deploy("iam").err
    assert hand.told is None


def test_a_large_template_goes_through_a_bucket(hand: Hand) -> None:
    large = hand.folder / "templates" / "book" / "kms.yml"
    large.write_text("# " + "x" * 51_200 + "\nResources: {}\n")
    assert hand.deploy("--s3-bucket", "my-templates", "kms").code == 0
    assert hand.told == command("kms.yml", "kms", "--s3-bucket", "my-templates")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION", None])
def test_a_region_without_connections(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    if variable:
        monkeypatch.setenv(variable, "ap-east-1")
    else:
        hand.stand_in('[ "$*" = "configure get region" ] && echo ap-east-1 || exit 9')
    done = hand.deploy("pipeline", CONNECTION, "GitHubOwner=acme", edition="current")
    assert done.code == 2
    assert done.err == (
        "deploy: pipeline.yml reads repositories through a connection, and AWS has no connections "
        "in ap-east-1; use another region for the pipeline\n"
    )
    if variable:  # the book's pipeline reads GitHub with a token
        assert hand.deploy("pipeline", "GitHubOwner=acme").code == 0


CONNECTION = "ConnectionArn=arn:aws:codeconnections:eu-central-1:123456789012:connection/0a1b"


@pytest.mark.parametrize(
    "words, file, stack, rest",
    [
        (["kms"], "kms.yml", "todobackend-kms", []),
        (["ecr"], "ecr.yml", "todobackend-ecr", []),
        (
            ["iam", CONNECTION],
            "iam.yml",
            "todobackend-iam",
            ["--capabilities", "CAPABILITY_IAM", "--parameter-overrides", CONNECTION],
        ),
        (
            ["environment-dev"],
            "environment-dev.yml",
            "todobackend-dev-environment",
            ["--capabilities", "CAPABILITY_NAMED_IAM"],
        ),
        (["codebuild"], "codebuild.yml", "todobackend-codebuild", []),
        (
            ["pipeline", CONNECTION, "GitHubOwner=acme"],
            "pipeline.yml",
            "todobackend-pipeline",
            ["--parameter-overrides", CONNECTION, "GitHubOwner=acme"],
        ),
        (
            ["dev", "VpcId=vpc-1", "ApplicationSubnets=subnet-1,subnet-2", "ApplicationImageTag=1"],
            "stack.yml",
            "todobackend-dev",
            [
                *("--capabilities", "CAPABILITY_IAM", "--parameter-overrides"),
                *("ApplicationDesiredCount=1", "DatabaseBackupDays=1"),
                *("DatabaseMultiAZ=false", "DeletionProtection=false"),
                *("VpcId=vpc-1", "ApplicationSubnets=subnet-1,subnet-2", "ApplicationImageTag=1"),
            ],
        ),
    ],
)
def test_the_current_edition(
    hand: Hand, words: list[str], file: str, stack: str, rest: list[str]
) -> None:
    assert hand.deploy(*words, edition="current").code == 0
    told = [word.replace("templates/book", "templates/current") for word in command(file, stack)]
    assert hand.told == [*told, *rest]


def test_the_current_edition_asks_for_network_and_tag(hand: Hand) -> None:
    done = hand.deploy("prod", edition="current")
    assert done.code == 2
    assert "stack.yml needs VpcId, ApplicationSubnets, ApplicationImageTag; add" in done.err


def test_the_script_runs(hand: Hand) -> None:
    script = [sys.executable, str(ROOT / "scripts" / "deploy.py"), "--edition", "book"]
    assert subprocess.run([*script, "kms"], check=False).returncode == 0
    assert hand.told == command("kms.yml", "kms")
    wrong = subprocess.run([*script, "test"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("deploy: unknown target 'test': use")


def test_make_hands_edition_and_parameters_on() -> None:
    """The target calls the script; -n shows how, and neither clone nor installation is touched."""
    outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    done = subprocess.run(
        ["make", "-n", "deploy/pipeline", "EDITION=book", "PARAMETERS=A=1 B=2", "S3_BUCKET=large"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in outer},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "scripts/deploy.py --edition book --s3-bucket large pipeline A=1 B=2" in done.stdout
