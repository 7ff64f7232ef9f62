"""How much room a cluster has."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import Function

CLUSTER = "arn:aws:ecs:us-west-2:123456789012:cluster/todobackend-cluster"


def resources(cpu: int, memory: int) -> list[dict[str, Any]]:
    return [
        {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
    ]


def instance(cpu: int, memory: int, status: str = "ACTIVE") -> dict[str, Any]:
    return {"status": status, "remainingResources": resources(cpu, memory)}


@pytest.fixture
def measure(function: Callable[..., Function]) -> Function:
    return function("ecs_capacity", "ecs", "cloudwatch")


def has(measure: Function, *pages: list[dict[str, Any]]) -> None:
    ecs = measure.stubs["ecs"]
    for number, page in enumerate(pages):
        arns = [f"{number}-{place}" for place, _ in enumerate(page)]
        more = {"nextToken": str(number)} if number < len(pages) - 1 else {}
        before = {"nextToken": str(number - 1)} if number else {}
        ecs.add_response(
            "list_container_instances",
            {"containerInstanceArns": arns, **more},
            {"cluster": CLUSTER, **before},
        )
        if page:
            ecs.add_response(
                "describe_container_instances",
                {"containerInstances": page},
                {"cluster": CLUSTER, "containerInstances": arns},
            )


def publishes(measure: Function, container: int, idle_host: float) -> None:
    dimensions = [{"Name": "ClusterName", "Value": "todobackend-cluster"}]
    metrics = {"ContainerCapacity": container, "IdleHostCapacity": idle_host}
    measure.stubs["cloudwatch"].add_response(
        "put_metric_data",
        {},
        {
            "Namespace": "AWS/ECS",
            "MetricData": [
                {"MetricName": name, "Dimensions": dimensions, "Value": value}
                for name, value in metrics.items()
            ],
        },
    )


def event(cpu: int = 1024, memory: int = 993) -> dict[str, Any]:
    return {"detail": {"clusterArn": CLUSTER, "registeredResources": resources(cpu, memory)}}


@pytest.mark.parametrize(
    "instances, container, idle_host",
    [
        ([instance(1024, 993)], 2, 1),  # memory: 2 fit, and an idle host holds 2
        ([instance(1024, 993), instance(1024, 993)], 4, 2),
        ([instance(499, 799), instance(499, 799)], 2, 0.5),  # what is left over does not add up
        ([instance(1024, 993), instance(400, 500)], 3, 1.25),  # by CPU; memory says 1.5
        ([instance(249, 4000)], 0, 0),
        ([instance(1024, 993, "DRAINING")], 0, 0),
        ([], 0, 0),
    ],
)
def test_the_room_of_the_active_instances(
    measure: Function, instances: list[dict[str, Any]], container: int, idle_host: float
) -> None:
    has(measure, instances)
    publishes(measure, container, idle_host)
    measure(event())


def test_every_page_counts(measure: Function) -> None:
    has(measure, [instance(1024, 993)], [instance(1024, 993)])
    publishes(measure, 4, 2)
    measure(event())


def test_a_host_too_small_for_one_container_counts_as_none(measure: Function) -> None:
    has(measure, [instance(1024, 993)])
    publishes(measure, 2, 0)
    measure(event(memory=399))
