"""How a service's new tasks take over from the old ones.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service-options.html
"""

from collections.abc import Iterator
from typing import ClassVar

from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated

#: CloudFormation refuses a deployment that takes longer.
_MOST_MINUTES = 33 * 60


class Deployment(Validated):
    """How a service's new tasks take over from the old ones."""

    is_choice: ClassVar[bool] = True


@frozen
class Rolling(Deployment):
    """New tasks are added to the old ones, which end when the new ones are healthy: ``Rolling()``.

    A deployment whose tasks do not become healthy is rolled back.
    """


@frozen
class TrafficShift(Deployment):
    """Base class of deployments that start all new tasks, and then shift requests to them.

    Args:
        error_percent: the share of responses with a status of 500 to 599, old tasks' or new ones',
            above which a deployment is rolled back, in percent.

    """

    is_choice: ClassVar[bool] = True

    error_percent: int = 5

    @property
    def longest_minutes(self) -> int:
        """How long the shift takes."""
        return 0

    def problems(self) -> Iterator[str]:
        """Yield numbers out of range, and a shift that takes too long."""
        if not 1 <= self.error_percent <= 99:
            yield f"{self.where}: error_percent must be 1 to 99 (got {self.error_percent})"
        if self.longest_minutes > _MOST_MINUTES:
            yield (
                f"{self.where}: the deployment takes {self.longest_minutes} minutes; "
                f"CloudFormation allows {_MOST_MINUTES}; use fewer minutes or a larger percent"
            )

    def _minutes_problems(self, name: str) -> Iterator[str]:
        minutes = getattr(self, name)
        if not 0 <= minutes <= 1440:
            yield f"{self.where}: {name} must be 0 to 1440 (got {minutes})"


@frozen
class BlueGreen(TrafficShift):
    """All requests at once go to the new tasks: ``BlueGreen(bake_minutes=30)``.

    Args:
        bake_minutes: how long the old tasks go on, so that a rollback is immediate.

    """

    bake_minutes: int = 15

    @property
    def longest_minutes(self) -> int:
        """How long the old tasks go on."""
        return self.bake_minutes

    def problems(self) -> Iterator[str]:
        """Yield also minutes out of range."""
        yield from self._minutes_problems("bake_minutes")
        yield from super().problems()


@frozen
class Linear(TrafficShift):
    """Requests go to the new tasks in equal steps: ``Linear(percent=20, minutes=5)``.

    Args:
        percent: the share of requests that each step adds, 3 to 50.
        minutes: from one step to the next, and from the last to the end of the old tasks.

    """

    percent: int = 10
    minutes: int = 6

    @property
    def longest_minutes(self) -> int:
        """How long all steps take."""
        return self.minutes * (1 + (99 // max(self.percent, 1)))

    def problems(self) -> Iterator[str]:
        """Yield also steps out of range."""
        if not 3 <= self.percent <= 50:
            yield f"{self.where}: percent must be 3 to 50 (got {self.percent})"
        yield from self._minutes_problems("minutes")
        yield from super().problems()


@frozen
class Canary(TrafficShift):
    """A few requests go to the new tasks first, then all: ``Canary(percent=10, bake_minutes=10)``.

    Args:
        percent: the share of requests that goes to the new tasks first, 1 to 99.
        bake_minutes: how long it is that share, and then how long the old tasks go on.

    """

    percent: int = 10
    bake_minutes: int = 10

    @property
    def longest_minutes(self) -> int:
        """How long both take."""
        return 2 * self.bake_minutes

    def problems(self) -> Iterator[str]:
        """Yield also a share or minutes out of range."""
        if not 1 <= self.percent <= 99:
            yield f"{self.where}: percent must be 1 to 99 (got {self.percent})"
        yield from self._minutes_problems("bake_minutes")
        yield from super().problems()


def deployment_problems(
    where: str, deployment: Deployment, *, has_load_balancer: bool, scales_by_requests: bool
) -> Iterator[str]:
    """Yield what does not fit the deployment of an application.

    Args:
        where: how messages call the application.
        deployment: how new tasks take over.
        has_load_balancer: whether there are requests to shift.
        scales_by_requests: whether the requests of a target group are counted.

    """
    if not isinstance(deployment, TrafficShift):
        return
    if not has_load_balancer:
        yield (
            f"{where}: deployment {deployment.where} shifts requests of a load balancer, and "
            "load_balancer is absent; add one, or use Rolling"
        )
    if scales_by_requests:
        yield (
            f"{where}: requests_per_task in scaling counts the requests of one target group, "
            f"and deployment {deployment.where} has two; scale by cpu_percent, or use Rolling"
        )
