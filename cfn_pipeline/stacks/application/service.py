"""The ECS service."""

from typing import Any

from troposphere import GetAtt, Parameter, Ref, Sub, Tags, ecs
from troposphere.logs import LogGroup

from cfn_pipeline.model.aspects import Service, Tasks
from cfn_pipeline.model.values import present
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.containers import log_group_name, mounts_of, task_definition
from cfn_pipeline.stacks.application.interfaces import Backend, Frontend, Preparation, Strategy
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.application.task_roles import (
    add_secret_reader,
    add_task_and_execution_roles,
)

TASK_DEFINITION = "ApplicationTaskDefinition"


def service(stack: ApplicationStack, service: Service) -> None:
    """Add the service with its task, the task's role and the log group; the tag is latest."""
    count = stack.parameter(
        Parameter(ids.DESIRED_COUNT, Type="Number", Description="Desired EC2 instance count")
    )
    stack.parameter(_image_tag(Default="latest"))
    stack.add(
        ecs.Service(
            ids.SERVICE,
            DependsOn=_dependencies(stack),
            Cluster=Ref(ids.CLUSTER),
            TaskDefinition=Ref(TASK_DEFINITION),
            DesiredCount=count,
            **_load_balancers(stack),
            Role=Sub(
                "arn:aws:iam::${AWS::AccountId}:role/aws-service-role/"
                "ecs.amazonaws.com/AWSServiceRoleForECS"
            ),
            DeploymentConfiguration=_strategy(stack).configuration,
        ),
        _task(stack, service),
    )
    add_secret_reader(stack)
    stack.add(_log_group(stack))


def scaled_service(stack: ApplicationStack, service: Service) -> None:
    """Add the service with its task, the task's roles and the log group.

    Scaling alone sets the number of tasks.
    """
    stack.parameter(
        Parameter(
            ids.DESIRED_COUNT,
            Type="Number",
            Description="Minimum number of tasks",
            Default=service.minimum_tasks,
        )
    )
    _add_version(stack)
    listeners = [f.listener for f in stack.all(Frontend) if f.listener is not None]
    stack.add(
        ecs.Service(
            ids.SERVICE,
            DependsOn=_dependencies(stack),
            Cluster=Ref(ids.CLUSTER),
            TaskDefinition=Ref(TASK_DEFINITION),
            **present(
                CapacityProviderStrategy=list(stack.capacity.strategy) or None,
                NetworkConfiguration=stack.capacity.network,
            ),
            **_load_balancers(stack),
            **present(HealthCheckGracePeriodSeconds=_grace_period(stack)),
            DeploymentConfiguration=_strategy(stack).configuration,
            # The service is created after its listener, on which it cannot depend by name.
            **present(Tags=Tags(Listener=listeners[0]) if listeners else None),
        ),
        _task(stack, service, ExecutionRoleArn=GetAtt(ids.EXECUTION_ROLE, "Arn")),
    )
    add_task_and_execution_roles(stack)
    stack.add(_log_group(stack))


def tasks_alone(stack: ApplicationStack, _tasks: Tasks) -> None:
    """Add the version of the image, the roles of tasks and the log group, and no service."""
    _add_version(stack)
    add_task_and_execution_roles(stack)
    stack.add(_log_group(stack))


def _add_version(stack: ApplicationStack) -> None:
    if stack.application.runs_build:
        by_digest = stack.application.deploys_digests
        stack.parameter(_IMAGE_DIGEST if by_digest else _image_tag())


_IMAGE_DIGEST = Parameter(
    ids.IMAGE_DIGEST,
    Type="String",
    Description="Digest of the application's image",
    AllowedPattern="sha256:[0-9a-f]{64}",
    ConstraintDescription="a digest: sha256: and 64 hexadecimal digits",
)


def _image_tag(**default: str) -> Parameter:
    return Parameter(
        ids.IMAGE_TAG, Type="String", Description="Application Docker Image Tag", **default
    )


def _dependencies(stack: ApplicationStack) -> list[str]:
    frontends = [title for frontend in stack.all(Frontend) for title in frontend.depends_on]
    if _strategy(stack).advanced is not None:
        # It refers to the rule that leads to the service.
        frontends = []
    before = [title for prepared in stack.all(Preparation) for title in prepared.depends_on]
    mounts = mounts_of(stack, stack.application.containers)
    targets = [title for mount in mounts for title in mount.depends_on]
    instances = [title for backend in stack.all(Backend) for title in backend.instances]
    return [*stack.capacity.depends_on, *instances, *targets, *frontends, ids.LOG_GROUP, *before]


def _strategy(stack: ApplicationStack) -> Strategy:
    [strategy] = stack.all(Strategy)
    return strategy


def _grace_period(stack: ApplicationStack) -> int | None:
    load_balancer = stack.application.load_balancer
    return None if load_balancer is None else load_balancer.grace_period


def _load_balancers(stack: ApplicationStack) -> dict[str, Any]:
    container = stack.application.containers[0]
    targets = [
        ecs.LoadBalancer(
            ContainerName=container.name,
            ContainerPort=container.port,
            TargetGroupArn=frontend.target_group,
            **present(AdvancedConfiguration=_strategy(stack).advanced),
        )
        for frontend in stack.all(Frontend)
    ]
    return present(LoadBalancers=targets or None)


def _task(stack: ApplicationStack, service: Service, **properties: Any) -> ecs.TaskDefinition:
    return task_definition(
        stack,
        TASK_DEFINITION,
        Ref("AWS::StackName"),
        service.containers,
        **properties,
    )


def _log_group(stack: ApplicationStack) -> LogGroup:
    return LogGroup(
        ids.LOG_GROUP,
        LogGroupName=log_group_name(stack),
        RetentionInDays=stack.application.log_retention_days,
    )
