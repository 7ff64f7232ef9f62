"""Progress of a run on standard error: lines, or a table at a terminal."""

import threading
import time
from typing import TYPE_CHECKING, Any

from cfn_pipeline.cli import printing
from cfn_pipeline.printable import printable
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline
from cfn_pipeline.rehearsal.run.journal import Journal

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

COLORS = {
    Status.SUCCEEDED: "green",
    Status.FAILED: "red",
    Status.REJECTED: "red",
    Status.STOPPED: "yellow",
    Status.SKIPPED: "yellow",
    Status.IN_PROGRESS: "cyan",
}


class Lines:
    """Writes a line for each event."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def show(self, line: str) -> None:
        """Write a line."""
        with self._lock:
            printing.message(line)

    def pause(self) -> None:
        """Pause output during a prompt; lines never disturb it."""

    def close(self) -> None:
        """Close the display; there is none."""

    def on_prepare(self, step: str) -> None:
        """Write a step before the pipeline runs."""
        self._hint(f"prepare: {step}")

    def on_start(self, pipeline: Pipeline, journal: Journal) -> None:
        """Write the name and the folder of the run."""
        self._hint(_started("run", pipeline, journal))

    def on_action(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Write the status of an action."""
        duration = "" if status is Status.IN_PROGRESS else f" {seconds:.1f} s"
        self._hint(f"{action.id}: {status}{duration}{f': {message}' if message else ''}")

    def on_notice(self, text: str) -> None:
        """Write a notice."""
        self.show(f"note: {text}")

    def _hint(self, line: str) -> None:
        with self._lock:
            printing.hint(line)


class LiveTable:
    """A table of stages and actions at a terminal, updated as they change."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        self._console = Console(stderr=True, highlight=False)
        self._pipeline: Pipeline | None = None
        self._states: dict[str, tuple[Status, float, str]] = {}
        self._step = ""
        self._spinner: Any = Spinner("dots")
        # Two locks, because rich holds one of its own while it draws: drawing must not wait for a
        # thread that waits for rich.
        self._data_lock = threading.Lock()
        self._display_lock = threading.Lock()
        self._is_shown = False
        self._is_paused = False
        self._live = Live(
            get_renderable=self._rendered,
            console=self._console,
            refresh_per_second=8,
            transient=True,
        )

    def show(self, line: str) -> None:
        """Write a line above the table."""
        self._console.print(_text(line))

    def pause(self) -> None:
        """Pause output during a prompt."""
        with self._display_lock:
            self._is_paused = True
            if self._is_shown:
                self._live.stop()
                self._is_shown = False

    def close(self) -> None:
        """Close the display."""
        self.pause()

    def on_prepare(self, step: str) -> None:
        """Show a step before the pipeline runs."""
        with self._data_lock:
            self._step = step
        self._resume()

    def on_start(self, pipeline: Pipeline, journal: Journal) -> None:
        """Show the pipeline."""
        self.show(_started("Run", pipeline, journal))
        with self._data_lock:
            for action in pipeline.actions:
                data, status = journal.action(action.id), journal.status(action.id)
                if status is not Status.IN_PROGRESS:  # else the run was killed during it
                    shown = (data.get("seconds", 0.0), data.get("message", ""))
                    self._states[action.id] = (status, *shown)
            self._pipeline = pipeline
        self._resume()

    def on_action(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Show the status of an action."""
        runs = status is Status.IN_PROGRESS
        with self._data_lock:
            began = time.monotonic() if runs else seconds
            self._states[action.id] = (status, began, message)
        if action.is_approval and not runs:
            with self._display_lock:
                self._is_paused = False
        if not (action.is_approval and runs):
            self._resume()

    def on_notice(self, text: str) -> None:
        """Show a notice."""
        self.show(f"Note: {text}")

    def _resume(self) -> None:
        with self._display_lock:
            if not self._is_shown and not self._is_paused:
                self._live.start()
                self._is_shown = True

    def _rendered(self) -> "RenderableType":
        with self._data_lock:
            if self._pipeline is None:
                self._spinner.update(text=_text(f"Preparing {self._step}"))
                return self._spinner  # type: ignore[no-any-return]
            return self._table(self._pipeline)

    def _table(self, pipeline: Pipeline) -> "Table":
        from rich.table import Table

        table = Table("Stage", "Action", "Status", "Seconds", "Message")
        for stage in pipeline.stages:
            for number, action in enumerate(a for group in stage.groups for a in group):
                status, seconds, message = self._states.get(
                    action.id, (Status.NOT_STARTED, 0.0, "")
                )
                runs = status is Status.IN_PROGRESS
                duration = time.monotonic() - seconds if runs else seconds
                color = COLORS.get(status, "dim")
                table.add_row(
                    _text(stage.name if number == 0 else ""),
                    _text(action.name),
                    _text(status, color),
                    _text("" if status is Status.NOT_STARTED else f"{duration:.1f}"),
                    _text(message),
                )
        return table


def _started(label: str, pipeline: Pipeline, journal: Journal) -> str:
    folder = journal.folder.path
    return f"{label} {folder.name} of pipeline {pipeline.name}: {folder}"


def _text(text: str, style: str = "") -> "Text":
    """Return a text in which rich reads neither markup nor emoji codes."""
    from rich.text import Text

    return Text(printable(text), style=style)
