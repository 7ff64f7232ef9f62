"""Whoever is asked by a manual approval: the person at the terminal, or an option."""

import select
import sys
import threading
from collections.abc import Callable, Sequence

import click

from cfn_pipeline.cli.tables import table
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS
from cfn_pipeline.rehearsal.context import Pending
from cfn_pipeline.rehearsal.pipeline import Action

__all__ = ["Always", "Terminal"]

_INTERVAL = 0.1


class Always:
    """Somebody who always says the same."""

    def __init__(self, *, approved: bool, show: Callable[[str], None]) -> None:
        self._approved = approved
        self._show = show

    def __call__(self, action: Action, pending: Sequence[Pending]) -> tuple[bool, str]:
        """Show the changes, and say it."""
        for line in _shown(action, pending):
            self._show(line)
        return self._approved, "as --approve says" if self._approved else "as --reject says"


class Terminal:
    """The person at the terminal, who is asked until somebody stops the run."""

    def __init__(
        self, show: Callable[[str], None], pause: Callable[[], None], stop: threading.Event
    ) -> None:
        self._show = show
        self._pause = pause
        self._stop = stop

    def __call__(self, action: Action, pending: Sequence[Pending]) -> tuple[bool, str]:
        """Show the changes, and ask."""
        self._pause()
        for line in _shown(action, pending):
            self._show(line)
        while True:
            click.echo(f"Approve {action.stage}/{action.name}? [y/N]: ", nl=False, err=True)
            match self._line().strip().lower():
                case "y" | "yes":
                    return True, "approved at the terminal"
                case "n" | "no" | "":
                    return False, "rejected at the terminal"

    def _line(self) -> str:
        """Return the line that the person types.

        A wait without end would not hear of a signal that comes just before it.
        """
        while not select.select([sys.stdin], [], [], _INTERVAL)[0]:
            if self._stop.is_set():
                break
        line = "" if self._stop.is_set() else sys.stdin.readline()
        if not line:  # nobody is there any more
            click.echo(err=True)
            raise KeyboardInterrupt
        return line


def _shown(action: Action, pending: Sequence[Pending]) -> list[str]:
    """Return what a person is to see before an approval."""
    lines = []
    for setting in ("CustomData", "ExternalEntityLink"):
        if said := action.configuration.get(setting):
            lines += [said, ""]
    for each in pending:
        number = len(each.changes)
        lines.append(
            f"The change set {each.change_set} of the stack {each.stack}: "
            f"{number or 'no'} change{'' if number == 1 else 's'}"
        )
        lines += [f"  {line}" for line in table(each.changes, COLUMNS)] if number else []
        lines.append("")
    return lines
