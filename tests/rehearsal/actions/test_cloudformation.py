"""CloudFormation actions that go on after an interruption."""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.rehearsal.actions.cloudformation import run_cloudformation
from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.cloudformation.change_sets import ChangeSets
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.outcome import ActionFailed
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline

TEMPLATE = json.dumps(
    {
        "Parameters": {"Value": {"Type": "String"}},
        "Resources": {
            "P": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": {"Ref": "Value"}},
            }
        },
    }
)


class Execution:
    """An action that executes a change set, and what it has said that it is about to do."""

    def __init__(self, aws: EmbeddedAws, folder: Path, stack: str) -> None:
        self.stack = stack
        self.stacks = Stacks(aws.account, "none", threading.Event())
        self.intended: dict[str, Any] = {}
        self.action = Action(
            stage="Prod",
            name="Execute",
            category="Deploy",
            owner="AWS",
            provider="CloudFormation",
            configuration={
                "ActionMode": "CHANGE_SET_EXECUTE",
                "StackName": stack,
                "ChangeSetName": "changes",
            },
        )
        self.context = Context(
            account=aws.account,
            pipeline=Pipeline(name="p", bucket="none", stages=[]),
            folder=RunFolder(folder),
            artifacts=Artifacts(aws.account, "p", "none", RunFolder(folder)),
            approve=lambda *_: (True, ""),
            record_intent=self._record,
            stop=threading.Event(),
        )

    def _record(self, intended: Mapping[str, Any]) -> None:
        self.intended = dict(intended)

    def make(self, value: str) -> str:
        request = Request(stack=self.stack, template=TEMPLATE, parameters={"Value": value})
        return ChangeSets(self.context.account, self.stacks).create(request, "changes").arn

    def run(self, intended: Mapping[str, Any] | None = None) -> str:
        context = replace(self.context, intent=intended or {})
        return run_cloudformation(self.action, context).message


@pytest.fixture
def execution(aws: EmbeddedAws, tmp_path: Path) -> Execution:
    return Execution(aws, tmp_path, f"stack-{tmp_path.name.replace('_', '-')}")


def test_what_is_about_to_be_executed_is_recorded_before(execution: Execution) -> None:
    arn = execution.make("one")
    assert execution.run() == ""
    assert execution.intended == {"change_set": arn}
    assert execution.stacks.parameters(execution.stack) == {"Value": "one"}


def test_a_change_set_that_was_executed_is_not_executed_again(execution: Execution) -> None:
    execution.make("one")
    execution.run()
    intended = execution.intended
    assert execution.run(intended) == "executed before the interruption"
    with pytest.raises(ActionFailed, match="EXECUTE_COMPLETE"):
        execution.run()  # a new run would find nothing that it may execute


def test_a_change_set_that_was_not_executed_is(execution: Execution) -> None:
    arn = execution.make("two")
    assert execution.run({"change_set": arn}) == ""
    assert execution.stacks.parameters(execution.stack) == {"Value": "two"}


def test_a_change_set_that_nobody_has_made(execution: Execution) -> None:
    execution.stacks.deploy(
        Request(stack=execution.stack, template=TEMPLATE, parameters={"Value": "x"})
    )
    with pytest.raises(ActionFailed, match=r"ChangeSet \[changes\] does not exist"):
        execution.run()


def test_a_large_template_goes_through_the_bucket(aws: EmbeddedAws) -> None:
    aws.account.client("s3").create_bucket(Bucket="large")
    template = json.loads(TEMPLATE) | {"Metadata": {"Note": "x" * 60_000}}
    stacks = Stacks(aws.account, "large", threading.Event())
    request = Request(stack="large", template=json.dumps(template), parameters={"Value": "1"})
    assert stacks.deploy(request)
    assert stacks.status("large") == "CREATE_COMPLETE"
    assert not stacks.deploy(request)
