"""Containers and their tasks: image, variables, secrets, logs."""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Sub
from troposphere.ecs import (
    ContainerDefinition,
    ContainerDependency,
    Environment,
    HealthCheck,
    LinuxParameters,
    LogConfiguration,
    MountPoint,
    PortMapping,
    Secret,
    TaskDefinition,
    Tmpfs,
)

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.container_secrets import value_of
from cfn_pipeline.stacks.application.interfaces import Backend, Mount
from cfn_pipeline.stacks.application.stack import ApplicationStack

_TEMPORARY_MIB = 64


def container(stack: ApplicationStack, container: Container) -> ContainerDefinition:
    """Return a container that runs as the user of the image and can write everywhere.

    Raises:
        ModelError: it has another image, secrets, permissions, a health check or dependencies.

    """
    for option in ("image", "secrets", "permissions", "health_check", "depends_on"):
        if getattr(container, option):
            raise ModelError(
                f"{stack.application.where}, {container.where}: this edition has no {option}; "
                "remove it, or use the edition current"
            )
    return _definition(stack, container, {}, log_group_name(stack))


def confined_container(stack: ApplicationStack, container: Container) -> ContainerDefinition:
    """Return a container that runs as its user, and can write to its mounts and /tmp only."""
    confinement = present(User=container.user)
    if container.read_only:
        tmp = Tmpfs(ContainerPath="/tmp", Size=_TEMPORARY_MIB)
        confinement |= {
            "ReadonlyRootFilesystem": True,
            "LinuxParameters": LinuxParameters(Tmpfs=[tmp]),
        }
    return _definition(stack, container, confinement, Ref(ids.LOG_GROUP))


def log_group_name(stack: ApplicationStack) -> Value:
    """Return the name of the log group of all containers."""
    return Sub(f"/${{AWS::StackName}}/ecs/{stack.name}")


def _definition(
    stack: ApplicationStack,
    container: Container,
    confinement: Mapping[str, Any],
    log_group: Value,
) -> ContainerDefinition:
    variables: dict[str, Value] = dict(container.environment)
    secrets: dict[str, Value] = {}
    for backend in stack.all(Backend) if container.uses_database else []:
        variables |= {**backend.environment, **backend.credentials.environment}
        secrets |= backend.credentials.secrets
    secrets |= {name: value_of(secret, stack.arns) for name, secret in container.secrets.items()}
    read_only = {mount.name for mount in stack.all(Mount) if mount.read_only}
    ports = None
    if container.port is not None:
        ports = [
            PortMapping(ContainerPort=container.port, **present(HostPort=stack.capacity.host_port))
        ]
    return ContainerDefinition(
        Name=container.name,
        Image=_image(stack, container),
        **present(Essential=None if container.essential else False),
        MemoryReservation=container.memory,
        Cpu=container.cpu,
        **confinement,
        **present(
            Command=list(container.command) or None,
            Environment=[Environment(Name=n, Value=v) for n, v in variables.items()] or None,
            Secrets=[Secret(Name=n, ValueFrom=v) for n, v in secrets.items()] or None,
            MountPoints=[
                MountPoint(
                    SourceVolume=volume,
                    ContainerPath=path,
                    **present(ReadOnly=True if volume in read_only else None),
                )
                for volume, path in container.mounts.items()
            ]
            or None,
            PortMappings=ports,
            HealthCheck=_health_check(container),
            DependsOn=[
                ContainerDependency(ContainerName=name, Condition=condition)
                for name, condition in container.depends_on.items()
            ]
            or None,
        ),
        LogConfiguration=LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": log_group,
                "awslogs-region": Ref("AWS::Region"),
                "awslogs-stream-prefix": "docker",
            },
        ),
    )


def mounts_of(stack: ApplicationStack, containers: Sequence[Container]) -> list[Mount]:
    """Return the volumes that containers mount."""
    names = {name for container in containers for name in container.mounts}
    return [mount for mount in stack.all(Mount) if mount.name in names]


def _image(stack: ApplicationStack, container: Container) -> Value:
    if container.image is not None:
        return Sub(container.image) if "${" in container.image else container.image
    return stack.image


def _health_check(container: Container) -> HealthCheck | None:
    check = container.health_check
    if check is None:
        return None
    return HealthCheck(
        Command=["CMD-SHELL", check.command],
        Interval=check.interval,
        Timeout=check.timeout,
        Retries=check.retries,
        **present(StartPeriod=check.start_period or None),
    )


def task_definition(
    stack: ApplicationStack,
    title: str,
    family: Value,
    containers: Sequence[Container],
    **properties: Any,
) -> TaskDefinition:
    """Return the definition of a task; ``properties``: more, such as ExecutionRoleArn."""
    mounts = mounts_of(stack, containers)
    return TaskDefinition(
        title,
        Family=family,
        **present(NetworkMode=stack.capacity.network_mode),
        **stack.capacity.task(containers),
        TaskRoleArn=GetAtt(ids.TASK_ROLE, "Arn"),
        **properties,
        **present(Volumes=[mount.volume for mount in mounts] or None),
        ContainerDefinitions=[stack.build(container) for container in containers],
    )
