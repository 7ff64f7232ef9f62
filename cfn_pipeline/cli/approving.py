"""Answers to manual approvals: from the terminal, or from an option."""

import select
import sys
import threading
from collections.abc import Callable, Sequence

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.tables import table
from cfn_pipeline.printable import printable_lines
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS
from cfn_pipeline.rehearsal.context import PendingChangeSet
from cfn_pipeline.rehearsal.pipeline import Action

_INTERVAL = 0.1


class FixedAnswer:
    """Answers every approval as an option says.

    Args:
        approved: the answer.
        show: writes a line.

    """

    def __init__(self, *, approved: bool, show: Callable[[str], None]) -> None:
        self._approved = approved
        self._show = show

    def __call__(self, action: Action, pending: Sequence[PendingChangeSet]) -> tuple[bool, str]:
        """Show the changes, and return the answer."""
        for line in _lines(action, pending):
            self._show(line)
        return self._approved, "approved by --approve" if self._approved else "rejected by --reject"


class Terminal:
    """Asks at the terminal.

    Args:
        show: writes a line.
        pause: pauses the output of progress.
        stop: set when the run is to stop.

    """

    def __init__(
        self, show: Callable[[str], None], pause: Callable[[], None], stop: threading.Event
    ) -> None:
        self._show = show
        self._pause = pause
        self._stop = stop

    def __call__(self, action: Action, pending: Sequence[PendingChangeSet]) -> tuple[bool, str]:
        """Show the changes, and ask."""
        self._pause()
        for line in _lines(action, pending):
            self._show(line)
        while True:
            printing.prompt(f"Approve {action.stage}/{action.name}? [y/N]: ")
            match self._line().strip().lower():
                case "y" | "yes":
                    return True, "approved at the terminal"
                case "n" | "no" | "":
                    return False, "rejected at the terminal"

    def _line(self) -> str:
        """Return the line that is typed.

        Raises:
            KeyboardInterrupt: the run is to stop, or the terminal is closed.

        """
        # With a timeout: a signal just before would otherwise be noticed after the next line only.
        while not select.select([sys.stdin], [], [], _INTERVAL)[0]:
            if self._stop.is_set():
                break
        line = "" if self._stop.is_set() else sys.stdin.readline()
        if not line:
            printing.message()
            raise KeyboardInterrupt
        return line


def _lines(action: Action, pending: Sequence[PendingChangeSet]) -> list[str]:
    """Return what is shown before the question."""
    lines = []
    for setting in ("CustomData", "ExternalEntityLink"):
        if text := action.configuration.get(setting):
            # Each line names where it is from, so that it cannot pass for a change set.
            lines += [f"{setting}: {line}" for line in printable_lines(text)] + [""]
    for each in pending:
        number = len(each.changes)
        lines.append(
            f"Change set {each.name} of stack {each.stack}: "
            f"{number or 'no'} change{'' if number == 1 else 's'}"
        )
        lines += [f"  {line}" for line in table(each.changes, COLUMNS)] if number else []
        lines.append("")
    return lines
