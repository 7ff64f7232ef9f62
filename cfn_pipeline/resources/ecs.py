"""Amazon ECS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECS.html."""

from collections.abc import Mapping, Sequence

from troposphere import Tags
from troposphere.ecs import (
    AutoScalingGroupProvider,
    CapacityProvider,
    CapacityProviderStrategy,
    CapacityProviderStrategyItem,
    Cluster,
    ClusterCapacityProviderAssociations,
    ClusterSetting,
    ContainerDefinition,
    DeploymentCircuitBreaker,
    DeploymentConfiguration,
    Environment,
    Host,
    LinuxParameters,
    LoadBalancer,
    LogConfiguration,
    ManagedScaling,
    MountPoint,
    PortMapping,
    Secret,
    Service,
    TaskDefinition,
    Tmpfs,
    Volume,
)

from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.values import Value, given

__all__ = [
    "capacity_provider",
    "cluster",
    "cluster_capacity_providers",
    "container_definition",
    "service",
    "task_definition",
]


def cluster(
    title: str, *, name: Value | None = None, container_insights: str | None = None
) -> Cluster:
    """Make a cluster.

    Args:
        title: the logical id.
        name: absent: CloudFormation makes one, of the stack's.
        container_insights: ``enabled``, ``enhanced`` or ``disabled``; absent: the account's
            setting.

    """
    settings = None
    if container_insights is not None:
        settings = [ClusterSetting(Name="containerInsights", Value=container_insights)]
    return Cluster(title, **given(ClusterName=name, ClusterSettings=settings))


def capacity_provider(
    title: str, *, group: Value, target_capacity: int, warmup_seconds: int
) -> CapacityProvider:
    """Let ECS scale an Auto Scaling group, and drain instances before they go.

    Args:
        title: the logical id.
        group: the group's ARN.
        target_capacity: how many percent of the instances should be in use.
        warmup_seconds: how long a new instance counts as not yet in use.

    """
    return CapacityProvider(
        title,
        AutoScalingGroupProvider=AutoScalingGroupProvider(
            AutoScalingGroupArn=group,
            ManagedScaling=ManagedScaling(
                Status="ENABLED",
                TargetCapacity=target_capacity,
                InstanceWarmupPeriod=warmup_seconds,
            ),
            ManagedDraining="ENABLED",
            ManagedTerminationProtection="DISABLED",
        ),
    )


def cluster_capacity_providers(
    title: str, *, cluster: Value, provider: Value
) -> ClusterCapacityProviderAssociations:
    """Make a capacity provider the one of a cluster, for whatever runs there."""
    return ClusterCapacityProviderAssociations(
        title,
        Cluster=cluster,
        CapacityProviders=[provider],
        DefaultCapacityProviderStrategy=[
            CapacityProviderStrategy(CapacityProvider=provider, Weight=1)
        ],
    )


def container_definition(
    container: Container,
    *,
    image: Value,
    environment: Mapping[str, Value],
    log_options: Mapping[str, Value],
    secrets: Mapping[str, Value] | None = None,
    temporary_mib: int | None = None,
) -> ContainerDefinition:
    """Say how a container is run.

    Args:
        container: what the application says of it.
        image: the image with its tag.
        environment: variables beside the container's own.
        log_options: of the awslogs driver.
        secrets: ARNs of secrets, or of values in them, by the variables that hold them; absent:
            none.
        temporary_mib: confines the container: it runs as its ``user`` and, unless it says
            otherwise, writes nowhere but to its mounts and a ``/tmp`` of that size; absent: it
            runs as the image says and writes where it likes.

    """
    variables = {**container.environment, **environment}
    mounts = [
        MountPoint(SourceVolume=volume, ContainerPath=path)
        for volume, path in container.mounts.items()
    ]
    ports = temporary = None
    if container.port is not None:
        ports = [PortMapping(ContainerPort=container.port, HostPort=0)]
    read_only = temporary_mib is not None and container.read_only
    if read_only:
        temporary = LinuxParameters(Tmpfs=[Tmpfs(ContainerPath="/tmp", Size=temporary_mib)])
    return ContainerDefinition(
        Name=container.name,
        Image=image,
        **given(Essential=None if container.essential else False),
        MemoryReservation=container.memory,
        Cpu=container.cpu,
        **given(
            User=None if temporary_mib is None else container.user,
            ReadonlyRootFilesystem=read_only or None,
            LinuxParameters=temporary,
            Command=list(container.command) or None,
            Environment=[Environment(Name=n, Value=v) for n, v in variables.items()] or None,
            Secrets=[Secret(Name=n, ValueFrom=v) for n, v in (secrets or {}).items()] or None,
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
    execution_role: Value | None = None,
    volumes: Mapping[str, str] | None = None,
) -> TaskDefinition:
    """Say which containers run together.

    Args:
        title: the logical id.
        family: the name that all revisions share.
        task_role: what the containers may do.
        containers: the containers.
        execution_role: with which ECS pulls images, reads secrets and writes logs; absent: the
            instance's role.
        volumes: folders on the instance, by name; absent: none.

    """
    mounted = [
        Volume(Name=name, Host=Host(SourcePath=path)) for name, path in (volumes or {}).items()
    ]
    return TaskDefinition(
        title,
        Family=family,
        TaskRoleArn=task_role,
        **given(ExecutionRoleArn=execution_role, Volumes=mounted or None),
        ContainerDefinitions=list(containers),
    )


def service(
    title: str,
    *,
    cluster: Value,
    task_definition: Value,
    desired_count: Value | None,
    container: Container,
    target_group: Value,
    depends_on: Sequence[str],
    tags: Mapping[str, Value] | None = None,
    role: Value | None = None,
    capacity_provider: Value | None = None,
    circuit_breaker: bool = False,
    grace_seconds: int | None = None,
) -> Service:
    """Keep a number of tasks running behind a load balancer.

    Args:
        title: the logical id.
        cluster: where they run.
        task_definition: what runs.
        desired_count: how many; absent: one at first, then what scaling has made of it.
        container: the one that answers requests.
        target_group: where the load balancer looks for it.
        depends_on: logical ids of what must be there before.
        tags: absent: none.
        role: how ECS registers targets; absent: the service-linked role.
        capacity_provider: on whose instances they run; absent: any of the cluster's.
        circuit_breaker: whether a deployment whose tasks keep failing is ended and rolled back.
        grace_seconds: how long a new task may fail health checks; absent: not at all.

    """
    breaker = strategy = None
    if circuit_breaker:
        breaker = DeploymentCircuitBreaker(Enable=True, Rollback=True)
    if capacity_provider is not None:
        item = CapacityProviderStrategyItem(CapacityProvider=capacity_provider, Weight=1)
        strategy = [item]
    return Service(
        title,
        DependsOn=list(depends_on),
        Cluster=cluster,
        TaskDefinition=task_definition,
        **given(DesiredCount=desired_count, CapacityProviderStrategy=strategy),
        LoadBalancers=[
            LoadBalancer(
                ContainerName=container.name,
                ContainerPort=container.port,
                TargetGroupArn=target_group,
            )
        ],
        **given(Role=role, HealthCheckGracePeriodSeconds=grace_seconds),
        DeploymentConfiguration=DeploymentConfiguration(
            MaximumPercent=200,
            MinimumHealthyPercent=100,
            **given(DeploymentCircuitBreaker=breaker),
        ),
        **given(Tags=Tags(**tags) if tags else None),
    )
