"""Scaling the instances by the room that the cluster has left, which a function measures."""

from awacs.aws import Action
from troposphere import GetAtt, Ref, Sub, Template
from troposphere.cloudwatch import Alarm

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.resources import autoscaling, awslambda, cloudwatch, events
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import FunctionSettings, InlineFunction
from cfn_pipeline.stacks.document import add_resources

__all__ = ["by_container_capacity"]

FUNCTION = "EcsCapacityFunction"
EVENTS = "EcsCapacityEvents"
SCALE_OUT = "ApplicationAutoscalingScaleOutPolicy"
SCALE_IN = "ApplicationAutoscalingScaleInPolicy"

_COOLDOWN_SECONDS = 600


def by_container_capacity(
    template: Template, application: Application, *, settings: FunctionSettings
) -> None:
    """Add an instance when no further container fits, take one when one is idle.

    Args:
        template: to which the function, its trigger, the alarms and the policies are added.
        application: whose cluster is scaled.
        settings: of the function.

    """
    cluster = GetAtt(ids.CLUSTER, "Arn")
    InlineFunction(
        function=FUNCTION,
        role="EcsCapacityRole",
        log_group="EcsCapacityLogGroup",
        name="ecsCapacity",
        description="ECS Capacity Manager",
        module="ecs_capacity",
        policy="EcsCapacityPermissions",
        permissions=[
            # The book's spelling of the action.
            duties.publish_metrics(Action("cloudwatch", "putMetricData")),
            duties.list_container_instances(cluster),
            duties.describe_container_instances(cluster),
        ],
        deletion_policy="Delete",
    ).add(template, application, settings=settings)
    add_resources(
        template,
        events.rule(
            EVENTS,
            description=Sub("${AWS::StackName} ECS Events Rule"),
            pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Container Instance State Change"],
                "detail": {"clusterArn": [cluster]},
            },
            target=GetAtt(FUNCTION, "Arn"),
            target_id=Sub("${AWS::StackName}-ecs-events"),
        ),
        awslambda.permission(
            "EcsCapacityPermission",
            function=Ref(FUNCTION),
            principal="events.amazonaws.com",
            source_arn=GetAtt(EVENTS, "Arn"),
        ),
        _room_alarm("ContainerCapacity", "Minimum", "LessThanThreshold", SCALE_OUT),
        _room_alarm("IdleHostCapacity", "Maximum", "GreaterThanThreshold", SCALE_IN),
        autoscaling.simple_scaling_policy(
            SCALE_OUT,
            group=Ref(ids.INSTANCES),
            adjustment=1,
            cooldown_seconds=_COOLDOWN_SECONDS,
        ),
        autoscaling.simple_scaling_policy(
            SCALE_IN,
            group=Ref(ids.INSTANCES),
            adjustment=-1,
            cooldown_seconds=_COOLDOWN_SECONDS,
        ),
    )


def _room_alarm(metric: str, statistic: str, comparison: str, policy: str) -> Alarm:
    return cloudwatch.alarm(
        f"{metric}Alarm",
        description="ECS Cluster Container Free Capacity",
        namespace="AWS/ECS",
        metric=metric,
        dimensions={"ClusterName": Ref(ids.CLUSTER)},
        statistic=statistic,
        period_seconds=60,
        evaluation_periods=1,
        comparison=comparison,
        threshold=1,
        missing_data="ignore",
        action=Ref(policy),
    )
