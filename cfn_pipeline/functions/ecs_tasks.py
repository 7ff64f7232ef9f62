"""A custom resource that runs an ECS task and fails when the task fails."""

import time
from typing import Any

import boto3
import cfnresponse

POLL_SECONDS = 5
RESERVED_MILLISECONDS = 10000

ecs = boto3.client("ecs")


class TaskFailedError(Exception):
    """The task did not start, did not end in time, or ended badly."""


def handler(event: Any, context: Any) -> None:
    physical_id = event.get("PhysicalResourceId")
    print(event["RequestType"], physical_id or "")
    if event["RequestType"] == "Delete":
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, physical_id)
        return
    try:
        arn = start(event)
        print("Started", arn)
        check(stopped(event["ResourceProperties"]["Cluster"], arn, context))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        print(reason)
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, physical_id, reason=reason)
        return
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, arn)


def start(event: Any) -> Any:
    """Start the task and return its ARN."""
    properties = event["ResourceProperties"]
    network = properties.get("NetworkConfiguration")
    response = ecs.run_task(
        cluster=properties["Cluster"],
        taskDefinition=properties["TaskDefinition"],
        overrides=properties.get("Overrides", {}),
        startedBy=event["RequestId"],
        # Lambda may run an asynchronous call twice; ECS then returns the task of the first.
        clientToken=event["RequestId"],
        **({"networkConfiguration": network} if network else {}),
    )
    if response["failures"] or not response["tasks"]:
        reasons = ", ".join(failure["reason"] for failure in response["failures"])
        raise TaskFailedError(f"the task did not start: {reasons or 'no reason given'}")
    return response["tasks"][0]["taskArn"]


def stopped(cluster: str, arn: str, context: Any) -> Any:
    """Return the task when it has stopped; give up in time to answer CloudFormation."""
    while True:
        tasks = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
        # A task that has just been started may not be seen yet.
        status = tasks[0]["lastStatus"] if tasks else "UNKNOWN"
        if status == "STOPPED":
            return tasks[0]
        if context.get_remaining_time_in_millis() <= RESERVED_MILLISECONDS + POLL_SECONDS * 1000:
            stop(cluster, arn)
            raise TaskFailedError(f"the task {arn} is still {status} and there is no time left")
        time.sleep(POLL_SECONDS)


def stop(cluster: str, arn: str) -> None:
    """Stop the task, so that it does not go on while CloudFormation rolls back."""
    try:
        ecs.stop_task(cluster=cluster, task=arn, reason="CloudFormation no longer waits")
    except Exception as error:
        print(f"Could not stop {arn}: {error!r}")


def check(task: Any) -> None:
    """Raise what a person needs to know unless the first container ended with 0."""
    container = task["containers"][0]
    exit_code = container.get("exitCode")
    if exit_code is None:
        reason = container.get("reason") or task.get("stoppedReason") or "no reason given"
        raise TaskFailedError(f"the container never ran: {reason}")
    if exit_code != 0:
        raise TaskFailedError(f"the container ended with exit code {exit_code}")
