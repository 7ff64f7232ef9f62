"""Publishes how much room an ECS cluster has, whenever one of its instances changes.

ContainerCapacity: how many more of the largest containers fit on the instances as they are.
IdleHostCapacity: how many idle instances' worth of room there is.
"""

from typing import Any

import boto3

LARGEST_CONTAINER = {"CPU": 250, "MEMORY": 400}

ecs = boto3.client("ecs")
cloudwatch = boto3.client("cloudwatch")


def handler(event: Any, context: Any) -> None:
    detail = event["detail"]
    cluster = detail["clusterArn"]
    capacity = container_capacity(active_instances(cluster))
    idle_host = containers_in(detail["registeredResources"])
    metrics = {
        "ContainerCapacity": min(capacity.values()),
        "IdleHostCapacity": min(idle_hosts(capacity[name], idle_host[name]) for name in capacity),
    }
    print(f"Cluster {cluster}: {metrics}")
    cloudwatch.put_metric_data(
        Namespace="AWS/ECS",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "ClusterName", "Value": cluster.split("/")[-1]}],
                "Value": value,
            }
            for name, value in sorted(metrics.items())
        ],
    )


def active_instances(cluster: str) -> Any:
    """Yield the cluster's container instances that take tasks, page by page."""
    for page in ecs.get_paginator("list_container_instances").paginate(cluster=cluster):
        arns = page["containerInstanceArns"]
        if arns:
            found = ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
            for instance in found["containerInstances"]:
                if instance["status"] == "ACTIVE":
                    yield instance


def container_capacity(instances: Any) -> Any:
    """Count the containers that fit by CPU and by memory; what is left over does not add up."""
    capacity = dict.fromkeys(LARGEST_CONTAINER, 0)
    for instance in instances:
        for name, count in containers_in(instance["remainingResources"]).items():
            capacity[name] += count
    return capacity


def containers_in(resources: Any) -> Any:
    """Count the largest containers for which there are resources, by CPU and by memory."""
    amounts = {resource["name"]: resource.get("integerValue", 0) for resource in resources}
    return {name: amounts[name] // size for name, size in LARGEST_CONTAINER.items()}


def idle_hosts(capacity: int, on_idle_host: int) -> float:
    """Say how many idle instances hold as much; 0 when an instance is too small for one."""
    return capacity / on_idle_host if on_idle_host else 0
