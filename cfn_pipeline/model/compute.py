"""On what an application's containers run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from cfn_pipeline.model.validated import Validated


class Compute(Validated):
    """What containers can run on."""

    is_choice: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
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
        """Yield numbers that contradict each other."""
        if self.minimum < 0:
            yield f"{self.where}: minimum must be 0 or more (got {self.minimum})"
        if self.maximum < 1:
            yield f"{self.where}: maximum must be 1 or more (got {self.maximum})"
        if self.minimum > self.desired:
            yield f"{self.where}: minimum ({self.minimum}) is greater than desired ({self.desired})"
        if self.desired > self.maximum:
            yield f"{self.where}: desired ({self.desired}) is greater than maximum ({self.maximum})"
