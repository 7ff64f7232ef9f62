"""The journal of a run: ``run.json`` in its folder, replaced whole."""

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
from cfn_pipeline.rehearsal.artifacts.store import StoredArtifact
from cfn_pipeline.rehearsal.folder import RunFolder, private
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Pipeline
from cfn_pipeline.rehearsal.run.plan import Plan

_FILE = "run.json"
_FORMAT = 1
#: Bytes that the journal can take when the disk is full.
_RESERVE = 1 << 19


class Journal:
    """The journal of a run; each method writes it before it returns.

    Args:
        folder: of the run.
        data: its content so far, as JSON values.

    """

    def __init__(self, folder: Path, data: dict[str, Any]) -> None:
        self.folder = RunFolder(folder)
        self.data = data
        self._lock = threading.RLock()

    @classmethod
    def begin(cls, root: Path, name: str, data: Mapping[str, Any]) -> Self:
        """Return the journal of a new run, in a new folder.

        Args:
            root: the folder of all runs.
            name: the pipeline's name; characters that folders should not have are replaced.
            data: its first content.

        Raises:
            RehearsalError: the folder cannot be created.

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
                f"{root}: the folder of the run cannot be created ({error.strerror}); use another "
                "--folder"
            ) from error
        journal = cls(folder, {"format": _FORMAT, "run": folder.name, **data})
        journal.record(status=Status.IN_PROGRESS, started=now(), notices=[], actions={})
        return journal

    @classmethod
    def find(cls, root: Path, run: str, option: str) -> Self:
        """Return the journal of an earlier run.

        Args:
            root: the folder of all runs.
            run: the name of its folder, or ``last``.
            option: the option that names it, for messages.

        Raises:
            RehearsalError: the run does not exist.

        """
        runs = [path.parent for path in root.glob(f"*/{_FILE}")]
        runs.sort(key=lambda folder: (folder.stat().st_ctime, folder.name))
        named = [folder for folder in runs if folder.name == run]
        if not named and run == "last":
            started = {folder: str(_read(folder).get("started")) for folder in runs}
            named = sorted(runs, key=lambda folder: (started[folder], folder.name))[-1:]
        if not named:
            names = ", ".join(folder.name for folder in runs) or "none"
            raise RehearsalError(f"{option} {run}: {root} has no such run; its runs: {names}")
        data = _read(named[0])
        if data.get("format") != _FORMAT or not _is_valid(data):
            raise RehearsalError(
                f"{option} {run}: this version cannot read {named[0] / _FILE}; begin a new run"
            )
        return cls(named[0], data)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the run while the block runs.

        Raises:
            RehearsalError: another process has locked it.

        """
        self.folder.path.chmod(0o700)  # it may hold secrets
        with open(self.folder.lock, "w", opener=private) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RehearsalError(
                    f"another process runs {self.folder.path.name}; wait until it has ended"
                ) from None
            # The process before may have recorded more.
            self.data = _read(self.folder.path) or self.data
            with contextlib.suppress(OSError), open(self.folder.reserve, "wb", opener=private) as f:
                f.write(bytes(_RESERVE))
            yield

    def record(self, **data: Any) -> None:
        """Record data of the run."""
        with self._lock:
            self.data |= data
            self._write()

    def notice(self, text: str) -> bool:
        """Record a notice; return whether it is new."""
        with self._lock:
            if text in self.data["notices"]:
                return False
            self.record(notices=[*self.data["notices"], text])
            return True

    def action(self, action_id: str) -> dict[str, Any]:
        """Return the data of an action; empty: it has not begun."""
        data: dict[str, Any] = self.data["actions"].get(action_id, {})
        return data

    def status(self, action_id: str) -> Status:
        """Return the status of an action."""
        return Status(self.action(action_id).get("status", Status.NOT_STARTED))

    def start_action(self, action_id: str) -> None:
        """Record the start of an action."""
        with self._lock:
            before = self.action(action_id)
            kept = {"intended": before["intended"]} if "intended" in before else {}
            self._record_action(action_id, {"status": Status.IN_PROGRESS, "started": now(), **kept})

    def record_intent(self, action_id: str, intent: Mapping[str, Any]) -> None:
        """Record what an action is about to do."""
        with self._lock:
            self._record_action(action_id, {**self.action(action_id), "intended": dict(intent)})

    def end_action(
        self,
        action_id: str,
        outcome: Outcome,
        seconds: float,
        artifacts: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Record the outcome of an action, and its artifacts."""
        with self._lock:
            kept = dict(self.action(action_id))
            if outcome.status is not Status.STOPPED:
                kept.pop("intended", None)
            self.data["artifacts"] = {**self.data.get("artifacts", {}), **artifacts}
            self._record_action(
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

    def _record_action(self, action_id: str, entry: Mapping[str, Any]) -> None:
        self.data["actions"] = {**self.data["actions"], action_id: dict(entry)}
        self._write()

    def _write(self) -> None:
        content = json.dumps(self.data, indent=2).encode()
        try:
            self._replace(content)
        except OSError:  # perhaps the disk is full
            self.folder.reserve.unlink(missing_ok=True)
            try:
                self._replace(content)
            except OSError as error:
                raise RehearsalError(
                    f"{self.folder.journal} cannot be written ({error.strerror}); free some space, "
                    "and resume the run"
                ) from error

    def _replace(self, content: bytes) -> None:
        with replace_file(self.folder.journal, mode=0o600) as file:
            file.write(content)


def now() -> str:
    """Return the time in ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _numbered(root: Path, name: str) -> Path:
    number = 1
    while True:
        folder = root / f"{name}-{number:04}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return folder


def _read(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _is_valid(data: dict[str, Any]) -> bool:
    """Return whether the data of a journal has the form in which this version writes it."""
    try:
        plan = Plan.from_dict(data["plan"])
        for values in (plan.sources, plan.parameters, plan.variables, plan.exports):
            assert all(isinstance(value, str) for value in values.values())
        for text in (plan.region, *filter(None, (plan.endpoint, plan.live, plan.after))):
            assert isinstance(text, str)
        if "definition" in data:
            Pipeline.from_dict(data["definition"])
            assert isinstance(data["execution_id"], str)
        for artifact in data.get("artifacts", {}).values():
            StoredArtifact(**artifact)
        for action in data["actions"].values():
            Status(action["status"])
            assert all(isinstance(action.get(key, {}), dict) for key in ("details", "variables"))
        assert isinstance(data["notices"], list)
        assert isinstance(data.get("seconds", 0.0), int | float)
    except (KeyError, TypeError, ValueError, AttributeError, AssertionError):
        return False
    return True
