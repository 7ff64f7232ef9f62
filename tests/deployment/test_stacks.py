"""Stacks on a local AWS: created, updated, failed, removed."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cfn_pipeline.deployment.account import Account
from cfn_pipeline.deployment.change_sets import ChangeSets
from cfn_pipeline.deployment.events import Event
from cfn_pipeline.deployment.failures import StackError
from cfn_pipeline.deployment.planning import Step
from cfn_pipeline.deployment.removing import protection_problems, removals
from cfn_pipeline.deployment.stacks import Stacks, is_new, kept_parameters
from cfn_pipeline.errors import DeploymentError
from tests.deployment.small import TOPIC, step, target

BUCKET = """\
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: taken-before}}
"""
RETAINED = """\
Parameters:
  DeletionProtection: {Type: String, Default: 'false'}
Resources:
  Kept: {Type: AWS::SNS::Topic, DeletionPolicy: RetainExceptOnCreate}
  Gone: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref DeletionProtection}}
"""


class Deployer:
    """Deploys steps, and keeps the events."""

    def __init__(self, stacks: Stacks, change_sets: ChangeSets) -> None:
        self.stacks = stacks
        self.change_sets = change_sets
        self.events: list[Event] = []

    def deploy(self, planned: Step) -> str | None:
        """Return the stack's status; None: no changes."""
        change_set = self.change_sets.propose(planned, self.stacks.find(planned.stack))
        if change_set is None:
            return None
        return self.change_sets.execute(change_set, self.events.append)

    def parameters(self, stack: str) -> dict[str, str]:
        described = self.stacks.find(stack) or {}
        return {p["ParameterKey"]: p["ParameterValue"] for p in described["Parameters"]}


@pytest.fixture
def deployer(stacks: Stacks, change_sets: ChangeSets) -> Deployer:
    return Deployer(stacks, change_sets)


def test_a_stack_is_created_updated_and_unchanged(deployer: Deployer) -> None:
    assert deployer.deploy(step("life", Name="life-1")) == "CREATE_COMPLETE"
    statuses = [(event.resource, event.status) for event in deployer.events]
    assert ("Topic", "CREATE_COMPLETE") in statuses
    assert statuses[-1] == ("life", "CREATE_COMPLETE")
    deployer.events.clear()
    # What is not given again is kept.
    assert deployer.deploy(step("life", Title="new")) == "UPDATE_COMPLETE"
    assert deployer.parameters("life") == {"Name": "life-1", "Title": "new"}
    assert deployer.events[0].status == "UPDATE_IN_PROGRESS"
    assert deployer.deploy(step("life")) is None
    assert kept_parameters(deployer.stacks.find("life")) == {"Name", "Title"}


def test_changes_are_shown_before_they_are_made(
    deployer: Deployer, stacks: Stacks, change_sets: ChangeSets
) -> None:
    proposed = change_sets.propose(step("shown", Name="shown-1"), None)
    assert proposed is not None
    assert [c["LogicalResourceId"] for c in proposed.changes] == ["Topic"]
    assert proposed.is_new
    assert is_new(stacks.find("shown"))
    change_sets.discard(proposed)
    assert stacks.find("shown") is None
    assert deployer.deploy(step("shown", Name="shown-1")) == "CREATE_COMPLETE"
    described = stacks.find("shown")
    update = change_sets.propose(step("shown", Name="shown-2"), described)
    assert update is not None
    [change] = update.changes
    assert (change["Action"], change["Replacement"]) == ("Modify", "True")
    change_sets.discard(update)
    assert stacks.find("shown") is not None


def test_tags_and_policy(deployer: Deployer, account: Account, change_sets: ChangeSets) -> None:
    planned = replace(step("tagged", Name="t"), tags={"Team": "a"}, policy='{"Statement": []}')
    assert deployer.deploy(planned) == "CREATE_COMPLETE"
    change_sets.set_policy(planned)
    assert (deployer.stacks.find("tagged") or {})["Tags"] == [{"Key": "Team", "Value": "a"}]
    client = account.client("cloudformation")
    assert client.get_stack_policy(StackName="tagged")["StackPolicyBody"] == planned.policy


def test_a_large_template_goes_through_a_bucket(account: Account, stacks: Stacks) -> None:
    account.client("s3").create_bucket(Bucket="templates-of-mine")
    planned = step("large", f"{TOPIC}#{'x' * 51_200}\n", Name="large-1")
    change_sets = ChangeSets(account, stacks, bucket="templates-of-mine")
    assert Deployer(stacks, change_sets).deploy(planned) == "CREATE_COMPLETE"
    [key] = account.client("s3").list_objects_v2(Bucket="templates-of-mine")["Contents"]
    assert key["Key"].startswith("large/")


def test_what_cloudformation_refuses_leaves_nothing(deployer: Deployer, stacks: Stacks) -> None:
    with pytest.raises(StackError, match="'Name' has no Default") as caught:
        deployer.deploy(step("refused"))
    assert caught.value.way_out("x") is None
    assert stacks.find("refused") is None


def test_a_failed_stack_tells_the_first_reason(deployer: Deployer, stacks: Stacks) -> None:
    assert deployer.deploy(step("first", BUCKET)) == "CREATE_COMPLETE"
    with pytest.raises(StackError) as caught:
        deployer.deploy(step("second", BUCKET))
    assert caught.value.status in ("ROLLBACK_COMPLETE", "CREATE_FAILED")
    [reason] = caught.value.problems
    assert reason.startswith("/Resources/Bucket: ")
    assert "'taken-before' already exists" in reason
    with pytest.raises(StackError, match="cannot update a stack in this state") as caught:
        deployer.deploy(step("second", BUCKET))
    assert caught.value.way_out("run R") == "run R, then deploy again"
    described = stacks.find("second") or {}
    assert stacks.delete("second", described["StackId"], lambda _: None) == "DELETE_COMPLETE"
    assert stacks.find("second") is None


def test_what_stays_is_told_before(deployer: Deployer, stacks: Stacks) -> None:
    assert deployer.deploy(step("kept", RETAINED)) == "CREATE_COMPLETE"
    [removal] = removals(lambda _: stacks, [target("absent"), target("kept")])
    assert removal.count == 2
    [row] = removal.staying
    assert (row["outcome"], row["resource"], row["type"]) == ("stays", "Kept", "AWS::SNS::Topic")
    assert row["id"].startswith("arn:aws:sns:")
    assert stacks.delete("kept", removal.stack_id, deployer.events.append) == "DELETE_COMPLETE"
    skipped = [e.resource for e in deployer.events if e.status == "DELETE_SKIPPED"]
    assert skipped == ["Kept"]


def test_protected_stacks_are_told_with_the_way_out(
    deployer: Deployer, stacks: Stacks, account: Account
) -> None:
    assert deployer.deploy(step("safe", RETAINED, DeletionProtection="true")) is not None
    [problem] = protection_problems(lambda _: stacks, [target("safe")], "cfn-pipeline deploy d")
    assert problem == (
        "stack safe protects its resources from deletion; run cfn-pipeline deploy d safe "
        "-p DeletionProtection=false, then remove it"
    )
    assert deployer.deploy(step("safe", RETAINED, DeletionProtection="false")) is not None
    account.client("cloudformation").update_termination_protection(
        StackName="safe", EnableTerminationProtection=True
    )
    [problem] = protection_problems(lambda _: stacks, [target("safe")], "")
    assert "--no-enable-termination-protection --stack-name safe, then remove it" in problem
    described = stacks.find("safe") or {}
    with pytest.raises(StackError, match="TerminationProtection is enabled"):
        stacks.delete("safe", described["StackId"], lambda _: None)


def test_an_account_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DeploymentError, match="no region is configured; add --region"):
        Account()
    with pytest.raises(DeploymentError, match=r"profile \(none\) could not be found"):
        Account(profile="none")
    with pytest.raises(DeploymentError, match="no credentials of AWS are configured"):
        _ = Account(region="eu-west-1").number


def test_credentials_are_got_once_before_anything_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a code is asked for: in no phase whose progress would stand behind the question."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    answer = json.dumps({"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "none"})
    (tmp_path / "answer").write_text(answer)
    script = tmp_path / "ask"
    script.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/log\ncat {tmp_path}/answer\n")
    script.chmod(0o700)
    (tmp_path / "config").write_text(f"[profile ask]\ncredential_process = {script}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    account = Account(profile="ask", region="eu-west-1")
    assert (tmp_path / "log").read_text() == "asked\n"
    there = account.at("eu-central-1")
    regions = [each.client("sns").meta.region_name for each in (account, there)]
    assert regions == ["eu-west-1", "eu-central-1"]
    assert (tmp_path / "log").read_text() == "asked\n"
    (tmp_path / "answer").write_text("not JSON")
    with pytest.raises(DeploymentError, match="the configuration of AWS cannot be used: Expecting"):
        Account(profile="ask", region="eu-west-1")
    (tmp_path / "answer").unlink()  # the script fails
    with pytest.raises(DeploymentError, match="AWS cannot be called"):
        Account(profile="ask", region="eu-west-1")


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3.session", None)
    with pytest.raises(DeploymentError, match=r"run pip install 'cfn-pipeline\[deploy\]'"):
        Account(region="eu-west-1")
