"""Scaling the number of the service's tasks by their CPU."""

from typing import Any

from troposphere import GetAtt, Ref, Sub
from troposphere.applicationautoscaling import (
    PredefinedMetricSpecification,
    ScalableTarget,
    ScalingPolicy,
    StepAdjustment,
    StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration,
)
from troposphere.cloudwatch import Alarm, MetricDimension

from cfn_pipeline.model.aspects import Scaling
from cfn_pipeline.policies.application import scale_service
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.stack import ApplicationStack

TARGET = "ApplicationServiceAutoscalingTarget"
ROLE = "ApplicationServiceAutoscalingRole"
SCALE_OUT = "ApplicationServiceAutoscalingScaleOutPolicy"
SCALE_IN = "ApplicationServiceAutoscalingScaleInPolicy"

_COOLDOWN_SECONDS = 360
_LOW_CPU = 20
_HIGH_CPU = 40

_TASKS: dict[str, Any] = {
    "ServiceNamespace": "ecs",
    "ResourceId": Sub(f"service/${{{ids.CLUSTER}}}/${{{ids.SERVICE}.Name}}"),
    "ScalableDimension": "ecs:service:DesiredCount",
}


def step_scaling(stack: ApplicationStack, scaling: Scaling) -> None:
    """Add a task when CPU stays high for three minutes, remove one when it stays low."""
    stack.add(
        ScalableTarget(
            TARGET,
            **_TASKS,
            MinCapacity=scaling.minimum_tasks,
            MaxCapacity=scaling.maximum_tasks,
            RoleARN=GetAtt(ROLE, "Arn"),
        ),
        role(
            ROLE,
            trust=trust("application-autoscaling.amazonaws.com"),
            policies={"AutoscalingPermissions": document(scale_service())},
        ),
        _step(SCALE_OUT, "ScaleOut", ScalingAdjustment=1, MetricIntervalLowerBound=0),
        _step(SCALE_IN, "ScaleIn", ScalingAdjustment=-1, MetricIntervalUpperBound=0),
        _alarm(stack, "High", "GreaterThanThreshold", _HIGH_CPU, SCALE_OUT),
        _alarm(stack, "Low", "LessThanThreshold", _LOW_CPU, SCALE_IN),
    )


def target_tracking(stack: ApplicationStack, scaling: Scaling, *, cpu_percent: int) -> None:
    """Keep the tasks' CPU near a value; the fewest tasks are a parameter."""
    stack.add(
        ScalableTarget(
            TARGET,
            **_TASKS,
            MinCapacity=Ref(ids.DESIRED_COUNT),
            MaxCapacity=scaling.maximum_tasks,
        ),
        ScalingPolicy(
            "ApplicationServiceAutoscalingPolicy",
            PolicyName="TrackCpu",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=Ref(TARGET),
            TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
                PredefinedMetricSpecification=PredefinedMetricSpecification(
                    PredefinedMetricType="ECSServiceAverageCPUUtilization"
                ),
                TargetValue=cpu_percent,
            ),
        ),
    )


def _step(title: str, name: str, **adjustment: Any) -> ScalingPolicy:
    return ScalingPolicy(
        title,
        PolicyName=name,
        PolicyType="StepScaling",
        ScalingTargetId=Ref(TARGET),
        StepScalingPolicyConfiguration=StepScalingPolicyConfiguration(
            AdjustmentType="ChangeInCapacity",
            Cooldown=_COOLDOWN_SECONDS,
            MetricAggregationType="Average",
            StepAdjustments=[StepAdjustment(**adjustment)],
        ),
    )


def _alarm(
    stack: ApplicationStack, level: str, comparison: str, threshold: int, policy: str
) -> Alarm:
    return Alarm(
        f"ApplicationService{level}CpuAlarm",
        AlarmDescription=f"{stack.application.display_name} Service {level} CPU",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=[
            MetricDimension(Name="ClusterName", Value=Ref(ids.CLUSTER)),
            MetricDimension(Name="ServiceName", Value=GetAtt(ids.SERVICE, "Name")),
        ],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=3,
        ComparisonOperator=comparison,
        Threshold=threshold,
        AlarmActions=[Ref(policy)],
    )
