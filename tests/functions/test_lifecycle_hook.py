"""Draining an instance that is about to be terminated."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import Context, Function

CLUSTER = "todobackend-cluster"
ARN = "arn:aws:ecs:us-west-2:123456789012:container-instance/one"
MESSAGE = {
    "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
    "LifecycleHookName": "hook",
    "AutoScalingGroupName": "group",
    "LifecycleActionToken": "b0a1c2d3-0000-4000-8000-00000000000a",
    "EC2InstanceId": "i-1",
}


def event(message: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"Sns": {"Message": json.dumps(message), "TopicArn": "arn:topic"}}]}


@pytest.fixture
def hook(function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch) -> Function:
    made = function("lifecycle_hook", "ecs", "autoscaling", "sns")
    monkeypatch.setattr(made.module, "CLUSTER", CLUSTER)
    return made


def runs_on(hook: Function, *arns: str) -> None:
    hook.stubs["ecs"].add_response(
        "list_container_instances",
        {"containerInstanceArns": list(arns)},
        {"cluster": CLUSTER, "filter": "ec2InstanceId == i-1"},
    )


def is_drained(hook: Function, *running: int) -> None:
    ecs = hook.stubs["ecs"]
    expected = {"cluster": CLUSTER, "containerInstances": [ARN]}
    ecs.add_response("update_container_instances_state", {}, {**expected, "status": "DRAINING"})
    for count in running:
        ecs.add_response(
            "describe_container_instances",
            {"containerInstances": [{"runningTasksCount": count}]},
            expected,
        )


def completes(hook: Function, result: str) -> None:
    hook.stubs["autoscaling"].add_response(
        "complete_lifecycle_action",
        {},
        {
            "LifecycleHookName": "hook",
            "AutoScalingGroupName": "group",
            "LifecycleActionToken": MESSAGE["LifecycleActionToken"],
            "LifecycleActionResult": result,
        },
    )


def test_it_waits_until_no_task_runs_and_lets_the_group_go_on(hook: Function) -> None:
    runs_on(hook, ARN)
    is_drained(hook, 2, 1, 0)
    completes(hook, "CONTINUE")
    hook(event(MESSAGE))
    assert hook.naps == [5, 5]


def test_when_time_runs_out_a_new_invocation_goes_on(hook: Function) -> None:
    runs_on(hook, ARN)
    is_drained(hook, 2, 2)
    hook.stubs["sns"].add_response(
        "publish",
        {"MessageId": "1"},
        {"TopicArn": "arn:topic", "Message": json.dumps(MESSAGE)},
    )
    hook(event(MESSAGE), Context([20_000, 15_000]))
    assert hook.naps == [5]


def test_an_instance_that_is_not_in_the_cluster_is_abandoned(hook: Function) -> None:
    runs_on(hook)
    completes(hook, "ABANDON")
    hook(event(MESSAGE))


def test_an_error_of_aws_abandons(hook: Function) -> None:
    runs_on(hook, ARN)
    hook.stubs["ecs"].add_client_error("update_container_instances_state", "ServerException", "no")
    completes(hook, "ABANDON")
    hook(event(MESSAGE))


@pytest.mark.parametrize(
    "message",
    [
        {**MESSAGE, "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"},
        {"Event": "autoscaling:TEST_NOTIFICATION"},
    ],
)
def test_other_messages_are_ignored(hook: Function, message: dict[str, Any]) -> None:
    hook(event(message))
