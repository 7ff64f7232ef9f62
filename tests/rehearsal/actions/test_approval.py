"""Approvals, and the functions that rules run when one begins."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import (
    Approve,
    CodeCommit,
    CreateChangeSet,
    ExecuteChangeSet,
    Pipeline,
    Stage,
    pipeline_template,
)
from cfn_pipeline.rehearsal.actions.approval import run_approval
from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action, parse_pipeline
from tests.rehearsal.small import template

CODE = CodeCommit(name="Code", repository="infra", output="Code")
CHANGE = CreateChangeSet(
    name="Change",
    stack="waits",
    template=CODE.artifact / "stack.yml",
    role="arn:aws:iam::123456789012:role/deployment",
)
PIPELINE = Pipeline(
    name="small",
    stages=[
        Stage("Source", [CODE]),
        Stage(
            "Prod",
            [
                CHANGE,
                Approve(name="Approve", describe_changes=True, approve_empty=True),
                ExecuteChangeSet(name="Execute", of=CHANGE),
            ],
        ),
    ],
)
#: What publishes messages, in a pipeline's stack.
PARTS = ("Notification", "Approval")


def stack(value: str) -> str:
    properties = {"Name": "/waits/note", "Type": "String", "Value": value}
    return json.dumps(
        {"Resources": {"Note": {"Type": "AWS::SSM::Parameter", "Properties": properties}}}
    )


@pytest.fixture(scope="module")
def deployed(aws: EmbeddedAws) -> Iterator[Any]:
    """The function and its rule, and a stack whose changes wait."""
    made = pipeline_template(PIPELINE).to_dict()
    parts = {
        name: resource
        for name, resource in made["Resources"].items()
        if name.startswith(PARTS) and name != "NotificationSubscription"
    }
    text = json.dumps({"Mappings": made["Mappings"], "Resources": parts}, default=_long)
    key = '{"Fn::ImportValue": "small-key"}'
    text = text.replace(key, '"arn:aws:kms:us-east-1:123456789012:key/0a1b"')
    client = aws.account.client("cloudformation")
    for name, body in (("approvals", text), ("waits", stack("one"))):
        client.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    yield client
    for name in ("approvals", "waits"):
        client.delete_stack(StackName=name)


def _long(value: Any) -> Any:
    return value.to_dict()


@pytest.fixture
def approve(aws: EmbeddedAws, deployed: Any, tmp_path: Path) -> Callable[..., Outcome]:
    """Make a change set, and run the approval; ``answer``: the person's, if one is asked."""

    def run(value: str, answer: bool | None = None, notices: list[str] | None = None) -> Outcome:
        deployed.delete_change_set(StackName="waits", ChangeSetName="waits")
        deployed.create_change_set(
            StackName="waits",
            ChangeSetName="waits",
            ChangeSetType="UPDATE",
            TemplateBody=stack(value),
        )
        pipeline = parse_pipeline(
            template([])["Resources"]["Pipeline"]["Properties"]
            | {"ArtifactStore": {"Type": "S3", "Location": "artifacts"}},
            "small",
            "us-east-1",
        )

        def ask(action: Action, pending: Any) -> tuple[bool, str]:
            del action, pending
            assert answer is not None, "a person is asked"
            return answer, ""

        context = Context(
            account=aws.account,
            local=aws,
            pipeline=pipeline,
            folder=RunFolder(tmp_path),
            artifacts=Artifacts(aws.account, "small", "artifacts", RunFolder(tmp_path)),
            approve=ask,
            stop=threading.Event(),
            variables={"codepipeline": {"PipelineExecutionId": "12345678"}},
            notify=(notices if notices is not None else []).append,
        )
        action = Action(
            stage="Prod", name="Approve", category="Approval", owner="AWS", provider="Manual"
        )
        return run_approval(action, context, [])

    return run


def text_of(outcome: Outcome) -> str:
    [message] = outcome.details["messages"]
    assert message["function"] == "small-approvals"
    return str(message["text"])


def test_an_empty_change_set_is_approved_without_a_person(approve: Callable[..., Outcome]) -> None:
    outcome = approve("one")
    assert (outcome.status, outcome.message) == (
        Status.SUCCEEDED,
        "Nothing will change (by a function)",
    )
    assert text_of(outcome).splitlines()[-3:] == [
        "No changes",
        "",
        "Nothing will change; it is approved.",
    ]


@pytest.mark.parametrize("answer, status", [(True, Status.SUCCEEDED), (False, Status.REJECTED)])
def test_a_person_is_asked_for_changes(
    approve: Callable[..., Outcome], answer: bool, status: Status
) -> None:
    outcome = approve("two", answer)
    assert outcome.status is status
    lines = text_of(outcome).splitlines()
    assert lines[0].startswith("Pipeline small waits in stage Prod for the approval Approve: http")
    change = "Modify Note (AWS::SSM::Parameter): Value by DirectModification"
    assert lines[2:4] == ["Stack waits", change]


def test_a_person_is_asked_where_the_function_fails(
    aws: EmbeddedAws, approve: Callable[..., Outcome]
) -> None:
    client = aws.account.client("lambda")
    [variables] = client.get_function_configuration(FunctionName="small-approvals")[
        "Environment"
    ].values()
    change = client.update_function_configuration
    topic = f"{variables['TOPIC']}-gone"
    change(FunctionName="small-approvals", Environment={"Variables": variables | {"TOPIC": topic}})
    notices: list[str] = []
    try:
        outcome = approve("one", False, notices)
    finally:
        change(FunctionName="small-approvals", Environment={"Variables": variables})
    assert outcome.status is Status.REJECTED
    [notice] = notices
    assert notice.startswith("stage 'Prod', action 'Approve': function small-approvals fails: ")
    assert "NotFound" in notice
