"""The example of three accounts, rehearsed to production; and what a missing grant does there."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.aws_cli import ROOT
from tests.rehearsal.small import Run, spawn

EXAMPLES = ROOT / "examples"
STAGING = "222222222222"


@pytest.fixture
def rehearse(tmp_path: Path) -> Callable[..., Run]:
    code, deployment = tmp_path / "code", tmp_path / "deployment"
    shutil.copytree(EXAMPLES / "todobackend-app", code)
    shutil.copytree(EXAMPLES / "three-accounts", deployment)
    shutil.copy(deployment / "buildspec.yml", code)

    def run(*options: str) -> Run:
        return spawn(
            tmp_path,
            *(str(deployment / "pipeline.yml"), "--source", f"DeploymentRepository={deployment}"),
            *("--source", f"MyApp={code}", "--region", "eu-central-1"),
            *("--approve", "--builds", "shell", "--format", "json", *options),
        )

    return run


def test_it_is_rehearsed_to_production(rehearse: Callable[..., Run]) -> None:
    done = rehearse()
    assert done.code == 0, done.err
    assert set(done.states().values()) == {"Succeeded"}
    assert "Prod/DeployChangeSet" in done.states()
    assert "environment-prod.yml, account 333333333333, eu-west-1)" in done.err
    assert f"environment-staging.yml, account {STAGING})" in done.err
    assert "artifacts-eu-west-1.yml, eu-west-1)" in done.err
    assert "is in no template" not in done.err
    # Another run in the same accounts changes nothing.
    again = rehearse("--after", "billing-0001")
    assert again.code == 0, again.err


@pytest.mark.parametrize(
    "file, old, new, action, words",
    [
        (
            "environment-staging.yml",
            "role/deployment/billing-pipeline",
            "role/billing-pipeline",
            "Staging/Deploy",
            f"sts:AssumeRole on resource: arn:aws:iam::{STAGING}:role/deployment/billing-staging-",
        ),
        (
            "artifacts-eu-west-1.yml",
            "- s3:GetObject\n",
            "- s3:GetObjectAcl\n",
            "Prod/ChangeSet",
            "s3:GetObject on resource: arn:aws:s3:::billing-artifacts-111111111111-eu-west-1/",
        ),
        (
            "kms.yml",
            "- kms:Decrypt\n",
            "- kms:Verify\n",
            "Staging/Deploy",
            "kms:Decrypt on resource: arn:aws:kms:eu-central-1:111111111111:key/",
        ),
        (
            "environment-prod.yml",
            "RoleName: billing-prod-deployment",
            "RoleName: billing-prod-deploy",
            "Prod/ChangeSet",
            "role/deployment/billing-prod-deployment is invalid or cannot be assumed",
        ),
        (
            "ecr.yml",
            "iam::333333333333:root",
            "iam::444444444444:root",
            "Prod/DeployChangeSet",
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): denied: ",
        ),
    ],
)
def test_a_missing_grant_fails_as_on_aws(
    tmp_path: Path,
    rehearse: Callable[..., Run],
    file: str,
    old: str,
    new: str,
    action: str,
    words: str,
) -> None:
    template = tmp_path / "deployment" / file
    text = template.read_text()
    assert old in text
    template.write_text(text.replace(old, new))
    done = rehearse()
    assert done.code == 1
    assert done.states()[action] == "Failed"
    assert words in done.action(action)["message"]
