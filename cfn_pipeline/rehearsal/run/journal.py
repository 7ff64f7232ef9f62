"""The record of a run: ``run.json`` in its folder, always whole."""

import contextlib
import fcntl
import json
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from cfn_pipeline.atomic import replace_file
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.outcome import Outcome, Status

__all__ = ["Journal", "now"]

_FILE = "run.json"
_FORMAT = 1


class Journal:
    """What is known of a run. Whatever is recorded is on disk before the method returns.

    Args:
        folder: of the run.
        said: what is known so far; JSON can hold it.

    """

    def __init__(self, folder: Path, said: dict[str, Any]) -> None:
        self.folder = folder
        self.said = said
        self._lock = threading.RLock()

    @classmethod
    def begin(cls, root: Path, name: str, said: Mapping[str, Any]) -> Self:
        """Return the journal of a new run, in a folder of its own.

        Args:
            root: the folder of all runs.
            name: the pipeline's name, as far as a folder can have it.
            said: what the run begins with.

        Raises:
            RehearsalError: the folder cannot be made.

        """
        name = re.sub(r"[^\w.-]+", "-", name) or "pipeline"
        try:
            root.mkdir(parents=True, exist_ok=True)
            ignore = root / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            folder = _numbered(root, name)
        except OSError as error:
            raise RehearsalError(
                f"{root}: no folder can be made there ({error.strerror}); give another with "
                "--folder"
            ) from error
        journal = cls(folder, {"format": _FORMAT, "run": folder.name, **said})
        journal.record(status=Status.IN_PROGRESS, started=now(), notices=[], actions={})
        return journal

    @classmethod
    def find(cls, root: Path, run: str, option: str) -> Self:
        """Return the journal of a run that was.

        Args:
            root: the folder of all runs.
            run: the name of its folder; or ``last``.
            option: which asks for it.

        Raises:
            RehearsalError: there is no such run.

        """
        runs = [path.parent for path in root.glob(f"*/{_FILE}")]
        runs.sort(key=lambda folder: (folder.stat().st_ctime, folder.name))
        named = [folder for folder in runs if folder.name == run]
        if not named and run == "last":
            begun = {folder: _read(folder).get("started", "") for folder in runs}
            named = sorted(runs, key=lambda folder: (begun[folder], folder.name))[-1:]
        if not named:
            there = ", ".join(folder.name for folder in runs) or "none"
            raise RehearsalError(f"{option} {run}: {root} has no such run; there is {there}")
        said = _read(named[0])
        if said.get("format") != _FORMAT:
            raise RehearsalError(
                f"{option} {run}: {named[0] / _FILE} is none that this version can read; begin a "
                "new run"
            )
        return cls(named[0], said)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep others from the run as long as the block lasts.

        Raises:
            RehearsalError: somebody else is at it.

        """
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RehearsalError(
                    f"the run {self.folder.name} is being run by another process; wait until it "
                    "has ended"
                ) from None
            # Whoever held it before may have recorded more.
            self.said = _read(self.folder) or self.said
            yield

    def record(self, **said: Any) -> None:
        """Record something of the run."""
        with self._lock:
            self.said |= said
            self._write()

    def notice(self, text: str) -> bool:
        """Record a notice; return whether it is a new one."""
        with self._lock:
            if text in self.said["notices"]:
                return False
            self.record(notices=[*self.said["notices"], text])
            return True

    def action(self, action_id: str) -> dict[str, Any]:
        """Return what is known of an action."""
        found: dict[str, Any] = self.said["actions"].get(action_id, {})
        return found

    def status(self, action_id: str) -> Status:
        """Return where an action stands."""
        return Status(self.action(action_id).get("status", Status.NOT_STARTED))

    def action_begins(self, action_id: str) -> None:
        """Record that an action begins."""
        with self._lock:
            before = self.action(action_id)
            kept = {"intended": before["intended"]} if "intended" in before else {}
            self._act(action_id, {"status": Status.IN_PROGRESS, "started": now(), **kept})

    def action_intends(self, action_id: str, intended: Mapping[str, Any]) -> None:
        """Record what an action is about to do."""
        with self._lock:
            self._act(action_id, {**self.action(action_id), "intended": dict(intended)})

    def action_ends(
        self,
        action_id: str,
        outcome: Outcome,
        seconds: float,
        artifacts: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Record what came of an action, and the artifacts that it has made."""
        with self._lock:
            kept = dict(self.action(action_id))
            if outcome.status is not Status.STOPPED:
                kept.pop("intended", None)
            self.said["artifacts"] = {**self.said.get("artifacts", {}), **artifacts}
            self._act(
                action_id,
                {
                    **kept,
                    "status": outcome.status,
                    "seconds": round(seconds, 2),
                    "message": outcome.message,
                    "variables": dict(outcome.variables),
                    "details": dict(outcome.details),
                },
            )

    def _act(self, action_id: str, entry: Mapping[str, Any]) -> None:
        self.said["actions"] = {**self.said["actions"], action_id: dict(entry)}
        self._write()

    def _write(self) -> None:
        with replace_file(self.folder / _FILE, mode=0o600) as file:
            file.write(json.dumps(self.said, indent=2).encode())


def now() -> str:
    """Return the time, to the millisecond, as ISO 8601 has it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _numbered(root: Path, name: str) -> Path:
    number = 1
    while True:
        folder = root / f"{name}-{number:04}"
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _read(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
