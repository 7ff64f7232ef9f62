"""Statuses and times, for people."""

from collections.abc import Mapping

from cfn_pipeline.rehearsal.outcome import Status

__all__ = ["LABELS", "duration", "phase_words"]

#: Statuses in words.
LABELS: Mapping[str, str] = {
    Status.NOT_STARTED: "Not reached",
    Status.IN_PROGRESS: "In progress",
    **{
        status: str(status)
        for status in Status
        if status not in (Status.NOT_STARTED, Status.IN_PROGRESS)
    },
}


def duration(seconds: float) -> str:
    """Return a time for people: "3.2 s", "1 min 4 s", "2 h 5 min"."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def phase_words(name: str) -> str:
    """Return the name or the status of a phase in words: ``DOWNLOAD_SOURCE`` is Download source."""
    return name.replace("_", " ").capitalize()
