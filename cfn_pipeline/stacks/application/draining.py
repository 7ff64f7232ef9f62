"""Draining an instance before its Auto Scaling group terminates it."""

from troposphere import GetAtt, Ref, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.policies import application as duties
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import autoscaling, awslambda, iam, sns
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import FunctionSettings, InlineFunction
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources

__all__ = ["by_lifecycle_hook"]

FUNCTION = "LifecycleHookFunction"
HOOK_ROLE = "LifecycleHookRole"
TOPIC = "LifecycleHookTopic"

_HEARTBEAT_SECONDS = 900


def by_lifecycle_hook(
    template: Template, application: Application, *, settings: FunctionSettings, arns: Arns
) -> None:
    """Add a lifecycle hook that tells a function, which drains and then lets the group go on.

    Args:
        template: to which they are added.
        application: whose instances are drained.
        settings: of the function.
        arns: how ARNs are written.

    """
    cluster = arns.regional("ecs", f"cluster/${{{ids.CLUSTER}}}")
    group = arns.regional(
        "autoscaling", f"autoScalingGroup:*:autoScalingGroupName/${{{ids.INSTANCES}}}"
    )
    add_resources(
        template,
        autoscaling.lifecycle_hook(
            "LifecycleHook",
            group=Ref(ids.INSTANCES),
            topic=Ref(TOPIC),
            role=GetAtt(HOOK_ROLE, "Arn"),
            heartbeat_seconds=_HEARTBEAT_SECONDS,
        ),
        iam.role(
            HOOK_ROLE,
            trust=trust("autoscaling.amazonaws.com"),
            policies={
                "LifecycleHookPermissions": document(
                    duties.publish(Ref(TOPIC), sid="PublishNotifications")
                )
            },
        ),
        sns.topic(TOPIC),
        sns.subscription(
            "LifecycleHookSubscription",
            topic=Ref(TOPIC),
            protocol="lambda",
            endpoint=GetAtt(FUNCTION, "Arn"),
        ),
        awslambda.permission(
            "LifecycleHookPermission",
            function=Ref(FUNCTION),
            principal="sns.amazonaws.com",
            source_arn=Ref(TOPIC),
        ),
    )
    InlineFunction(
        function=FUNCTION,
        role="LifecycleFunctionRole",
        log_group="LifecycleHookFunctionLogGroup",
        name="lifecycleHooks",
        description="Autoscaling Lifecycle Hook",
        module="lifecycle_hook",
        policy="LifecycleHookPermissions",
        permissions=[
            duties.publish(Ref(TOPIC), sid="Publish"),
            duties.complete_lifecycle_action(group),
            duties.list_container_instances(cluster),
            duties.drain_container_instances(cluster),
        ],
        environment={"ECS_CLUSTER": Ref(ids.CLUSTER)},
        deletion_policy="Delete",
    ).add(template, application, settings=settings)
