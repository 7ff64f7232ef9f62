"""What an approval's message says, and when the function approves by itself."""

import json
import re
from collections.abc import Callable
from importlib import reload
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cfn_pipeline.aws.cloudformation import NO_CHANGES
from tests.command import ROOT
from tests.functions.conftest import Function

TOPIC = "arn:aws:sns:us-west-2:123456789012:topic"
STACK = "arn:aws:cloudformation:us-west-2:123456789012:stack/orders-prod/1"
CHANGE_SET = "arn:aws:cloudformation:us-west-2:123456789012:changeSet/orders-prod/2"
EXECUTION = "12345678-1234-1234-1234-123456789012"
TOKEN = "87654321-1234-1234-1234-123456789012"
NAMES = {"StackName": "orders-prod", "ChangeSetName": "orders-prod"}
PENDING = {"stack": "orders-prod", "name": "orders-prod"}
ACTION = {"pipelineName": "orders", "stageName": "Prod", "actionName": "Approve"}
EVENT = {
    "subject": "Approval: orders",
    "message": "Pipeline orders waits in stage Prod for the approval Approve: https://example.com",
    "execution": EXECUTION,
    "action": ACTION,
}
EMPTY = {
    "Status": "FAILED",
    "StatusReason": "The submitted information didn't contain changes. Submit different "
    "information to create a change set.",
    "StackId": STACK,
    "ChangeSetId": CHANGE_SET,
    "Changes": [],
}
CHANGED = {
    "Status": "CREATE_COMPLETE",
    "StackId": STACK,
    "ChangeSetId": CHANGE_SET,
    "Parameters": [
        {"ParameterKey": "ApplicationImageTag", "ParameterValue": "1.1"},
        {"ParameterKey": "VpcId", "ParameterValue": "vpc-1"},
    ],
}


def change(action: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": f"AWS::{kind}"}
    return {"Type": "Resource", "ResourceChange": {**resource, **more}}


def cause(name: str, source: str, entity: str | None = None) -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": "Always"}
    return {
        "Target": target,
        "Evaluation": "Static",
        "ChangeSource": source,
        **({} if entity is None else {"CausingEntity": entity}),
    }


class Clients:
    """boto3 with clients that botocore's Stubber answers, by service, region and access key."""

    def __init__(self) -> None:
        self.stubs: dict[tuple[str, str | None, str | None], Stubber] = {}
        self._clients: dict[Any, Any] = {}

    def at(self, service: str, region: str | None = None, key: str | None = None) -> Stubber:
        place = (service, region, key)
        if place not in self.stubs:
            self._clients[place] = boto3.client(service, region_name=region or "us-west-2")
            self.stubs[place] = Stubber(self._clients[place])
            self.stubs[place].activate()
        return self.stubs[place]

    def client(self, service: str, region: str | None = None, key: str | None = None) -> Any:
        self.at(service, region, key)
        return self._clients[service, region, key]

    def Session(self, *keys: str) -> Any:  # noqa: N802 - boto3's name
        key = keys[0] if keys else None
        clients = self

        class Session:
            def client(self, service: str, region: str | None) -> Any:
                return clients.client(service, region, key)

        return Session()


@pytest.fixture
def clients() -> Clients:
    return Clients()


@pytest.fixture
def tell(
    function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch, clients: Clients
) -> Callable[..., str]:
    """Run the function for an approval, and return the message that it publishes."""

    def run(
        *change_sets: dict[str, str],
        approve_empty: bool = False,
        is_denied: bool = False,
        mails: int = 1,
        **event: Any,
    ) -> str:
        approval = {"change_sets": change_sets or [PENDING], "approve_empty": approve_empty}
        monkeypatch.setenv("APPROVALS", json.dumps({"Prod/Approve": approval}))
        monkeypatch.setenv("CONSOLE", "console.aws.amazon.com")
        monkeypatch.setenv("TOPIC", TOPIC)
        module = reload(function("change_sets").module)
        monkeypatch.setattr(module, "boto3", clients)
        monkeypatch.setattr(module, "codepipeline", clients.client("codepipeline"))
        made = function("change_sets", "sns")
        sent: list[dict[str, Any]] = []
        made.module.sns.meta.events.register(
            "provide-client-params.sns.Publish", lambda params, **_: sent.append(params)
        )
        if is_denied:
            made.stubs["sns"].add_client_error("publish", "AuthorizationError", "denied")
        for _ in range(mails):
            made.stubs["sns"].add_response("publish", {"MessageId": "1"})
        made({**EVENT, **event})
        for stub in clients.stubs.values():
            stub.assert_no_pending_responses()
        assert len(sent) == mails
        for params in sent:
            assert (params["TopicArn"], params["Subject"]) == (TOPIC, "Approval: orders")
        return "\n".join(params["Message"] for params in sent)

    return run


def deployed_with(clients: Clients, parameters: Any) -> None:
    stack = {"StackName": "orders-prod", "CreationTime": 0, "StackStatus": "UPDATE_COMPLETE"}
    clients.at("cloudformation").add_response(
        "describe_stacks",
        {"Stacks": [{**stack, "Parameters": parameters}]},
        {"StackName": "orders-prod"},
    )


def waits(clients: Clients, execution: str = EXECUTION, *, has_token: bool = True) -> None:
    latest = {"status": "InProgress", **({"token": TOKEN} if has_token else {})}
    clients.at("codepipeline").add_response(
        "get_pipeline_state",
        {
            "stageStates": [
                {"stageName": "Build", "actionStates": []},
                {
                    "stageName": "Prod",
                    "latestExecution": {"pipelineExecutionId": execution, "status": "InProgress"},
                    "actionStates": [
                        {"actionName": "ChangeSet", "latestExecution": {"status": "Succeeded"}},
                        {"actionName": "Approve", "latestExecution": latest},
                    ],
                },
            ]
        },
        {"name": "orders"},
    )


def approves(clients: Clients) -> None:
    result = {"status": "Approved", "summary": "Nothing will change"}
    clients.at("codepipeline").add_response(
        "put_approval_result", {}, {**ACTION, "result": result, "token": TOKEN}
    )


def test_the_message(tell: Callable[..., str], clients: Clients) -> None:
    cloudformation = clients.at("cloudformation")
    cloudformation.add_response(
        "describe_change_set",
        {
            **CHANGED,
            "NextToken": "2",
            "Changes": [
                change("Add", "Queue", "SQS::Queue", Details=[]),
                change(
                    "Modify",
                    "TaskDefinition",
                    "ECS::TaskDefinition",
                    Replacement="True",
                    Details=[
                        cause("ContainerDefinitions", "ParameterReference", "ApplicationImageTag"),
                        cause("ContainerDefinitions", "ParameterReference", "ApplicationImageTag"),
                        cause("Cpu", "DirectModification"),
                    ],
                ),
            ],
        },
        NAMES,
    )
    cloudformation.add_response(
        "describe_change_set",
        {
            **CHANGED,
            "Changes": [
                change(
                    "Modify",
                    "Service",
                    "ECS::Service",
                    Replacement="False",
                    Details=[cause("TaskDefinition", "ResourceReference", "TaskDefinition")],
                ),
                change("Remove", "Topic", "SNS::Topic"),
            ],
        },
        {**NAMES, "NextToken": "2"},
    )
    before = [
        {"ParameterKey": "ApplicationImageTag", "ParameterValue": "1.0"},
        {"ParameterKey": "VpcId", "ParameterValue": "vpc-1"},
    ]
    deployed_with(clients, before)
    assert (
        tell()
        == f"""\
Pipeline orders waits in stage Prod for the approval Approve: https://example.com

Stack orders-prod
ApplicationImageTag: 1.0 -> 1.1
Add Queue (AWS::SQS::Queue)
Modify TaskDefinition (AWS::ECS::TaskDefinition), replacement True: ContainerDefinitions by \
ApplicationImageTag, Cpu by DirectModification
Modify Service (AWS::ECS::Service): TaskDefinition by TaskDefinition
Remove Topic (AWS::SNS::Topic)
https://us-west-2.console.aws.amazon.com/cloudformation/home?region=us-west-2#/stacks/changesets/\
changes?stackId={STACK}&changeSetId={CHANGE_SET}"""
    )


def test_the_message_of_the_recipe(tell: Callable[..., str], clients: Clients) -> None:
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    tag, task = "ApplicationImageTag", "ApplicationTaskDefinition"
    before, after = re.findall(rf"^{tag}: (\S+) -> (\S+)$", shown, re.MULTILINE)[0]

    def parameters(value: str) -> list[dict[str, str]]:
        return [{"ParameterKey": tag, "ParameterValue": value}]

    changes = [
        change(
            *("Modify", task, "ECS::TaskDefinition"),
            Replacement="True",
            Details=[cause("ContainerDefinitions", "ParameterReference", tag)],
        ),
        change(
            *("Modify", "ApplicationService", "ECS::Service"),
            Details=[cause("TaskDefinition", "ResourceReference", task)],
        ),
    ]
    described = {**CHANGED, "Parameters": parameters(after), "Changes": changes}
    clients.at("cloudformation").add_response("describe_change_set", described, NAMES)
    deployed_with(clients, parameters(before))
    # Without the message that the rule gives, and without the link.
    assert tell().splitlines()[1:-1] == shown.splitlines()[1:-1]


@pytest.mark.parametrize("reason", [EMPTY["StatusReason"], f"{NO_CHANGES[0]}."])
def test_an_empty_change_set_is_approved(
    tell: Callable[..., str], clients: Clients, reason: str
) -> None:
    clients.at("cloudformation").add_response(
        "describe_change_set", {**EMPTY, "StatusReason": reason}, NAMES
    )
    waits(clients)
    approves(clients)
    lines = tell(approve_empty=True).splitlines()
    assert lines[1:] == [
        "",
        "Stack orders-prod",
        "No changes",
        "",
        "Nothing will change; it is approved.",
    ]


def test_the_words_are_those_of_cloudformation(function: Callable[..., Function]) -> None:
    assert function("change_sets").module.EMPTY == NO_CHANGES


def test_an_empty_change_set_waits_for_a_person_by_default(
    tell: Callable[..., str], clients: Clients
) -> None:
    clients.at("cloudformation").add_response("describe_change_set", EMPTY, NAMES)
    assert tell().splitlines()[1:] == ["", "Stack orders-prod", "No changes"]


def test_a_denied_call_is_told_and_nothing_is_approved(
    tell: Callable[..., str], clients: Clients
) -> None:
    clients.at("cloudformation").add_client_error(
        "describe_change_set", "AccessDenied", "User: role is not authorized"
    )
    assert tell(approve_empty=True).splitlines()[2:] == [
        "Stack orders-prod",
        (
            "It cannot be read: An error occurred (AccessDenied) when calling the "
            "DescribeChangeSet operation: User: role is not authorized"
        ),
    ]


def test_changes_without_resources_are_not_empty(
    tell: Callable[..., str], clients: Clients
) -> None:
    """A change of outputs alone has no changes of resources, but it is executed."""
    described = {**CHANGED, "Changes": []}
    clients.at("cloudformation").add_response("describe_change_set", described, NAMES)
    deployed_with(clients, CHANGED["Parameters"])
    lines = tell(approve_empty=True).splitlines()
    assert lines[3] == "No resource changes"
    assert "approved" not in " ".join(lines)


@pytest.mark.parametrize(
    "status, reason",
    [
        ("FAILED", "Requires capabilities : [CAPABILITY_IAM]"),
        ("CREATE_IN_PROGRESS", "No updates are to be performed"),
        ("DELETE_COMPLETE", ""),
    ],
)
def test_nothing_is_approved_unless_cloudformation_says_that_it_is_empty(
    tell: Callable[..., str], clients: Clients, status: str, reason: str
) -> None:
    clients.at("cloudformation").add_response(
        "describe_change_set", {**EMPTY, "Status": status, "StatusReason": reason}, NAMES
    )
    assert tell(approve_empty=True).splitlines()[3] == f"The change set is {status}: {reason}"


def test_one_change_set_that_is_not_empty_keeps_all_waiting(
    tell: Callable[..., str], clients: Clients
) -> None:
    cloudformation = clients.at("cloudformation")
    cloudformation.add_response("describe_change_set", EMPTY, NAMES)
    cloudformation.add_client_error("describe_change_set", "ChangeSetNotFound", "gone")
    text = tell(PENDING, {**PENDING, "stack": "orders-eu"}, approve_empty=True)
    assert text.splitlines()[2:6] == ["Stack orders-prod", "No changes", "", "Stack orders-eu"]
    assert "approved" not in text


def test_a_denied_approval_is_told(tell: Callable[..., str], clients: Clients) -> None:
    clients.at("cloudformation").add_response("describe_change_set", EMPTY, NAMES)
    waits(clients)
    clients.at("codepipeline").add_client_error(
        "put_approval_result", "AccessDeniedException", "User: role is not authorized"
    )
    assert tell(approve_empty=True, mails=2).splitlines()[-2:] == [
        EVENT["message"],
        (
            "Not approved: An error occurred (AccessDeniedException) when calling the "
            "PutApprovalResult operation: User: role is not authorized"
        ),
    ]


def test_another_execution_is_not_approved(tell: Callable[..., str], clients: Clients) -> None:
    clients.at("cloudformation").add_response("describe_change_set", EMPTY, NAMES)
    waits(clients, execution="00000000-1234-1234-1234-123456789012")
    text = tell(approve_empty=True, mails=2)
    assert text.splitlines()[-1] == "Not approved: another execution is in the stage"


def test_an_approval_without_a_token_is_not_approved(
    tell: Callable[..., str], clients: Clients
) -> None:
    clients.at("cloudformation").add_response("describe_change_set", EMPTY, NAMES)
    waits(clients, has_token=False)
    text = tell(approve_empty=True, mails=2)
    assert text.splitlines()[-1] == "Not approved: it has no token yet"


def test_an_approval_without_change_sets_is_only_told(tell: Callable[..., str]) -> None:
    action = {**ACTION, "stageName": "Other"}
    assert tell(approve_empty=True, action=action) == EVENT["message"]


def test_a_change_set_of_another_account_is_read_with_its_role(
    tell: Callable[..., str], clients: Clients
) -> None:
    role = "arn:aws:iam::222222222222:role/reader"
    clients.at("sts").add_response(
        "assume_role",
        {
            "Credentials": {
                "AccessKeyId": "ASIAEXAMPLEEXAMPLE01",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
                "Expiration": 0,
            }
        },
        {"RoleArn": role, "RoleSessionName": "approval"},
    )
    clients.at("cloudformation", "eu-west-1", "ASIAEXAMPLEEXAMPLE01").add_response(
        "describe_change_set", EMPTY, NAMES
    )
    text = tell({**PENDING, "region": "eu-west-1", "role": role})
    assert text.splitlines()[3] == "No changes"


def test_nothing_is_approved_when_the_message_is_not_published(
    tell: Callable[..., str], clients: Clients
) -> None:
    """The function fails: Lambda tries again, and sends the event to the topic in the end."""
    clients.at("cloudformation").add_response("describe_change_set", EMPTY, NAMES)
    waits(clients)
    approves(clients)
    with pytest.raises(ClientError, match="AuthorizationError"):
        tell(approve_empty=True, is_denied=True)
    with pytest.raises(AssertionError, match="2 responses remaining"):
        clients.at("codepipeline").assert_no_pending_responses()
