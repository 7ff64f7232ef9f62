"""What a person sees of a run while it runs: lines, or a table that lives."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline
from cfn_pipeline.rehearsal.run.journal import Journal

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

__all__ = ["COLORS", "Lines", "LivingTable"]

COLORS = {
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.REJECTED: "red",
    Status.STOPPED: "yellow",
    Status.SKIPPED: "yellow",
    Status.IN_PROGRESS: "cyan",
}


class Lines:
    """Tells each event in a line, on standard error."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def show(self, line: str) -> None:
        """Write a line."""
        with self._lock:
            click.echo(line, err=True)

    def pause(self) -> None:
        """Be still while a person is asked."""

    def close(self) -> None:
        """Have done."""

    def prepares(self, what: str) -> None:
        """Tell what is done before the pipeline runs."""
        self.show(f"prepare: {what}")

    def begins(self, pipeline: Pipeline, journal: Journal) -> None:
        """Tell that the pipeline runs."""
        self.show(f"run {journal.folder.name} of the pipeline {pipeline.name}: {journal.folder}")

    def changed(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Tell that an action has begun, or ended."""
        took = "" if status is Status.IN_PROGRESS else f" {seconds:.1f} s"
        self.show(f"{action.id}: {status}{took}{f': {message}' if message else ''}")

    def notices(self, text: str) -> None:
        """Tell what is to be said loudly."""
        self.show(f"note: {text}")


class LivingTable:
    """A table of stages and actions, on a terminal, that is always as things are."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._console = Console(stderr=True, highlight=False)
        self._pipeline: Pipeline | None = None
        self._states: dict[str, tuple[Status, float, str]] = {}
        self._prepares = ""
        self._spinner: Any = Spinner("dots")
        # Two locks, since rich draws with one of its own held: what is drawn must never wait for
        # somebody who waits for rich.
        self._known = threading.Lock()
        self._switch = threading.Lock()
        self._runs = False
        self._asking = False
        self._live = Live(
            get_renderable=self._rendered,
            console=self._console,
            refresh_per_second=8,
            transient=True,
        )

    def show(self, line: str) -> None:
        """Write a line above the table."""
        self._console.print(line, markup=False)

    def pause(self) -> None:
        """Take the table away while a person is asked."""
        with self._switch:
            self._asking = True
            if self._runs:
                self._live.stop()
                self._runs = False

    def close(self) -> None:
        """Take the table away: the result is told elsewhere."""
        self.pause()

    def prepares(self, what: str) -> None:
        """Show what is done before the pipeline runs."""
        with self._known:
            self._prepares = what
        self._go_on()

    def begins(self, pipeline: Pipeline, journal: Journal) -> None:
        """Show that the pipeline runs."""
        self.show(f"Run {journal.folder.name} of the pipeline {pipeline.name}: {journal.folder}")
        with self._known:
            for action in pipeline.actions:
                known, status = journal.action(action.id), journal.status(action.id)
                if status is not Status.IN_PROGRESS:  # else the run before was killed in it
                    said = (known.get("seconds", 0.0), known.get("message", ""))
                    self._states[action.id] = (status, *said)
            self._pipeline = pipeline
        self._go_on()

    def changed(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Show that an action has begun, or ended."""
        runs = status is Status.IN_PROGRESS
        with self._known:
            began = time.monotonic() if runs else seconds
            self._states[action.id] = (status, began, message)
        if action.is_approval and not runs:
            with self._switch:
                self._asking = False
        if not (action.is_approval and runs):
            self._go_on()

    def notices(self, text: str) -> None:
        """Show what is to be said loudly."""
        self.show(f"Note: {text}")

    def _go_on(self) -> None:
        with self._switch:
            if not self._runs and not self._asking:
                self._live.start()
                self._runs = True

    def _rendered(self) -> "RenderableType":
        with self._known:
            if self._pipeline is None:
                self._spinner.update(text=f"Preparing {self._prepares}")
                return self._spinner  # type: ignore[no-any-return]
            return self._table(self._pipeline)

    def _table(self, pipeline: Pipeline) -> "Table":
        from rich.table import Table

        made = Table("Stage", "Action", "State", "Seconds", "Message")
        for stage in pipeline.stages:
            for number, action in enumerate(a for group in stage.groups for a in group):
                status, seconds, message = self._states.get(
                    action.id, (Status.NOT_STARTED, 0.0, "")
                )
                runs = status is Status.IN_PROGRESS
                took = time.monotonic() - seconds if runs else seconds
                color = COLORS.get(status, "dim")
                made.add_row(
                    stage.name if number == 0 else "",
                    action.name,
                    f"[{color}]{status}[/]",
                    "" if status is Status.NOT_STARTED else f"{took:.1f}",
                    _escaped(message),
                )
        return made


def _escaped(text: str) -> str:
    from rich.markup import escape

    escaping: Callable[[Any], str] = escape
    return escaping(text)
