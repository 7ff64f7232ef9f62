"""Whoever is asked by a manual approval: the person at the terminal, or an option."""

from collections.abc import Callable, Sequence

import click

from cfn_pipeline.cli.tables import table
from cfn_pipeline.rehearsal.changes import COLUMNS
from cfn_pipeline.rehearsal.context import Pending
from cfn_pipeline.rehearsal.definition import Action

__all__ = ["Always", "Terminal"]


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
    """The person at the terminal.

    ``asks`` tells whether the person is being asked just now.
    """

    def __init__(self, show: Callable[[str], None], pause: Callable[[], None]) -> None:
        self._show = show
        self._pause = pause
        self.asks = False

    def __call__(self, action: Action, pending: Sequence[Pending]) -> tuple[bool, str]:
        """Show the changes, and ask."""
        self._pause()
        for line in _shown(action, pending):
            self._show(line)
        self.asks = True
        try:
            approved = click.confirm(f"Approve {action.stage}/{action.name}?", err=True)
        except click.Abort:
            raise KeyboardInterrupt from None
        finally:
            self.asks = False
        return approved, "approved at the terminal" if approved else "rejected at the terminal"


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
