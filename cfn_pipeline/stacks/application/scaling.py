"""Scaling the number of the service's tasks by their CPU."""

from troposphere import GetAtt, Ref, Sub, Template
from troposphere.cloudwatch import Alarm

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import applicationautoscaling, cloudwatch, iam
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["step_scaling", "target_tracking"]

TARGET = "ApplicationServiceAutoscalingTarget"
ROLE = "ApplicationServiceAutoscalingRole"
SCALE_OUT = "ApplicationServiceAutoscalingScaleOutPolicy"
SCALE_IN = "ApplicationServiceAutoscalingScaleInPolicy"

_COOLDOWN_SECONDS = 360
_LOW_CPU = 20
_HIGH_CPU = 40

_SERVICE = f"service/${{{ids.CLUSTER}}}/${{{ids.SERVICE}.Name}}"


def step_scaling(template: Template, application: Application) -> None:
    """Add a task when CPU stays high for three minutes, take one when it stays low."""
    add_resources(
        template,
        applicationautoscaling.ecs_service_target(
            TARGET,
            service=Sub(_SERVICE),
            minimum=application.minimum_tasks,
            maximum=application.maximum_tasks,
            role=GetAtt(ROLE, "Arn"),
        ),
        iam.role(
            ROLE,
            trust=trust("application-autoscaling.amazonaws.com"),
            policies={"AutoscalingPermissions": document(duties.scale_service())},
        ),
        applicationautoscaling.step_scaling_policy(
            SCALE_OUT,
            name="ScaleOut",
            target=Ref(TARGET),
            adjustment=1,
            cooldown_seconds=_COOLDOWN_SECONDS,
        ),
        applicationautoscaling.step_scaling_policy(
            SCALE_IN,
            name="ScaleIn",
            target=Ref(TARGET),
            adjustment=-1,
            cooldown_seconds=_COOLDOWN_SECONDS,
        ),
        _cpu_alarm(application, "High", "GreaterThanThreshold", _HIGH_CPU, SCALE_OUT),
        _cpu_alarm(application, "Low", "LessThanThreshold", _LOW_CPU, SCALE_IN),
    )


def target_tracking(template: Template, application: Application, *, cpu_percent: int) -> None:
    """Keep the tasks' CPU near a value; the fewest tasks are a parameter."""
    add_resources(
        template,
        applicationautoscaling.ecs_service_target(
            TARGET,
            service=Sub(_SERVICE),
            minimum=Ref(ids.DESIRED_COUNT),
            maximum=application.maximum_tasks,
        ),
        applicationautoscaling.target_tracking_policy(
            "ApplicationServiceAutoscalingPolicy",
            name="TrackCpu",
            target=Ref(TARGET),
            metric="ECSServiceAverageCPUUtilization",
            value=cpu_percent,
        ),
    )


def _cpu_alarm(
    application: Application, level: str, comparison: str, threshold: int, policy: str
) -> Alarm:
    return cloudwatch.alarm(
        f"ApplicationService{level}CpuAlarm",
        description=f"{application.display_name} Service {level} CPU",
        namespace="AWS/ECS",
        metric="CPUUtilization",
        dimensions={"ClusterName": Ref(ids.CLUSTER), "ServiceName": GetAtt(ids.SERVICE, "Name")},
        statistic="Average",
        period_seconds=60,
        evaluation_periods=3,
        comparison=comparison,
        threshold=threshold,
        action=Ref(policy),
    )
