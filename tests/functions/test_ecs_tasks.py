"""The custom resource that runs a task."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import Context, Function, custom_resource_event

ARN = "arn:aws:ecs:us-west-2:123456789012:task/one"
PROPERTIES = {"Cluster": "c", "TaskDefinition": "migrate:3"}


def task(status: str, **rest: Any) -> dict[str, Any]:
    return {"tasks": [{"taskArn": ARN, "lastStatus": status, **rest}], "failures": []}


def ended(**container: Any) -> dict[str, Any]:
    return task("STOPPED", containers=[container], stoppedReason="because")


@pytest.fixture
def run(function: Callable[..., Function]) -> Function:
    return function("ecs_tasks", "ecs")


def starts(run: Function, response: dict[str, Any], overrides: Any = None, **more: Any) -> None:
    run.stubs["ecs"].add_response(
        "run_task",
        response,
        {
            "cluster": "c",
            "taskDefinition": "migrate:3",
            "overrides": overrides or {},
            "startedBy": "request-1",
            "clientToken": "request-1",
            **more,
        },
    )


def is_described(run: Function, response: dict[str, Any]) -> None:
    run.stubs["ecs"].add_response("describe_tasks", response, {"cluster": "c", "tasks": [ARN]})


def test_a_task_that_ends_well(run: Function, responses: list[dict[str, Any]]) -> None:
    starts(run, task("PENDING"))
    is_described(run, task("RUNNING"))
    is_described(run, ended(exitCode=0))
    run(custom_resource_event("Create", **PROPERTIES))
    assert run.naps == [5]
    assert responses[0]["Status"] == "SUCCESS"
    assert responses[0]["PhysicalResourceId"] == ARN


def test_overrides_are_handed_on(run: Function, responses: list[dict[str, Any]]) -> None:
    overrides = {"containerOverrides": [{"name": "migrate", "command": ["true"]}]}
    starts(run, task("PENDING"), overrides)
    is_described(run, ended(exitCode=0))
    run(custom_resource_event("Update", **PROPERTIES, Overrides=overrides))
    assert responses[0]["Status"] == "SUCCESS"


def test_a_task_with_an_address_of_its_own(run: Function, responses: list[dict[str, Any]]) -> None:
    network = {
        "awsvpcConfiguration": {
            "assignPublicIp": "DISABLED",
            "securityGroups": ["sg-1"],
            "subnets": ["subnet-1", "subnet-2"],
        }
    }
    starts(run, task("PENDING"), networkConfiguration=network)
    is_described(run, ended(exitCode=0))
    run(custom_resource_event("Create", **PROPERTIES, NetworkConfiguration=network))
    assert responses[0]["Status"] == "SUCCESS"


def test_delete_does_nothing(run: Function, responses: list[dict[str, Any]]) -> None:
    run(custom_resource_event("Delete", **PROPERTIES))
    assert (responses[0]["Status"], responses[0]["PhysicalResourceId"]) == ("SUCCESS", "before")


@pytest.mark.parametrize(
    "started, described, reason",
    [
        (task("PENDING"), [ended(exitCode=2)], "the container ended with exit code 2"),
        (task("PENDING"), [ended(reason="CannotPull")], "the container never ran: CannotPull"),
        (task("PENDING"), [ended()], "the container never ran: because"),
        (
            {"tasks": [], "failures": [{"arn": "i", "reason": "RESOURCE:MEMORY"}]},
            [],
            "the task did not start: RESOURCE:MEMORY",
        ),
        ({"tasks": [], "failures": []}, [], "the task did not start: no reason given"),
    ],
)
def test_failures_say_why(
    run: Function,
    responses: list[dict[str, Any]],
    started: dict[str, Any],
    described: list[dict[str, Any]],
    reason: str,
) -> None:
    starts(run, started)
    for response in described:
        is_described(run, response)
    run(custom_resource_event("Update", **PROPERTIES))
    assert responses == [
        {
            "Status": "FAILED",
            "Reason": f"TaskFailedError: {reason}",
            "PhysicalResourceId": "before",
            "StackId": "stack-1",
            "RequestId": "request-1",
            "LogicalResourceId": "Resource",
            "NoEcho": False,
            "Data": {},
        }
    ]


def test_it_answers_before_its_own_time_is_over(
    run: Function, responses: list[dict[str, Any]]
) -> None:
    starts(run, task("PENDING"))
    is_described(run, {"tasks": [], "failures": []})
    is_described(run, task("RUNNING"))
    run.stubs["ecs"].add_response(
        "stop_task",
        {},
        {"cluster": "c", "task": ARN, "reason": "CloudFormation no longer waits"},
    )
    run(custom_resource_event("Create", **PROPERTIES), Context([16_000, 15_000]))
    assert responses[0]["Status"] == "FAILED"
    assert "is still RUNNING and there is no time left" in responses[0]["Reason"]


def test_a_task_that_cannot_be_stopped_is_a_failure_all_the_same(
    run: Function, responses: list[dict[str, Any]]
) -> None:
    starts(run, task("PENDING"))
    is_described(run, {"tasks": [], "failures": []})
    run.stubs["ecs"].add_client_error("stop_task", "AccessDeniedException", "no")
    run(custom_resource_event("Create", **PROPERTIES), Context([15_000]))
    assert "is still UNKNOWN and there is no time left" in responses[0]["Reason"]


def test_an_error_of_aws_is_a_failure(run: Function, responses: list[dict[str, Any]]) -> None:
    run.stubs["ecs"].add_client_error("run_task", "ClusterNotFoundException", "Cluster not found.")
    run(custom_resource_event("Create", **PROPERTIES))
    assert responses[0]["Status"] == "FAILED"
    assert "Cluster not found." in responses[0]["Reason"]
