"""Scaling the instances by the room that the cluster has left, which a function measures."""

from awacs.aws import Action
from troposphere import GetAtt, Ref, Sub
from troposphere.autoscaling import ScalingPolicy
from troposphere.awslambda import Permission
from troposphere.cloudwatch import Alarm, MetricDimension
from troposphere.events import Rule, Target

from cfn_pipeline.policies.application import (
    describe_container_instances,
    list_container_instances,
    publish_metrics,
)
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.application.stack import ApplicationStack

FUNCTION = "EcsCapacityFunction"
EVENTS = "EcsCapacityEvents"
SCALE_OUT = "ApplicationAutoscalingScaleOutPolicy"
SCALE_IN = "ApplicationAutoscalingScaleInPolicy"

_COOLDOWN_SECONDS = 600


def add_container_capacity(stack: ApplicationStack) -> None:
    """Add what starts an instance when no further container fits, and stops an idle one."""
    cluster = GetAtt(ids.CLUSTER, "Arn")
    log_group = stack.build(
        InlineFunction(
            title=FUNCTION,
            role="EcsCapacityRole",
            log_group="EcsCapacityLogGroup",
            name="ecsCapacity",
            description="ECS Capacity Manager",
            module="ecs_capacity",
            policy="EcsCapacityPermissions",
            permissions=[
                # The book's spelling of the action.
                publish_metrics(Action("cloudwatch", "putMetricData")),
                list_container_instances(cluster),
                describe_container_instances(cluster),
            ],
        )
    )
    log_group.DeletionPolicy = "Delete"
    stack.add(
        Rule(
            EVENTS,
            Description=Sub("${AWS::StackName} ECS Events Rule"),
            EventPattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Container Instance State Change"],
                "detail": {"clusterArn": [cluster]},
            },
            Targets=[Target(Arn=GetAtt(FUNCTION, "Arn"), Id=Sub("${AWS::StackName}-ecs-events"))],
        ),
        Permission(
            "EcsCapacityPermission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(FUNCTION),
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(EVENTS, "Arn"),
        ),
        _alarm("ContainerCapacity", "Minimum", "LessThanThreshold", SCALE_OUT),
        _alarm("IdleHostCapacity", "Maximum", "GreaterThanThreshold", SCALE_IN),
        _policy(SCALE_OUT, 1),
        _policy(SCALE_IN, -1),
    )


def _alarm(metric: str, statistic: str, comparison: str, policy: str) -> Alarm:
    return Alarm(
        f"{metric}Alarm",
        AlarmDescription="ECS Cluster Container Free Capacity",
        Namespace="AWS/ECS",
        MetricName=metric,
        Dimensions=[MetricDimension(Name="ClusterName", Value=Ref(ids.CLUSTER))],
        Statistic=statistic,
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator=comparison,
        Threshold=1,
        TreatMissingData="ignore",
        AlarmActions=[Ref(policy)],
    )


def _policy(title: str, adjustment: int) -> ScalingPolicy:
    return ScalingPolicy(
        title,
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=adjustment,
        AutoScalingGroupName=Ref(ids.INSTANCES),
        Cooldown=str(_COOLDOWN_SECONDS),
    )
