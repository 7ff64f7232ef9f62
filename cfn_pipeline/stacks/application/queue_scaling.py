"""Scaling by the messages of a queue, from zero tasks on.

Target tracking divides by the number of tasks, and so cannot begin with none. Steps can: each
sets the number of tasks that the messages need.
https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
"""

from typing import Any

from troposphere import Ref
from troposphere.applicationautoscaling import (
    ScalingPolicy,
    StepAdjustment,
    StepScalingPolicyConfiguration,
)
from troposphere.cloudwatch import Alarm, Metric, MetricDataQuery, MetricDimension, MetricStat

from cfn_pipeline.model.scaling import Queue
from cfn_pipeline.model.values import present
from cfn_pipeline.stacks.application.stack import ApplicationStack

POLICY = "ApplicationServiceAutoscalingQueuePolicy"
EMPTY_POLICY = "ApplicationServiceAutoscalingEmptyQueuePolicy"

#: Steps that a policy can have.
_MOST_STEPS = 20
_EMPTY_MINUTES = 5


def add_queue_scaling(
    stack: ApplicationStack, queue: Queue, *, target: str, maximum_tasks: int
) -> None:
    """Add steps by the messages that wait or are being worked on, and what ends the last tasks.

    Args:
        stack: to which they are added.
        queue: whose messages count.
        target: the logical id of the scalable target, which limits what the steps set.
        maximum_tasks: what the last step sets.

    """
    stack.add(
        _policy(POLICY, target, "FollowQueue", _steps(queue.messages_per_task, maximum_tasks)),
        _policy(
            EMPTY_POLICY,
            target,
            "EndWhenQueueIsEmpty",
            [StepAdjustment(MetricIntervalUpperBound=0, ScalingAdjustment=0)],
        ),
        Alarm(
            "ApplicationQueueBacklogAlarm",
            AlarmDescription=f"Messages in the queue {queue.name}",
            **_messages(queue),
            EvaluationPeriods=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            Threshold=1,
            TreatMissingData="notBreaching",
            AlarmActions=[Ref(POLICY)],
        ),
        Alarm(
            "ApplicationQueueEmptyAlarm",
            AlarmDescription=f"No messages in the queue {queue.name}",
            **_messages(queue),
            EvaluationPeriods=_EMPTY_MINUTES,
            ComparisonOperator="LessThanThreshold",
            Threshold=1,
            # A queue that is not used has no metrics after some hours.
            TreatMissingData="breaching",
            AlarmActions=[Ref(EMPTY_POLICY)],
        ),
    )


def _steps(messages_per_task: int, maximum_tasks: int) -> list[StepAdjustment]:
    """Return steps to as many tasks as messages need; bounds count from the alarm's threshold, 1.

    One message more than what is enough for n tasks is the first of task n + 1.
    """
    count = min(max(maximum_tasks, 1), _MOST_STEPS)
    tasks = [-(-maximum_tasks * step // count) for step in range(1, count + 1)]
    bounds = [0, *(number * messages_per_task for number in tasks[:-1]), None]
    return [
        StepAdjustment(
            MetricIntervalLowerBound=lower,
            **present(MetricIntervalUpperBound=upper),
            ScalingAdjustment=number,
        )
        for number, lower, upper in zip(tasks, bounds[:-1], bounds[1:], strict=True)
    ]


def _policy(title: str, target: str, name: str, steps: list[StepAdjustment]) -> ScalingPolicy:
    return ScalingPolicy(
        title,
        PolicyName=name,
        PolicyType="StepScaling",
        ScalingTargetId=Ref(target),
        StepScalingPolicyConfiguration=StepScalingPolicyConfiguration(
            AdjustmentType="ExactCapacity",
            MetricAggregationType="Maximum",
            Cooldown=60,
            StepAdjustments=steps,
        ),
    )


def _messages(queue: Queue) -> dict[str, Any]:
    metrics = {
        "waiting": "ApproximateNumberOfMessagesVisible",
        "working": "ApproximateNumberOfMessagesNotVisible",
    }
    dimensions = [MetricDimension(Name="QueueName", Value=queue.name)]
    return {
        "Metrics": [
            MetricDataQuery(
                Id="messages",
                Label="Messages that wait or are being worked on",
                Expression="waiting + working",
                ReturnData=True,
            ),
            *(
                MetricDataQuery(
                    Id=name,
                    ReturnData=False,
                    MetricStat=MetricStat(
                        Metric=Metric(
                            Namespace="AWS/SQS", MetricName=metric, Dimensions=dimensions
                        ),
                        Period=60,
                        Stat="Maximum",
                    ),
                )
                for name, metric in metrics.items()
            ),
        ]
    }
