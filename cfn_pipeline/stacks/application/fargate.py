"""AWS Fargate: tasks without instances."""

from troposphere import Ref
from troposphere.ecs import (
    CapacityProviderStrategy,
    CapacityProviderStrategyItem,
    ClusterCapacityProviderAssociations,
)

from cfn_pipeline.model.compute import Fargate
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.cluster import observed_cluster
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.application.task_network import task_capacity

PROVIDERS_OF_CLUSTER = "ApplicationClusterCapacity"


def fargate(stack: ApplicationStack, compute: Fargate) -> Capacity:
    """Add the cluster with Fargate's capacity providers; each task has an address of its own.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
    """
    stack.add(
        observed_cluster(),
        ClusterCapacityProviderAssociations(
            PROVIDERS_OF_CLUSTER,
            Cluster=Ref(ids.CLUSTER),
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            DefaultCapacityProviderStrategy=[
                CapacityProviderStrategy(CapacityProvider="FARGATE", Weight=1)
            ],
        ),
    )
    return task_capacity(
        stack,
        compute,
        compatibility="FARGATE",
        depends_on=[PROVIDERS_OF_CLUSTER],
        strategy=_strategy(compute.spot_percent),
    )


def _strategy(spot_percent: int) -> list[CapacityProviderStrategyItem]:
    """Divide tasks between Fargate and Fargate Spot by weight."""
    weights = {"FARGATE": 100 - spot_percent, "FARGATE_SPOT": spot_percent}
    if spot_percent in (0, 100):
        weights = {name: 1 for name, weight in weights.items() if weight}
    return [
        CapacityProviderStrategyItem(CapacityProvider=name, Weight=weight)
        for name, weight in weights.items()
    ]
