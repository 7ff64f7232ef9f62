"""An application in three accounts and two regions, deployed by the command and by make."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.command import Done, spawn
from tests.deploy.aws_cli import AWS, ROOT

HOME, STAGING, PROD = "111111111111", "222222222222", "333333333333"
REGION, OTHER = "eu-central-1", "eu-west-1"
PROFILES = {"default": HOME, "billing-staging": STAGING, "billing-prod": PROD}
CONNECTION = f"ConnectionArn=arn:aws:codeconnections:{REGION}:{HOME}:connection/0000-0000"
#: Where each stack of the example is, by the beginning of its name.
PLACES = {
    (HOME, REGION): ["kms", "ecr", "dev-environment", "iam", "codebuild", "pipeline", "dev"],
    (HOME, OTHER): ["artifacts-eu-west-1"],
    (STAGING, REGION): ["staging-environment", "staging"],
    (PROD, OTHER): ["prod-environment", "prod"],
}


class Accounts:
    """The accounts of a local AWS, which tells them by the access keys of sessions."""

    def __init__(self, server: EmbeddedAws, folder: Path) -> None:
        self._account = server.account
        sts = server.account.client("sts")
        self._keys: dict[str, str] = {}
        sections = []
        for profile, number in PROFILES.items():
            arn = f"arn:aws:iam::{number}:role/admin"
            keys = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
            self._keys[number] = keys["AccessKeyId"]
            sections.append(
                f"[{profile}]\naws_access_key_id = {keys['AccessKeyId']}\n"
                f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
                f"aws_session_token = {keys['SessionToken']}\n"
            )
        file = folder / "credentials"
        file.write_text("".join(sections))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = kept | {
            "AWS_SHARED_CREDENTIALS_FILE": str(file),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_ENDPOINT_URL": str(server.account.endpoint),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }

    def at(self, number: str, region: str) -> Account:
        key = self._keys[number]
        return replace(self._account, number=number, region=region, key=key)

    def stacks(self, number: str, region: str) -> dict[str, dict[str, Any]]:
        client = self.at(number, region).client("cloudformation")
        stacks = client.describe_stacks()["Stacks"]
        return {s["StackName"]: s for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"}

    def network(self, number: str, region: str) -> list[str]:
        """Return the parameters of a stack's network: the default one of the account."""
        ec2 = self.at(number, region).client("ec2")
        [vpc, *_] = ec2.describe_vpcs()["Vpcs"]
        subnets = ec2.describe_subnets()["Subnets"]
        ids = ",".join(subnet["SubnetId"] for subnet in subnets[:2])
        return ["-p", f"VpcId={vpc['VpcId']}", "-p", f"ApplicationSubnets={ids}"]


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    with embedded_aws(tmp_path / "aws", region="us-east-1") as server:
        yield Accounts(server, tmp_path)


def test_the_example_is_deployed_in_three_accounts(tmp_path: Path, accounts: Accounts) -> None:
    folder = tmp_path / "billing-aws"
    shutil.copytree(ROOT / "examples" / "three-accounts", folder)

    def deploy(*words: str) -> Done:
        done = spawn("deploy", "billing-aws", *words, cwd=tmp_path, **accounts.environment)
        assert done.code == 0, done.out + done.err
        return done

    def make(*words: str, code: int = 0, **environment: str) -> str:
        path = {"PATH": f"{AWS.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["make", *words],
            cwd=folder,
            env=accounts.environment | path | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    # The first stacks with the AWS CLI, the others with the command.
    make("deploy/kms", "deploy/environment-prod", "deploy/artifacts-eu-west-1")
    deploy("--yes", "-p", CONNECTION)
    for name, number, region in (
        ("dev", HOME, REGION),
        ("staging", STAGING, REGION),
        ("prod", PROD, OTHER),
    ):
        network = accounts.network(number, region)
        deploy("--yes", name, "-p", "ApplicationImageTag=first", *network)
    for (number, region), names in PLACES.items():
        stacks = accounts.stacks(number, region)
        assert {name: stack["StackStatus"] for name, stack in stacks.items()} == {
            f"billing-{name}": "CREATE_COMPLETE" for name in names
        }
    assert "No changes to deploy" in make("deploy/pipeline", f"PARAMETERS={CONNECTION}")
    ecs = accounts.at(PROD, OTHER).client("ecs")
    [family] = ecs.list_task_definitions()["taskDefinitionArns"]
    task = ecs.describe_task_definition(taskDefinition=family)["taskDefinition"]
    image = task["containerDefinitions"][0]["image"]
    assert image == f"{HOME}.dkr.ecr.{REGION}.amazonaws.com/billing:first"
    refused = make("deploy/kms", code=2, AWS_PROFILE="billing-prod")
    assert "use credentials of account 111111111111" in refused
    deploy("--remove", "--yes")
    assert [name for place in PLACES for name in accounts.stacks(*place)] == []
