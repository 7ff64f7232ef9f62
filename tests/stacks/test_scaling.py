"""By what tasks are scaled, in the template."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import (
    BOOK,
    Application,
    Environment,
    ModelError,
    Queue,
    Scaling,
    application_template,
    render,
)
from tests.stacks.applications import (
    APPLICATIONS,
    ORDERS,
    QUEUE_WORKER,
    stack_of,
)


def _metrics(application: Application) -> dict[str, tuple[int, Any]]:
    found = {}
    for resource in stack_of(application)["Resources"].values():
        if resource["Type"] == "AWS::ApplicationAutoScaling::ScalingPolicy":
            tracking = resource["Properties"]["TargetTrackingScalingPolicyConfiguration"]
            metric = tracking["PredefinedMetricSpecification"]
            kind = metric["PredefinedMetricType"]
            found[kind] = (tracking["TargetValue"], metric.get("ResourceLabel"))
    return found


def test_scaling_by_cpu_memory_and_requests() -> None:
    assert _metrics(ORDERS) == {"ECSServiceAverageCPUUtilization": (50, None)}
    label = (
        "${ApplicationLoadBalancer.LoadBalancerFullName}/"
        "${ApplicationServiceTargetGroup.TargetGroupFullName}"
    )
    assert _metrics(APPLICATIONS["scaled by cpu, memory and requests"]) == {
        "ECSServiceAverageCPUUtilization": (60, None),
        "ECSServiceAverageMemoryUtilization": (70, None),
        "ALBRequestCountPerTarget": (500, {"Fn::Sub": label}),
    }
    memory = replace(ORDERS, scaling=Scaling(memory_percent=70))
    assert _metrics(memory) == {"ECSServiceAverageMemoryUtilization": (70, None)}


def _tasks(steps: list[dict[str, int]], messages: int) -> int:
    """Return what a policy of exact capacity sets; its alarm's threshold is one message."""
    [step] = [
        step["ScalingAdjustment"]
        for step in steps
        if step.get("MetricIntervalLowerBound", -1) <= messages - 1
        and messages - 1 < step.get("MetricIntervalUpperBound", messages)
    ]
    return step


@given(st.integers(1, 200), st.integers(1, 50), st.integers(1, 100_000))
def test_there_are_tasks_for_the_messages_of_a_queue(
    maximum: int, messages_per_task: int, messages: int
) -> None:
    application = replace(
        QUEUE_WORKER,
        maximum_tasks=maximum,
        scaling=Scaling(queue=Queue("jobs", messages_per_task=messages_per_task)),
    )
    policy = application_template(application).to_dict()["Resources"][
        "ApplicationServiceAutoscalingQueuePolicy"
    ]["Properties"]["StepScalingPolicyConfiguration"]
    assert policy["AdjustmentType"] == "ExactCapacity"
    steps = policy["StepAdjustments"]
    assert len(steps) <= 20
    needed = min(maximum, math.ceil(messages / messages_per_task))
    tasks = _tasks(steps, messages)
    assert needed <= tasks <= maximum
    if maximum <= 20:
        assert tasks == needed


def test_a_worker_that_scales_to_zero() -> None:
    rendered = render(replace(QUEUE_WORKER, environments=[Environment("prod", approval=True)]))
    assert 'ApplicationDesiredCount": "0"' in rendered["prod.json"]
    resources = stack_of(QUEUE_WORKER)["Resources"]
    empty = resources["ApplicationQueueEmptyAlarm"]["Properties"]
    assert (empty["ComparisonOperator"], empty["Threshold"]) == ("LessThanThreshold", 1)
    assert empty["AlarmActions"] == [{"Ref": "ApplicationServiceAutoscalingEmptyQueuePolicy"}]
    [_, waiting, working] = empty["Metrics"]
    metric = waiting["MetricStat"]["Metric"]
    assert metric["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert metric["Dimensions"] == [{"Name": "QueueName", "Value": "jobs"}]
    not_visible = working["MetricStat"]["Metric"]["MetricName"]
    assert not_visible == "ApproximateNumberOfMessagesNotVisible"
    policy = resources["ApplicationServiceAutoscalingEmptyQueuePolicy"]["Properties"]
    [step] = policy["StepScalingPolicyConfiguration"]["StepAdjustments"]
    assert step == {"MetricIntervalUpperBound": 0, "ScalingAdjustment": 0}
    assert "ApplicationServiceAutoscalingPolicy" not in resources


def test_the_book_scales_by_cpu_only() -> None:
    application = Application(
        name="orders",
        source=ORDERS.source,
        container=ORDERS.containers[0],
        scaling=Scaling(memory_percent=70),
    )
    with pytest.raises(ModelError, match="this edition scales by steps of CPU only"):
        application_template(application, edition=BOOK)
