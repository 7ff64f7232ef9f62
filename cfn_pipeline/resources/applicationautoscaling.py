"""Application Auto Scaling.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html
"""

from typing import Any

from troposphere.applicationautoscaling import (
    PredefinedMetricSpecification,
    ScalableTarget,
    ScalingPolicy,
    StepAdjustment,
    StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["ecs_service_target", "step_scaling_policy", "target_tracking_policy"]


def ecs_service_target(
    title: str, *, service: Value, minimum: Value | int, maximum: int, role: Value | None = None
) -> ScalableTarget:
    """Let the number of an ECS service's tasks be scaled.

    Args:
        title: the logical id.
        service: ``service/<cluster>/<service>``.
        minimum: fewest tasks.
        maximum: most tasks.
        role: the ARN of the role that scales; absent: the service-linked role.

    """
    return ScalableTarget(
        title,
        ServiceNamespace="ecs",
        ResourceId=service,
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=minimum,
        MaxCapacity=maximum,
        **given(RoleARN=role),
    )


def step_scaling_policy(
    title: str, *, name: str, target: Value, adjustment: int, cooldown_seconds: int
) -> ScalingPolicy:
    """Add (or, below zero, take) tasks when an alarm says so."""
    up = adjustment > 0
    bounds = given(
        MetricIntervalLowerBound=0 if up else None, MetricIntervalUpperBound=None if up else 0
    )
    return _policy(
        title,
        name=name,
        target=target,
        kind="StepScaling",
        StepScalingPolicyConfiguration=StepScalingPolicyConfiguration(
            AdjustmentType="ChangeInCapacity",
            Cooldown=cooldown_seconds,
            MetricAggregationType="Average",
            StepAdjustments=[StepAdjustment(ScalingAdjustment=adjustment, **bounds)],
        ),
    )


def target_tracking_policy(
    title: str, *, name: str, target: Value, metric: str, value: int
) -> ScalingPolicy:
    """Keep a predefined metric, such as ECSServiceAverageCPUUtilization, near a value."""
    return _policy(
        title,
        name=name,
        target=target,
        kind="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
            PredefinedMetricSpecification=PredefinedMetricSpecification(
                PredefinedMetricType=metric
            ),
            TargetValue=value,
        ),
    )


def _policy(
    title: str, *, name: str, target: Value, kind: str, **configuration: Any
) -> ScalingPolicy:
    return ScalingPolicy(
        title, PolicyName=name, PolicyType=kind, ScalingTargetId=target, **configuration
    )
