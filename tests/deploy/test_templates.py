"""Every template of both editions, deployed by the real AWS CLI in its order."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cfn_pipeline import EDITIONS, Edition, edition, load
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.deploy.aws_cli import ROOT, Cli

NO_CHANGES = "No changes to deploy. Stack {} is up to date"
CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/0000-0000"
#: What the templates and their configuration files leave to those who deploy them.
FILLED_IN = {
    "GitHubOwner": "acme",
    "ConnectionArn": CONNECTION,
    "VpcId": "vpc-f8233a80",
    "ApplicationSubnets": "subnet-a5d3ecee,subnet-324e246f",
    "ApplicationImageTag": "first",
}


@dataclass(frozen=True)
class Step:
    """A stack to deploy: its template, its name, its parameters."""

    file: str
    stack: str
    parameters: dict[str, str]
    capabilities: tuple[str, ...]


def steps(chosen: Edition) -> list[Step]:
    """Return what is deployed of an edition, in order, with its configuration files as they are."""
    found = []
    folder = ROOT / "templates" / chosen.name
    for target in chosen.targets(chosen.application):
        declared = load((folder / target.file).read_text()).get("Parameters", {})
        said = {}
        if target.environment is not None:
            text = (folder / f"{target.environment.name}.json").read_text()
            said = json.loads(text)["Parameters"]
        lacking = {n: v for n, v in FILLED_IN.items() if n in declared and n not in said}
        capabilities = tuple(target.capabilities)
        found.append(Step(target.file, target.stack, said | lacking, capabilities))
    return found


@dataclass(frozen=True)
class Deployed:
    """An account with everything of an edition deployed."""

    edition: Edition
    server: EmbeddedAws
    aws: Cli
    steps: list[Step]

    def deploy(self, step: Step, *more: str, **changes: str) -> subprocess.CompletedProcess[str]:
        file = f"templates/{self.edition.name}/{step.file}"
        capabilities = ["--capabilities", *step.capabilities] if step.capabilities else []
        return self.aws.deploy(file, step.stack, step.parameters | changes, *capabilities, *more)

    @property
    def last(self) -> list[Step]:
        """The last step of each stack: the book's pipeline is deployed in three."""
        return list({step.stack: step for step in self.steps}.values())

    def stacks_of(self, file: str) -> list[Step]:
        return [step for step in self.steps if step.file == file]


@pytest.fixture(scope="module", params=list(EDITIONS))
def deployed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    chosen = edition(request.param)
    with embedded_aws(tmp_path_factory.mktemp("account"), region="us-east-1") as server:
        aws = Cli(server.account)
        # What one has before: the network that the configuration names, and secrets.
        server.ensure_network(["vpc-f8233a80"], ["subnet-a5d3ecee", "subnet-324e246f"])
        for name, text in (
            ("github", '{"token": "t"}'),
            ("todobackend/credentials", '{"MYSQL_PASSWORD": "p", "SECRET_KEY": "k"}'),
        ):
            aws.json(*("secretsmanager", "create-secret", "--name", name, "--secret-string", text))
        found = Deployed(chosen, server, aws, steps(chosen))
        for step in found.steps:
            done = found.deploy(step)
            assert done.returncode == 0, f"{step}: {done.stdout}{done.stderr}{failures(aws, step)}"
        yield found


def failures(aws: Cli, step: Step) -> list[Any]:
    events = aws.json("cloudformation", "describe-stack-events", "--stack-name", step.stack)
    return [e for e in events["StackEvents"] if e["ResourceStatus"].endswith("FAILED")]


def test_every_stack_is_complete(deployed: Deployed) -> None:
    statuses = {step.stack: deployed.aws.status(step.stack) for step in deployed.last}
    assert set(statuses.values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    files = {step.file for step in deployed.steps}
    templates = (ROOT / "templates" / deployed.edition.name).glob("*.yml")
    assert files == {path.name for path in templates} - {"buildspec.yml"}


def test_a_second_deployment_changes_nothing(deployed: Deployed) -> None:
    for step in deployed.last:
        done = deployed.deploy(step, "--no-fail-on-empty-changeset")
        assert done.returncode == 0, done.stderr
        assert NO_CHANGES.format(step.stack) in done.stdout


def test_a_new_image_changes_the_task_definitions_and_what_follows(deployed: Deployed) -> None:
    [step, *_] = deployed.stacks_of("stack.yml")
    tag = f"{'0' * 39}1.1234"
    done = deployed.deploy(step, "--no-execute-changeset", ApplicationImageTag=tag)
    assert done.returncode == 0, done.stderr
    arn = next(word for word in done.stdout.split() if word.startswith("arn:aws:cloudformation"))
    told = deployed.aws.json("cloudformation", "describe-change-set", "--change-set-name", arn)
    changes = [change["ResourceChange"] for change in told["Changes"]]
    assert {change["Action"] for change in changes} == {"Modify"}
    direct = {
        change["ResourceType"]
        for change in changes
        for detail in change["Details"]
        if detail.get("CausingEntity") == "ApplicationImageTag"
    }
    assert direct == {"AWS::ECS::TaskDefinition"}
    template = load((ROOT / "templates" / deployed.edition.name / "stack.yml").read_text())
    with_the_image = {
        name
        for name, body in template["Resources"].items()
        if body["Type"] == "AWS::ECS::TaskDefinition"
    }
    changed = {change["LogicalResourceId"] for change in changes}
    caused = {
        change["LogicalResourceId"]
        for change in changes
        if any(d.get("CausingEntity") == "ApplicationImageTag" for d in change["Details"])
    }
    assert caused == with_the_image
    # Whatever else changes does so because it refers to one of those, or to what refers to it.
    reached = set(caused)
    while True:
        more = {
            change["LogicalResourceId"]
            for change in changes
            for detail in change["Details"]
            if str(detail.get("CausingEntity", "")).split(".")[0] in reached
        } - reached
        if not more:
            break
        reached |= more
    assert changed == reached


def test_the_functions_have_run(deployed: Deployed) -> None:
    for step in deployed.stacks_of("stack.yml"):
        [task] = deployed.aws.json(
            *("cloudformation", "describe-stack-resources", "--stack-name", step.stack),
            *("--logical-resource-id", "MigrateTask"),
        )["StackResources"]
        assert ":task/" in task["PhysicalResourceId"]


def test_an_exporting_stack_is_not_deleted_while_it_is_imported(deployed: Deployed) -> None:
    [kms] = deployed.stacks_of("kms.yml")
    done = deployed.aws("cloudformation", "delete-stack", "--stack-name", kms.stack)
    assert done.returncode != 0
    assert "is imported by stack" in done.stderr
    assert deployed.aws.status(kms.stack) == "CREATE_COMPLETE"


def test_a_failing_migration_rolls_back(deployed: Deployed) -> None:
    [step, *_] = deployed.stacks_of("stack.yml")
    deployed.server.set_task_exit_code(7)
    try:
        done = deployed.deploy(step, ApplicationImageTag="broken")
    finally:
        deployed.server.set_task_exit_code(0)
    assert done.returncode != 0
    assert deployed.aws.status(step.stack) == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [e["ResourceStatusReason"] for e in failures(deployed.aws, step)]
    assert any("the container ended with exit code 7" in reason for reason in reasons)
    found = deployed.aws.json("cloudformation", "describe-stacks", "--stack-name", step.stack)
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in found["Stacks"][0]["Parameters"]}
    assert parameters["ApplicationImageTag"] != "broken"
