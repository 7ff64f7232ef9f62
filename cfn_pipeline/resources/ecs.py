"""Amazon ECS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECS.html."""

from collections.abc import Mapping, Sequence

from troposphere.ecs import (
    Cluster,
    ContainerDefinition,
    DeploymentConfiguration,
    Environment,
    Host,
    LoadBalancer,
    LogConfiguration,
    MountPoint,
    PortMapping,
    Service,
    TaskDefinition,
    Volume,
)

from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value, given

__all__ = ["cluster", "container_definition", "service", "task_definition"]


def cluster(title: str, *, name: Value | None = None) -> Cluster:
    """Make a cluster; without a ``name`` CloudFormation makes one."""
    return Cluster(title, **given(ClusterName=name))


def container_definition(
    container: Container,
    *,
    image: Value,
    environment: Mapping[str, Value],
    log_options: Mapping[str, Value],
) -> ContainerDefinition:
    """Say how a container is run.

    Args:
        container: what the application says of it.
        image: the image with its tag.
        environment: variables beside the container's own.
        log_options: of the awslogs driver.

    """
    variables = {**container.environment, **environment}
    mounts = [
        MountPoint(SourceVolume=volume, ContainerPath=path)
        for volume, path in container.mounts.items()
    ]
    ports = None
    if container.port is not None:
        ports = [PortMapping(ContainerPort=container.port, HostPort=0)]
    return ContainerDefinition(
        Name=container.name,
        Image=image,
        **given(Essential=None if container.essential else False),
        MemoryReservation=container.memory,
        Cpu=container.cpu,
        **given(
            Command=list(container.command) or None,
            Environment=[Environment(Name=n, Value=v) for n, v in variables.items()] or None,
            MountPoints=mounts or None,
            PortMappings=ports,
        ),
        LogConfiguration=LogConfiguration(LogDriver="awslogs", Options=dict(log_options)),
    )


def task_definition(
    title: str,
    *,
    family: Value,
    task_role: Value,
    containers: Sequence[ContainerDefinition],
    volumes: Mapping[str, str] | None = None,
) -> TaskDefinition:
    """Say which containers run together.

    Args:
        title: the logical id.
        family: the name that all revisions share.
        task_role: what the containers may do.
        containers: the containers.
        volumes: folders on the instance, by name; absent: none.

    """
    mounted = [
        Volume(Name=name, Host=Host(SourcePath=path)) for name, path in (volumes or {}).items()
    ]
    return TaskDefinition(
        title,
        Family=family,
        TaskRoleArn=task_role,
        **given(Volumes=mounted or None),
        ContainerDefinitions=list(containers),
    )


def service(
    title: str,
    *,
    cluster: Value,
    task_definition: Value,
    desired_count: Value,
    container: Container,
    target_group: Value,
    depends_on: Sequence[str],
    role: Value | None = None,
) -> Service:
    """Keep a number of tasks running behind a load balancer.

    Args:
        title: the logical id.
        cluster: where they run.
        task_definition: what runs.
        desired_count: how many at first.
        container: the one that answers requests.
        target_group: where the load balancer looks for it.
        depends_on: logical ids of what must be there before.
        role: how ECS registers targets; absent: the service-linked role.

    """
    return Service(
        title,
        DependsOn=list(depends_on),
        Cluster=cluster,
        TaskDefinition=task_definition,
        DesiredCount=desired_count,
        LoadBalancers=[
            LoadBalancer(
                ContainerName=container.name,
                ContainerPort=container.port,
                TargetGroupArn=target_group,
            )
        ],
        **given(Role=role),
        DeploymentConfiguration=DeploymentConfiguration(
            MaximumPercent=200, MinimumHealthyPercent=100
        ),
    )
