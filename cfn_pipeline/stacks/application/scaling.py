"""Scaling the number of the service's tasks."""

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

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.scaling import ScalableTarget as Target
from cfn_pipeline.model.scaling import Scaling
from cfn_pipeline.policies.application import scale_service
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Frontend
from cfn_pipeline.stacks.application.queue_scaling import add_queue_scaling
from cfn_pipeline.stacks.application.stack import ApplicationStack

TARGET = "ApplicationServiceAutoscalingTarget"
ROLE = "ApplicationServiceAutoscalingRole"
POLICY = "ApplicationServiceAutoscalingPolicy"
MEMORY_POLICY = "ApplicationServiceAutoscalingMemoryPolicy"
REQUESTS_POLICY = "ApplicationServiceAutoscalingRequestsPolicy"
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


def step_scaling(stack: ApplicationStack, target: Target) -> None:
    """Add a task when CPU stays high for three minutes, remove one when it stays low.

    Raises:
        ModelError: the application is scaled by something else.

    """
    if target.scaling != Scaling():
        raise ModelError(
            f"{stack.application.where}: this edition scales by steps of CPU only; remove scaling, "
            "or use the edition current"
        )
    stack.add(
        ScalableTarget(
            TARGET,
            **_TASKS,
            MinCapacity=target.minimum_tasks,
            MaxCapacity=target.maximum_tasks,
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


def target_tracking(stack: ApplicationStack, target: Target, *, cpu_percent: int) -> None:
    """Keep what each task has to do near a value; the fewest tasks are a parameter.

    Args:
        stack: to which it is added.
        target: the limits, and what is measured.
        cpu_percent: the value for CPU where nothing is to be measured.

    """
    scaling = target.scaling
    if scaling == Scaling():
        scaling = Scaling(cpu_percent=cpu_percent)
    stack.add(
        ScalableTarget(
            TARGET,
            **_TASKS,
            MinCapacity=Ref(ids.DESIRED_COUNT),
            MaxCapacity=target.maximum_tasks,
        )
    )
    if scaling.cpu_percent is not None:
        cpu = "ECSServiceAverageCPUUtilization"
        stack.add(_tracking(POLICY, "TrackCpu", cpu, scaling.cpu_percent))
    if scaling.memory_percent is not None:
        memory = "ECSServiceAverageMemoryUtilization"
        stack.add(_tracking(MEMORY_POLICY, "TrackMemory", memory, scaling.memory_percent))
    if scaling.requests_per_task is not None:
        [frontend] = stack.all(Frontend)
        requests = "ALBRequestCountPerTarget"
        stack.add(
            _tracking(
                REQUESTS_POLICY,
                "TrackRequests",
                requests,
                scaling.requests_per_task,
                ResourceLabel=frontend.label,
            )
        )
    if scaling.queue is not None:
        add_queue_scaling(stack, scaling.queue, target=TARGET, maximum_tasks=target.maximum_tasks)


def _tracking(title: str, name: str, metric: str, value: int, **more: Any) -> ScalingPolicy:
    return ScalingPolicy(
        title,
        PolicyName=name,
        PolicyType="TargetTrackingScaling",
        ScalingTargetId=Ref(TARGET),
        TargetTrackingScalingPolicyConfiguration=TargetTrackingScalingPolicyConfiguration(
            PredefinedMetricSpecification=PredefinedMetricSpecification(
                PredefinedMetricType=metric, **more
            ),
            TargetValue=value,
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
