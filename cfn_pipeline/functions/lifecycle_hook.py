"""Drains an ECS container instance before its Auto Scaling group terminates it."""

import json
import os
import time
from typing import Any

import boto3

CLUSTER = os.environ["ECS_CLUSTER"]
POLL_SECONDS = 5
RESERVED_MILLISECONDS = 10000

autoscaling = boto3.client("autoscaling")
ecs = boto3.client("ecs")
sns = boto3.client("sns")


def handler(event: Any, context: Any) -> None:
    for record in event["Records"]:
        message = json.loads(record["Sns"]["Message"])
        if message.get("LifecycleTransition") != "autoscaling:EC2_INSTANCE_TERMINATING":
            print(f"Ignored: {message.get('LifecycleTransition')}")
            continue
        try:
            if drain(message["EC2InstanceId"], context):
                complete(message, "CONTINUE")
            else:
                print("Tasks still run; a new invocation goes on")
                sns.publish(TopicArn=record["Sns"]["TopicArn"], Message=record["Sns"]["Message"])
        except Exception as error:
            print(f"Could not drain {message.get('EC2InstanceId')}: {error!r}")
            complete(message, "ABANDON")


def drain(ec2_instance: str, context: Any) -> bool:
    """Drain the instance; return whether all its tasks have ended while there was time."""
    arn = container_instance(ec2_instance)
    changed = ecs.update_container_instances_state(
        cluster=CLUSTER, containerInstances=[arn], status="DRAINING"
    )
    if changed.get("failures"):
        raise RuntimeError(f"{arn} cannot be drained: {changed['failures']}")
    while running_tasks(arn):
        if context.get_remaining_time_in_millis() <= RESERVED_MILLISECONDS + POLL_SECONDS * 1000:
            return False
        time.sleep(POLL_SECONDS)
    return True


def container_instance(ec2_instance: str) -> Any:
    """Return the ARN of the container instance that runs on an EC2 instance."""
    found = ecs.list_container_instances(cluster=CLUSTER, filter=f"ec2InstanceId == {ec2_instance}")
    arns = found["containerInstanceArns"]
    if not arns:
        raise LookupError(f"no container instance of {CLUSTER} runs on it")
    return arns[0]


def running_tasks(arn: str) -> Any:
    found = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=[arn])
    return found["containerInstances"][0]["runningTasksCount"]


def complete(message: Any, result: str) -> None:
    print(f"{message.get('EC2InstanceId')}: {result}")
    autoscaling.complete_lifecycle_action(
        LifecycleHookName=message["LifecycleHookName"],
        AutoScalingGroupName=message["AutoScalingGroupName"],
        LifecycleActionToken=message["LifecycleActionToken"],
        LifecycleActionResult=result,
    )
