"""Instances that Amazon ECS manages."""

from collections.abc import Iterator, Sequence

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.ecs import LEAST_CPU, LEAST_STORAGE, MOST_STORAGE
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.compute import TaskCompute
from cfn_pipeline.model.validated import Validated


@frozen
class InstanceRequirements(Validated):
    """What instances must have: ``InstanceRequirements(minimum_vcpus=2, minimum_memory=4096)``.

    ECS takes the cheapest that have it, and are of the architecture of the image.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-selection-best-practices.html

    Args:
        minimum_vcpus: fewest virtual CPUs.
        maximum_vcpus: most of them; absent: any number.
        minimum_memory: least memory in MiB.
        maximum_memory: most of it; absent: any size.
        instance_types: the types among which ECS chooses, such as ``["m7i.*", "c7i.large"]``;
            empty: all.

    """

    minimum_vcpus: int
    maximum_vcpus: int | None = None
    minimum_memory: int
    maximum_memory: int | None = None
    instance_types: Sequence[str] = ()

    def problems(self) -> Iterator[str]:
        """Yield numbers that contradict each other, and invalid types."""
        for name in ("vcpus", "memory"):
            least, most = getattr(self, f"minimum_{name}"), getattr(self, f"maximum_{name}")
            if least < 0:
                yield f"{self.where}: minimum_{name} must be 0 or more (got {least})"
            if most is not None and most < least:
                yield (
                    f"{self.where}: minimum_{name} ({least}) is greater than maximum_{name} "
                    f"({most})"
                )
        for instance_type in self.instance_types:
            yield from name_forms.INSTANCE_TYPES.problems(instance_type, self.where)


@frozen
class ManagedInstances(TaskCompute):
    """EC2 instances that ECS itself chooses, starts, patches and ends: ``ManagedInstances()``.

    After 14 days ECS moves the tasks of an instance to another one, and ends it after 21 days at
    the latest. They run in private subnets, which need a NAT gateway or VPC endpoints: tasks on
    instances have no public address.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-patching.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html

    Args:
        requirements: what instances must have; absent: ECS chooses the cheapest general-purpose
            ones for the tasks.
        spot: whether they are Spot Instances, which cost less and are interrupted.
        storage: the size of an instance's volume in GiB, 30 to 16384; absent: ECS's default, 80.

    """

    requirements: InstanceRequirements | None = None
    spot: bool = False
    storage: int | None = None

    def problems(self) -> Iterator[str]:
        """Yield also sizes that ECS refuses."""
        yield from super().problems()
        if self.cpu is not None and self.cpu < LEAST_CPU:
            yield f"{self.where}: cpu must be {LEAST_CPU} or more CPU units (got {self.cpu})"
        if self.storage is not None and not LEAST_STORAGE <= self.storage <= MOST_STORAGE:
            yield (
                f"{self.where}: storage must be {LEAST_STORAGE} to {MOST_STORAGE} GiB "
                f"(got {self.storage})"
            )
