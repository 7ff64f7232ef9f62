"""The deployment folder: its Makefile deploys and removes everything with the real AWS CLI."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import CURRENT, load, todobackend, write
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.deploy.aws_cli import AWS, Cli
from tests.deploy.test_templates import FILLED_IN

TARGETS = CURRENT.targets(todobackend)
DELIVERY = [target for target in TARGETS if target.environment is None]
ENVIRONMENTS = [target for target in TARGETS if target.environment is not None]
PROD = ENVIRONMENTS[-1].name


@dataclass(frozen=True)
class Folder:
    """A rendered folder, filled in, and an account."""

    path: Path
    server: EmbeddedAws
    aws: Cli

    def make(self, target: str, **parameters: str) -> subprocess.CompletedProcess[str]:
        words = " ".join(f"{name}={value}" for name, value in parameters.items())
        environment = self.aws.environment
        # The CLI names change sets by the second: two of one stack must not begin in the same.
        second = int(time.time())
        while int(time.time()) == second:
            time.sleep(0.05)
        return subprocess.run(
            ["make", target, f"PARAMETERS={words}"],
            cwd=self.path,
            env={**environment, "PATH": f"{AWS.parent}:{environment['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    def deploy(self, name: str, file: str) -> None:
        declared = load((self.path / file).read_text()).get("Parameters", {})
        given = ("GitHubOwner", "ConnectionArn", "ApplicationImageTag")
        done = self.make(f"deploy/{name}", **{n: FILLED_IN[n] for n in given if n in declared})
        assert done.returncode == 0, done.stdout + done.stderr

    def names(self, query: str, *words: str) -> set[str]:
        return set(self.aws.json(*words, "--query", query))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    path = tmp_path / "todobackend-aws"
    write(None, path)
    for environment in todobackend.environments:
        file = path / f"{environment.name}.json"
        configuration = json.loads(file.read_text())
        network = {n: FILLED_IN[n] for n in ("VpcId", "ApplicationSubnets")}
        configuration["Parameters"] |= network
        file.write_text(json.dumps(configuration))
    with embedded_aws(tmp_path / "account", region="us-east-1") as server:
        server.ensure_network(["vpc-f8233a80"], ["subnet-a5d3ecee", "subnet-324e246f"])
        found = Folder(path, server, Cli(server.account))
        for target in DELIVERY:
            found.deploy(target.name, target.file)
        yield found


def retained(folder: Folder) -> dict[str, set[str]]:
    """Return the ids of what stacks leave behind, by type."""
    found: dict[str, set[str]] = {}
    for target in TARGETS:
        resources = load((folder.path / target.file).read_text())["Resources"]
        described: list[dict[str, Any]] = folder.aws.json(
            *("cloudformation", "describe-stack-resources", "--stack-name", target.stack)
        )["StackResources"]
        for resource in described:
            policy = resources[resource["LogicalResourceId"]].get("DeletionPolicy", "Delete")
            if policy.startswith("Retain"):
                ids = found.setdefault(resource["ResourceType"], set())
                ids.add(resource["PhysicalResourceId"])
    return found


def test_everything_is_deployed_and_removed_in_order(folder: Folder) -> None:
    for target in ENVIRONMENTS:
        folder.deploy(target.name, target.file)
    # Protection is switched on after the first success, and off before the end. Neither names an
    # image: what a stack has already stays.
    for protection in ("true", "false"):
        done = folder.make(f"deploy/{PROD}", DeletionProtection=protection)
        assert done.returncode == 0, done.stderr
    stays = retained(folder)
    assert set(stays) == {"AWS::ECR::Repository", "AWS::KMS::Key", "AWS::S3::Bucket"}

    for target in reversed(TARGETS):
        done = folder.make(f"remove/{target.name}")
        assert done.returncode == 0, done.stderr
    statuses = folder.names("StackSummaries[].StackStatus", "cloudformation", "list-stacks")
    assert statuses == {"DELETE_COMPLETE"}
    left = {
        "AWS::ECR::Repository": ("repositories[].repositoryName", "ecr", "describe-repositories"),
        "AWS::KMS::Key": ("Keys[].KeyId", "kms", "list-keys"),
        "AWS::S3::Bucket": ("Buckets[].Name", "s3api", "list-buckets"),
    }
    assert {kind: folder.names(*words) for kind, words in left.items()} == stays
    for words in (
        ("Roles[].RoleName", "iam", "list-roles"),
        ("Policies[].PolicyName", "iam", "list-policies", "--scope", "Local"),
        ("logGroups[].logGroupName", "logs", "describe-log-groups"),
        ("SecretList[].Name", "secretsmanager", "list-secrets"),
        ("LoadBalancers[].LoadBalancerName", "elbv2", "describe-load-balancers"),
        ("DBInstances[].DBInstanceIdentifier", "rds", "describe-db-instances"),
        ("AutoScalingGroups[].AutoScalingGroupName", "autoscaling", "describe-auto-scaling-groups"),
        ("Functions[].FunctionName", "lambda", "list-functions"),
        ("Topics[].TopicArn", "sns", "list-topics"),
        ("projects", "codebuild", "list-projects"),
    ):
        assert folder.names(*words) == set(), words


def test_a_first_deployment_that_fails_is_removed_and_repeated(folder: Folder) -> None:
    environment, *_ = ENVIRONMENTS
    folder.server.set_task_exit_code(7)
    failed = folder.make(f"deploy/{environment.name}", ApplicationImageTag="first")
    folder.server.set_task_exit_code(0)
    assert failed.returncode != 0
    assert folder.aws.status(environment.stack) == "ROLLBACK_COMPLETE"
    # AWS refuses to update it now, which the local AWS does not.
    assert folder.make(f"remove/{environment.name}").returncode == 0
    folder.deploy(environment.name, environment.file)
    assert folder.aws.status(environment.stack) == "CREATE_COMPLETE"
