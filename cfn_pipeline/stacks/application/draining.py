"""Draining an instance before its Auto Scaling group terminates it."""

from troposphere import GetAtt, Ref
from troposphere.autoscaling import LifecycleHook
from troposphere.awslambda import Permission
from troposphere.sns import SubscriptionResource, Topic

from cfn_pipeline.policies.application import (
    complete_lifecycle_action,
    drain_container_instances,
    list_container_instances,
    publish,
)
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.inline_function import InlineFunction
from cfn_pipeline.stacks.application.stack import ApplicationStack

FUNCTION = "LifecycleHookFunction"
HOOK_ROLE = "LifecycleHookRole"
TOPIC = "LifecycleHookTopic"

_HEARTBEAT_SECONDS = 900


def add_draining(stack: ApplicationStack) -> None:
    """Add a lifecycle hook that calls a function, which drains and then lets the group go on."""
    cluster = stack.arns.regional("ecs", f"cluster/${{{ids.CLUSTER}}}")
    group = stack.arns.regional(
        "autoscaling", f"autoScalingGroup:*:autoScalingGroupName/${{{ids.INSTANCES}}}"
    )
    stack.add(
        LifecycleHook(
            "LifecycleHook",
            AutoScalingGroupName=Ref(ids.INSTANCES),
            LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
            DefaultResult="CONTINUE",
            HeartbeatTimeout=_HEARTBEAT_SECONDS,
            NotificationTargetARN=Ref(TOPIC),
            RoleARN=GetAtt(HOOK_ROLE, "Arn"),
        ),
        role(
            HOOK_ROLE,
            trust=trust("autoscaling.amazonaws.com"),
            policies={
                "LifecycleHookPermissions": document(
                    publish(Ref(TOPIC), sid="PublishNotifications")
                )
            },
        ),
        Topic(TOPIC),
        SubscriptionResource(
            "LifecycleHookSubscription",
            TopicArn=Ref(TOPIC),
            Protocol="lambda",
            Endpoint=GetAtt(FUNCTION, "Arn"),
        ),
        Permission(
            "LifecycleHookPermission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(FUNCTION),
            Principal="sns.amazonaws.com",
            SourceArn=Ref(TOPIC),
        ),
    )
    log_group = stack.build(
        InlineFunction(
            title=FUNCTION,
            role="LifecycleFunctionRole",
            log_group="LifecycleHookFunctionLogGroup",
            name="lifecycleHooks",
            description="Autoscaling Lifecycle Hook",
            module="lifecycle_hook",
            policy="LifecycleHookPermissions",
            permissions=[
                publish(Ref(TOPIC), sid="Publish"),
                complete_lifecycle_action(group),
                list_container_instances(cluster),
                drain_container_instances(cluster),
            ],
            environment={"ECS_CLUSTER": Ref(ids.CLUSTER)},
        )
    )
    log_group.DeletionPolicy = "Delete"
