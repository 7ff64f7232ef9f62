"""Stacks in several accounts and regions, on a local AWS that tells accounts by their keys."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.rehearsal.preparation.lookups import nodes
from cfn_pipeline.template import load
from tests.command import run

HOME, OTHER, THIRD = "111111111111", "222222222222", "333333333333"
CONNECTION = f"arn:aws:codeconnections:eu-central-1:{HOME}:connection/0000-0000"
CONFIG = """\
applications:
  - name: {name}
    source: acme/x
    {home}
    container: {{name: web, cpu: 256, memory: 512, port: 8080}}
    compute: {{type: fargate}}
    environments:
      {environments}
"""
ENVIRONMENTS = """\
- name: dev
      - {name: staging, account: "222222222222", profile: other}
      - {name: prod, account: "333333333333", region: eu-west-1, approval: true}
"""


@pytest.fixture
def profiles(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Profiles of three accounts: home, which is the default one, other and third."""
    sts = account.client("sts")
    sections = []
    for name, number in (("default", HOME), ("other", OTHER), ("third", THIRD)):
        role = f"arn:aws:iam::{number}:role/admin"
        keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        sections.append(
            f"[{name}]\naws_access_key_id = {keys['AccessKeyId']}\n"
            f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
            f"aws_session_token = {keys['SessionToken']}\n"
        )
    file = tmp_path / "credentials"
    file.write_text("".join(sections))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return file


def folder(tmp_path: Path, name: str, home: str = "", environments: str = ENVIRONMENTS) -> Path:
    config = tmp_path / name / "cfn-pipeline.yml"
    config.parent.mkdir(exist_ok=True)
    text = CONFIG.format(name=name, home=home or "title: X", environments=environments)
    config.write_text(text)
    done = run("render", "--config", str(config))
    assert done.code == 0, done.err
    return config.parent


def stacks(profile: str | None, region: str) -> Mapping[str, Mapping[str, Any]]:
    client = Account(profile=profile, region=region).client("cloudformation")
    return {stack["StackName"]: stack for stack in client.describe_stacks()["Stacks"]}


def values(stack: Mapping[str, Any], section: str, kind: str) -> dict[str, str]:
    return {v[f"{kind}Key"]: v[f"{kind}Value"] for v in stack.get(section, [])}


@pytest.mark.thorough
def test_each_stack_is_deployed_in_its_account_and_region(profiles: Path, tmp_path: Path) -> None:
    del profiles
    place = folder(tmp_path, "many")
    options = ("--profile", "prod=third", "-p", f"ConnectionArn={CONNECTION}")
    done = run("deploy", str(place), "--yes", *options)
    assert done.code == 0, done.out + done.err
    assert "account 333333333333, region eu-west-1" in done.err
    home, other = stacks(None, "eu-central-1"), stacks("other", "eu-central-1")
    assert set(other) == {"many-staging-environment"}
    assert set(stacks("third", "eu-west-1")) == {"many-prod-environment"}
    artifacts = stacks(None, "eu-west-1")
    assert set(artifacts) == {"many-artifacts-eu-west-1"}
    names = ("kms", "ecr", "dev-environment", "iam", "codebuild", "pipeline")
    assert set(home) == {f"many-{name}" for name in names}
    key = values(artifacts["many-artifacts-eu-west-1"], "Outputs", "Output")["KmsKey"]
    given = values(home["many-pipeline"], "Parameters", "Parameter")
    assert given["ArtifactKeyEuWest1"] == key
    assert key.startswith(f"arn:aws:kms:eu-west-1:{HOME}:key/")
    staging = other["many-staging-environment"]
    assert values(staging, "Parameters", "Parameter")["PipelineAccount"] == HOME
    images = values(staging, "Outputs", "Output")["Images"]
    assert images == f"{HOME}.dkr.ecr.eu-central-1.amazonaws.com/many"

    again = run("deploy", str(place), "--yes", "--profile", "prod=third")
    assert again.out.count(": no changes") == 9, again.out + again.err
    done = run("deploy", str(place), "--remove", "--yes", "--profile", "prod=third")
    assert done.code == 0, done.out + done.err
    left = [*stacks(None, "eu-central-1"), *stacks("other", "eu-central-1")]
    assert [name for name in left if name.startswith("many-")] == []
    assert stacks("third", "eu-west-1") == stacks(None, "eu-west-1") == {}


@pytest.mark.thorough
def test_an_application_gets_another_account_later(profiles: Path, tmp_path: Path) -> None:
    del profiles
    place = folder(
        tmp_path, "later", environments="- name: dev\n      - {name: prod, approval: true}"
    )
    connection = ["-p", f"ConnectionArn={CONNECTION}"]
    assert run("deploy", str(place), "--yes", *connection).code == 0
    folder(tmp_path, "later")
    third = ["--profile", "prod=third"]
    # CloudFormation refuses to delete an export that is in use; the local AWS does not.
    names = ["kms", "environment-prod", "environment-staging", "artifacts-eu-west-1", "pipeline"]
    done = run("deploy", str(place), "--yes", *names, *third)
    assert done.code == 0, done.out + done.err
    imported = {"Fn::ImportValue": "later-pipeline-role"}
    assert imported not in list(nodes(load((place / "pipeline.yml").read_text())))
    done = run("deploy", str(place), "--yes", *third)
    assert done.code == 0, done.out + done.err
    roles = Account(region="eu-central-1").client("iam").list_roles()["Roles"]
    names = [role["RoleName"] for role in roles if "ipeline" in role["RoleName"]]
    assert [name for name in names if name.startswith("later")] == ["later-pipeline"]
    assert run("deploy", str(place), "--remove", "--yes", *third).code == 0


def test_an_environment_needs_no_credentials_of_the_pipeline(
    profiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del profiles
    place = folder(tmp_path, "alone", home='account: "111111111111"\n    region: eu-central-1')
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_PROFILE", "third")
    done = run("deploy", str(place), "environment-prod", "--yes")
    assert done.code == 0, done.out + done.err
    [stack] = [s for n, s in stacks("third", "eu-west-1").items() if n.startswith("alone-")]
    given = values(stack, "Parameters", "Parameter")
    assert (given["PipelineAccount"], given["PipelineRegion"]) == (HOME, "eu-central-1")


@pytest.mark.parametrize(
    "home, words, message",
    [
        (
            "",
            ["environment-prod"],
            (
                "environment 'prod' is in account 333333333333, and the default credentials are of "
                "account 111111111111; use profile: in the environment, or --profile prod=NAME"
            ),
        ),
        (
            "",
            ["environment-staging", "--profile", "staging=third"],
            (
                "environment 'staging' is in account 222222222222, and profile 'third' is of "
                "account 333333333333; use profile: in the environment, or --profile staging=NAME"
            ),
        ),
        (
            'account: "999999999999"',
            ["kms"],
            (
                "the pipeline is in account 999999999999, and the default credentials are of "
                "account 111111111111; use --profile NAME"
            ),
        ),
        (
            "region: us-east-1",
            ["kms", "--region", "us-east-2"],
            "the pipeline is in region us-east-1 (got --region us-east-2); remove --region",
        ),
        (
            "",
            ["artifacts-eu-west-1", "--region", "eu-west-1"],
            (
                "artifacts-eu-west-1.yml: the pipeline itself is in eu-west-1; add region: "
                "eu-west-1 to the application, or deploy the pipeline in another region"
            ),
        ),
        (
            "",
            ["kms", "--profile", "production=third"],
            "unknown environment 'production' in --profile: use dev, staging, prod",
        ),
        (
            "",
            ["pipeline", "-p", f"ConnectionArn={CONNECTION}"],
            (
                "pipeline.yml needs ArtifactKeyEuWest1, an output of the stack wrong-artifacts-"
                "eu-west-1, which does not exist; deploy artifacts-eu-west-1 first"
            ),
        ),
    ],
)
def test_a_wrong_account_or_region_is_refused(
    profiles: Path, tmp_path: Path, home: str, words: list[str], message: str
) -> None:
    del profiles
    done = run("deploy", str(folder(tmp_path, "wrong", home)), "--yes", *words)
    assert (done.code, done.out) == (2, "")
    assert f"Error: {message}\n" in done.err


def test_a_dry_run_shows_a_pipeline_whose_keys_do_not_exist(profiles: Path, tmp_path: Path) -> None:
    del profiles
    done = run("deploy", str(folder(tmp_path, "dry")), "--dry-run", "--profile", "prod=third")
    assert done.code == 0, done.err
    assert "dry-pipeline: new stack" in done.out
