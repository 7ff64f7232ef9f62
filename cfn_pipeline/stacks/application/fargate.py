"""AWS Fargate: tasks without instances."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from troposphere import Ref
from troposphere.ec2 import SecurityGroup
from troposphere.ecs import (
    AwsvpcConfiguration,
    CapacityProviderStrategy,
    CapacityProviderStrategyItem,
    Cluster,
    ClusterCapacityProviderAssociations,
    ClusterSetting,
    NetworkConfiguration,
    RuntimePlatform,
)

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.compute import Fargate
from cfn_pipeline.model.containers import Container
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.network import egress, private_subnets
from cfn_pipeline.stacks.application.stack import ApplicationStack

PROVIDERS_OF_CLUSTER = "ApplicationClusterCapacity"
SECURITY_GROUP = "ApplicationTaskSecurityGroup"


def fargate(stack: ApplicationStack, compute: Fargate) -> Capacity:
    """Add the cluster with Fargate's capacity providers; each task has an address of its own.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
    """
    stack.add(
        Cluster(
            ids.CLUSTER,
            ClusterSettings=[ClusterSetting(Name="containerInsights", Value="enabled")],
        ),
        ClusterCapacityProviderAssociations(
            PROVIDERS_OF_CLUSTER,
            Cluster=Ref(ids.CLUSTER),
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            DefaultCapacityProviderStrategy=[
                CapacityProviderStrategy(CapacityProvider="FARGATE", Weight=1)
            ],
        ),
    )
    subnets = private_subnets(stack) if compute.private else Ref(ids.SUBNETS)
    group = SecurityGroup(
        SECURITY_GROUP,
        GroupDescription="Application Task Security Group",
        VpcId=Ref(ids.VPC),
        SecurityGroupEgress=egress(compute),
    )
    port = stack.application.containers[0].port or 0
    return Capacity(
        security_group=group,
        ports=(port, port),
        network_mode="awsvpc",
        target_type="ip",
        depends_on=[PROVIDERS_OF_CLUSTER],
        strategy=_strategy(compute.spot_percent),
        subnets=subnets,
        network=NetworkConfiguration(
            AwsvpcConfiguration=AwsvpcConfiguration(
                AssignPublicIp="DISABLED" if compute.private else "ENABLED",
                SecurityGroups=[Ref(group)],
                Subnets=subnets,
            )
        ),
        task=partial(_task, compute),
    )


def _task(compute: Fargate, containers: Sequence[Container]) -> dict[str, Any]:
    """Return the size of a task with certain containers, and what it runs on."""
    size = compute.size(containers)
    if size is None:
        raise ModelError(*compute.container_problems(containers, ()))
    return {
        "RequiresCompatibilities": ["FARGATE"],
        "Cpu": str(size[0]),
        "Memory": str(size[1]),
        "RuntimePlatform": RuntimePlatform(
            CpuArchitecture=compute.architecture, OperatingSystemFamily="LINUX"
        ),
    }


def _strategy(spot_percent: int) -> list[CapacityProviderStrategyItem]:
    """Divide tasks between Fargate and Fargate Spot by weight."""
    weights = {"FARGATE": 100 - spot_percent, "FARGATE_SPOT": spot_percent}
    if spot_percent in (0, 100):
        weights = {name: 1 for name, weight in weights.items() if weight}
    return [
        CapacityProviderStrategyItem(CapacityProvider=name, Weight=weight)
        for name, weight in weights.items()
    ]
