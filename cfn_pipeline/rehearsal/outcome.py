"""What comes of an action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["ActionFailed", "Outcome", "Status", "Stopped"]


class Status(StrEnum):
    """Where an action, or a run, stands; spelled as CodePipeline spells it."""

    NOT_STARTED = "NotStarted"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    REJECTED = "Rejected"
    SKIPPED = "Skipped"
    STOPPED = "Stopped"

    @property
    def is_done(self) -> bool:
        """Whether a run that goes on leaves the action as it is."""
        return self in (Status.SUCCEEDED, Status.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an action.

    Args:
        status: how it ended.
        message: what is to be said about it; empty: nothing.
        variables: what it hands on in its namespace.
        details: what a report shows of it; JSON can hold it.

    """

    status: Status = Status.SUCCEEDED
    message: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


class ActionFailed(Exception):  # noqa: N818 - no error of the rehearsal, but what it finds out
    """An action fails; the message says why, the details what was seen."""

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = dict(details or {})


class Stopped(Exception):  # noqa: N818 - somebody asked for it
    """Somebody has stopped the run."""
