"""On what an application's containers run."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from cfn_pipeline.aws.codebuild import ARCHITECTURES
from cfn_pipeline.aws.ecs import LEAST_CPU
from cfn_pipeline.aws.fargate import MEMORY_BY_CPU
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.egress import Egress
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.validated import Validated

X86_64 = "X86_64"

#: What tasks may always reach: the services of AWS.
HTTPS = Egress(443)


@frozen
class Compute(Validated):
    """What containers can run on.

    Args:
        egress: what tasks may reach besides HTTPS on every address, such as ``[Egress(587)]``, and
            the application's own database; empty: nothing.

    """

    is_choice: ClassVar[bool] = True

    egress: Sequence[Egress] = ()

    @property
    def image_architecture(self) -> str:
        """The architecture of images that run on it."""
        return X86_64

    def problems(self) -> Iterator[str]:
        """Yield egress that is allowed twice."""
        for rule in self.egress:
            if rule == HTTPS:
                yield f"{self.where}: {rule.where} in egress is always allowed; remove it"
            elif self.egress.count(rule) > 1:
                yield f"{self.where}: {rule.where} is in egress twice; remove one"

    def subnets_of(self, environment: Environment) -> Sequence[str]:
        """Return the subnets in which tasks run, as far as the environment sets them."""
        return environment.subnets

    def container_problems(
        self, containers: Sequence[Container], volumes: Sequence[str]
    ) -> Iterator[str]:
        """Yield why containers with these volumes cannot run on it in one task."""
        del containers, volumes
        return iter(())


@frozen
class Ec2(Compute):
    """EC2 instances in an Auto Scaling group: ``Ec2(instance_type="t3.small", maximum=8)``.

    Args:
        instance_type: such as t3.micro; absent: the edition's default.
        minimum: fewest instances.
        maximum: most instances.
        desired: instances at first, where ECS does not scale the group.

    """

    instance_type: str | None = None
    minimum: int = 0
    maximum: int = 4
    desired: int = 1

    def problems(self) -> Iterator[str]:
        """Yield also numbers that contradict each other."""
        yield from super().problems()
        if self.minimum < 0:
            yield f"{self.where}: minimum must be 0 or more (got {self.minimum})"
        if self.maximum < 1:
            yield f"{self.where}: maximum must be 1 or more (got {self.maximum})"
        if self.minimum > self.desired:
            yield f"{self.where}: minimum ({self.minimum}) is greater than desired ({self.desired})"
        if self.desired > self.maximum:
            yield f"{self.where}: desired ({self.desired}) is greater than maximum ({self.maximum})"


@frozen
class TaskCompute(Compute):
    """Base class of compute that gives each task an address of its own.

    Args:
        cpu: CPU units of a task, 1024 to a core; absent: the least that its containers need.
        memory: of a task in MiB; absent: the least that its containers need and the CPU allows.
        architecture: of the image: X86_64 or ARM64, for which it is built, too.

    """

    is_choice: ClassVar[bool] = True

    cpu: int | None = None
    memory: int | None = None
    architecture: str = X86_64

    @property
    def is_private(self) -> bool:
        """Whether tasks run in private subnets."""
        return True

    @property
    def image_architecture(self) -> str:
        """The architecture of images that run on it."""
        return self.architecture

    def problems(self) -> Iterator[str]:
        """Yield also an unknown architecture."""
        yield from super().problems()
        if self.architecture not in ARCHITECTURES:
            yield f"{self.where}: architecture must be X86_64 or ARM64 (got {self.architecture!r})"

    def subnets_of(self, environment: Environment) -> Sequence[str]:
        """Return the private subnets, or the public ones."""
        return environment.private_subnets if self.is_private else environment.subnets

    def container_problems(
        self, containers: Sequence[Container], volumes: Sequence[str]
    ) -> Iterator[str]:
        """Yield containers that do not fit into a task, and folders of a host."""
        if volumes:
            yield (
                f"volumes ({', '.join(volumes)}) are folders of the host, which {self.where} does "
                "not have; use EfsVolume(), or Ec2"
            )
        yield from _shared_ports(containers)
        if self.size(containers) is None:
            cpu, memory = needed(containers)
            yield (
                f"the containers of a task need {cpu} CPU units and {memory} MiB of memory, which "
                f"{self.where} does not have; use a larger cpu or memory"
            )

    def size(self, containers: Sequence[Container]) -> tuple[int, int] | None:
        """Return CPU units and MiB of memory of a task with these containers; None: too small."""
        cpu, memory = needed(containers)
        size = self.cpu or max(cpu, LEAST_CPU), self.memory or memory
        return size if size[0] >= cpu and size[1] >= memory else None


@frozen
class Fargate(TaskCompute):
    """AWS Fargate, which needs no instances: ``Fargate(cpu=512, memory=1024, spot_percent=50)``.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html

    Args:
        cpu: CPU units of a task, 1024 to a core: 256, 512, 1024, 2048, 4096, 8192 or 16384;
            absent: the least that its containers need.
        private: whether tasks have no public address and run in private subnets, which need a
            NAT gateway or VPC endpoints; otherwise in the public ones.
        spot_percent: the share of tasks on Fargate Spot, which costs less and is interrupted.

    """

    private: bool = False
    spot_percent: int = 0

    @property
    def is_private(self) -> bool:
        """Whether tasks run in private subnets."""
        return self.private

    def problems(self) -> Iterator[str]:
        """Yield also sizes that do not exist, and other values out of range."""
        yield from super().problems()
        if not 0 <= self.spot_percent <= 100:
            yield f"{self.where}: spot_percent must be 0 to 100 (got {self.spot_percent})"
        if self.cpu is not None and self.cpu not in MEMORY_BY_CPU:
            accepted = ", ".join(map(str, MEMORY_BY_CPU))
            yield f"{self.where}: cpu must be one of {accepted} CPU units (got {self.cpu})"
        elif self.memory is not None:
            yield from self._memory_problems(self.memory)

    def _memory_problems(self, memory: int) -> Iterator[str]:
        cpus = list(MEMORY_BY_CPU) if self.cpu is None else [self.cpu]
        sizes = sorted({size for cpu in cpus for size in MEMORY_BY_CPU[cpu]})
        if memory not in sizes:
            nearest = min(sizes, key=lambda size: abs(size - memory))
            with_cpu = "" if self.cpu is None else f" with {self.cpu} CPU units"
            yield (
                f"{self.where}: a task cannot have {memory} MiB of memory{with_cpu}; the nearest "
                f"is {nearest}"
            )

    def size(self, containers: Sequence[Container]) -> tuple[int, int] | None:
        """Return CPU units and MiB of memory of a task with these containers; None: too small."""
        cpu, memory = needed(containers)
        fitting = (
            (units, mebibytes)
            for units, sizes in MEMORY_BY_CPU.items()
            for mebibytes in sizes
            if self.cpu in (None, units) and self.memory in (None, mebibytes)
        )
        return next((size for size in fitting if size[0] >= cpu and size[1] >= memory), None)


def _shared_ports(containers: Sequence[Container]) -> Iterator[str]:
    """Yield the ports on which several containers of a task listen, which have one address."""
    ports = [container.port for container in containers if container.port is not None]
    for port in dict.fromkeys(ports):
        if ports.count(port) > 1:
            names = ", ".join(repr(c.name) for c in containers if c.port == port)
            yield f"the containers {names} of a task listen on one port ({port}); use two ports"


def needed(containers: Sequence[Container]) -> tuple[int, int]:
    """Return the CPU units and the MiB of memory that containers need together."""
    return sum(c.cpu for c in containers), sum(c.memory for c in containers)
