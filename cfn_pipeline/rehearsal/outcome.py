"""The outcome of an action."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """The status of an action or a run, spelled as CodePipeline spells it."""

    NOT_STARTED = "NotStarted"
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    REJECTED = "Rejected"
    SKIPPED = "Skipped"
    STOPPED = "Stopped"

    @property
    def is_done(self) -> bool:
        """Whether a resumed run leaves the action as it is."""
        return self in (Status.SUCCEEDED, Status.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of an action.

    Args:
        status: how it ended.
        message: for people; empty: none.
        variables: the output variables.
        details: for the report, as JSON values.

    """

    status: Status = Status.SUCCEEDED
    message: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


class ActionFailed(Exception):  # noqa: N818 - not an error of the rehearsal: its finding
    """An action fails; the message has the reason, ``details`` what the report shows."""

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = dict(details or {})


class Stopped(Exception):  # noqa: N818 - a request, not an error
    """The run was stopped, by Ctrl-C or a signal."""


def raise_if_stopped(stop: threading.Event | None) -> None:
    """Raise Stopped if the run is to stop; None: it cannot be stopped."""
    if stop is not None and stop.is_set():
        raise Stopped
