"""Tasks with an address of their own: their security group and subnets."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from troposphere import Ref
from troposphere.ec2 import SecurityGroup
from troposphere.ecs import (
    AwsvpcConfiguration,
    CapacityProviderStrategyItem,
    NetworkConfiguration,
    RuntimePlatform,
)

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.compute import TaskCompute
from cfn_pipeline.model.containers import Container
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Capacity
from cfn_pipeline.stacks.application.network import egress, private_subnets
from cfn_pipeline.stacks.application.stack import ApplicationStack

SECURITY_GROUP = "ApplicationTaskSecurityGroup"


def task_subnets(stack: ApplicationStack, compute: TaskCompute) -> Ref:
    """Return the private subnets, or the public ones, which are parameters."""
    return private_subnets(stack) if compute.is_private else Ref(ids.SUBNETS)


def task_capacity(
    stack: ApplicationStack,
    compute: TaskCompute,
    *,
    compatibility: str,
    depends_on: Sequence[str],
    strategy: Sequence[CapacityProviderStrategyItem],
) -> Capacity:
    """Return what others must know of tasks with an address of their own.

    Args:
        stack: in which they are.
        compute: what the application sets.
        compatibility: what the definitions of tasks are for, such as FARGATE.
        depends_on: logical ids of what must exist before a task can run.
        strategy: the capacity providers of the service.

    """
    subnets = task_subnets(stack, compute)
    group = SecurityGroup(
        SECURITY_GROUP,
        GroupDescription="Application Task Security Group",
        VpcId=Ref(ids.VPC),
        SecurityGroupEgress=egress(compute),
    )
    port = next((c.port for c in stack.application.containers[:1] if c.port), 0)
    return Capacity(
        security_group=group,
        ports=(port, port),
        network_mode="awsvpc",
        target_type="ip",
        depends_on=depends_on,
        strategy=strategy,
        subnets=subnets,
        network=NetworkConfiguration(
            AwsvpcConfiguration=AwsvpcConfiguration(
                AssignPublicIp="DISABLED" if compute.is_private else "ENABLED",
                SecurityGroups=[Ref(group)],
                Subnets=subnets,
            )
        ),
        task=_sized(compute, compatibility),
    )


def _sized(
    compute: TaskCompute, compatibility: str
) -> Callable[[Sequence[Container]], Mapping[str, Any]]:
    def task(containers: Sequence[Container]) -> dict[str, Any]:
        """Return the size of a task with certain containers, and what it runs on."""
        size = compute.size(containers)
        if size is None:
            raise ModelError(*compute.container_problems(containers, ()))
        return {
            "RequiresCompatibilities": [compatibility],
            "Cpu": str(size[0]),
            "Memory": str(size[1]),
            "RuntimePlatform": RuntimePlatform(
                CpuArchitecture=compute.architecture, OperatingSystemFamily="LINUX"
            ),
        }

    return task
