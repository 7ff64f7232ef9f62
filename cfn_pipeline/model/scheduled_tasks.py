"""Tasks that run at certain times."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.validated import Validated

_EXPRESSION = re.compile(
    r"rate\([1-9][0-9]* (?:minutes?|hours?|days?)\)"
    r"|cron\([^ ()]+(?: [^ ()]+){5}\)"
    r"|at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)"
)


@frozen(kw_only=False)
class ScheduledTask(Validated):
    """A task that Amazon EventBridge Scheduler starts.

    ``ScheduledTask("report", schedule="cron(0 3 * * ? *)", container=Container(...))``

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

    Args:
        name: unique among the application's scheduled tasks.
        schedule: ``rate(1 hour)``, ``cron(minutes hours day month weekday year)`` or
            ``at(2030-01-31T08:00:00)``.
        container: what runs.
        timezone: of the schedule, such as Europe/Berlin; it follows daylight saving time.

    """

    name: str
    _: KW_ONLY
    schedule: str
    container: Container
    timezone: str = "UTC"

    @property
    def where(self) -> str:
        """How messages call the task."""
        return f"scheduled task {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield an invalid name, schedule or time zone."""
        yield from name_forms.SCHEDULED_TASK.problems(self.name, self.where)
        yield from name_forms.TIMEZONE.problems(self.timezone, self.where)
        if not _EXPRESSION.fullmatch(self.schedule):
            yield (
                f"{self.where}: invalid schedule {self.schedule!r}: use 'rate(1 hour)', "
                "'cron(0 3 * * ? *)' or 'at(2030-01-31T08:00:00)'"
            )


@frozen
class ScheduledTasks(Validated):
    """The scheduled tasks of an application."""

    tasks: Sequence[ScheduledTask]
