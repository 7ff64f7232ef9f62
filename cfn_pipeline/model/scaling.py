"""By what the number of a service's tasks is scaled."""

from collections.abc import Iterator
from dataclasses import KW_ONLY

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.validated import Validated


@frozen(kw_only=False)
class Queue(Validated):
    """A queue of Amazon SQS whose messages the tasks work on: ``Queue("orders-jobs")``.

    Tasks end while others still work: a task has 30 seconds after SIGTERM to finish its message, or
    the queue gives the message to another task.

    Args:
        name: of the queue, in the account and region of the service.
        messages_per_task: how many messages that wait or are being worked on are enough for one
            task.

    """

    name: str
    _: KW_ONLY
    messages_per_task: int = 10

    def problems(self) -> Iterator[str]:
        """Yield an invalid name or number."""
        yield from name_forms.QUEUE.problems(self.name, self.where)
        if self.messages_per_task < 1:
            yield (
                f"{self.where}: messages_per_task must be 1 or more (got {self.messages_per_task})"
            )


@frozen
class Scaling(Validated):
    """By what tasks are added and removed: ``Scaling(cpu_percent=60, requests_per_task=1000)``.

    With several, there are as many tasks as the one that asks for most.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html

    Args:
        cpu_percent: near which the CPU of the tasks is kept, in percent of what they reserve;
            absent: the edition's default if nothing else is given, otherwise it does not count.
        memory_percent: near which their memory is kept; absent: it does not count.
        requests_per_task: near which the requests of a minute to each task are kept; needs a load
            balancer; absent: they do not count.
        queue: a queue whose messages need tasks; with ``minimum_tasks=0``, none runs while it is
            empty; absent: none.

    """

    cpu_percent: int | None = None
    memory_percent: int | None = None
    requests_per_task: int | None = None
    queue: Queue | None = None

    def problems(self) -> Iterator[str]:
        """Yield numbers out of range."""
        for name in ("cpu_percent", "memory_percent"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= 100:
                yield f"{self.where}: {name} must be 1 to 100 (got {value})"
        if self.requests_per_task is not None and self.requests_per_task < 1:
            yield (
                f"{self.where}: requests_per_task must be 1 or more (got {self.requests_per_task})"
            )


@frozen
class ScalableTarget(Validated):
    """The limits between which the number of tasks is scaled, and by what."""

    minimum_tasks: int
    maximum_tasks: int
    scaling: Scaling


def scaling_problems(
    where: str,
    scaling: Scaling,
    *,
    minimum_tasks: int,
    maximum_tasks: int,
    has_load_balancer: bool,
) -> Iterator[str]:
    """Yield what does not fit the scaling of an application.

    Args:
        where: how messages call the application.
        scaling: by what it is scaled.
        minimum_tasks: fewest tasks.
        maximum_tasks: most tasks.
        has_load_balancer: whether requests can be counted.

    """
    if minimum_tasks < 0:
        yield f"{where}: minimum_tasks must be 0 or more (got {minimum_tasks})"
    if minimum_tasks > maximum_tasks:
        yield (
            f"{where}: minimum_tasks ({minimum_tasks}) is greater than maximum_tasks "
            f"({maximum_tasks})"
        )
    if scaling.requests_per_task is not None and not has_load_balancer:
        yield (
            f"{where}: requests_per_task in scaling is for requests of a load balancer, and "
            "load_balancer is absent; add one, or scale by cpu_percent or a queue"
        )
