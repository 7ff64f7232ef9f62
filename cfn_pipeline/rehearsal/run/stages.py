"""The stages of a pipeline, one after another.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cfn_pipeline.rehearsal.actions.runners import run_action, unresolved, with_variables
from cfn_pipeline.rehearsal.actions.variables import Unresolved
from cfn_pipeline.rehearsal.context import Context, Pending
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline
from cfn_pipeline.rehearsal.run.journal import Journal

__all__ = ["Listener", "Run"]


class Listener(Protocol):
    """Whoever follows a run."""

    def prepares(self, what: str) -> None:
        """Hear what is done before the pipeline runs."""

    def begins(self, pipeline: Pipeline, journal: Journal) -> None:
        """Hear that the pipeline runs."""

    def changed(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Hear that an action has begun, or ended."""

    def notices(self, text: str) -> None:
        """Hear what is to be said loudly."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of a pipeline.

    Args:
        context: what its actions work with.
        journal: where it is recorded; actions that have succeeded there are not run again.
        listener: who follows it.
        skip: the ids of actions that are skipped.
        save: makes what was deployed outlast whatever comes.

    """

    context: Context
    journal: Journal
    listener: Listener
    skip: Collection[str]
    save: Callable[[], None]

    def run(self) -> Status:
        """Run the stages, as far as nothing fails, and return how that ended."""
        for stage in self.context.pipeline.stages:
            if stage.name in self.context.pipeline.disabled:
                reason = self.context.pipeline.disabled[stage.name] or "no reason given"
                said = (
                    f"stage '{stage.name}': the transition to it is disabled ({reason}): here the "
                    "pipeline waits"
                )
                self.journal.notice(said)
                self.listener.notices(said)  # each time that somebody comes to it
                return Status.STOPPED
            if stage.unrehearsed:
                self.context.notice(
                    f"stage '{stage.name}': {', '.join(stage.unrehearsed)} is not rehearsed"
                )
            for group in stage.groups:
                ended = self._group(group)
                if ended is not Status.SUCCEEDED:
                    return ended
        return Status.SUCCEEDED

    @property
    def _stop(self) -> threading.Event:
        return self.context.stop

    def _group(self, group: Sequence[Action]) -> Status:
        """Run actions side by side; return how that ended."""
        todo = [action for action in group if not self.journal.status(action.id).is_done]
        for action in [action for action in todo if action.id in self.skip]:
            self._end(action, Outcome(status=Status.SKIPPED, message="as --skip says"), 0.0)
            todo.remove(action)
        if not todo:
            return Status.SUCCEEDED
        if self._stop.is_set():
            return Status.STOPPED
        approvals = [action for action in todo if action.is_approval]
        with ThreadPoolExecutor(max_workers=len(todo)) as pool:
            running = [pool.submit(self._one, action) for action in todo if action not in approvals]
            outcomes = [self._one(action) for action in approvals]
            outcomes += self._awaited(running)
        for status in (Status.STOPPED, Status.FAILED, Status.REJECTED):
            if any(outcome.status is status for outcome in outcomes):
                return status
        return Status.SUCCEEDED

    @staticmethod
    def _awaited(running: "Sequence[Future[Outcome]]") -> list[Outcome]:
        waiting = set(running)
        while waiting:  # a wait without end would keep signals from the main thread
            _, waiting = wait(waiting, timeout=0.2)
        return [future.result() for future in running]

    def _one(self, action: Action) -> Outcome:
        before = self.journal.action(action.id)
        began = time.monotonic()
        self.journal.action_begins(action.id)
        self.listener.changed(action, Status.IN_PROGRESS, 0.0, "")
        context = replace(
            self.context,
            variables=self._variables(),
            intend=lambda intended: self.journal.action_intends(action.id, intended),
            intended=before.get("intended", {}),
        )
        if action.is_approval:
            outcome = self._approval(action, context.variables)
        else:
            outcome = run_action(action, context)
        self._end(action, outcome, time.monotonic() - began)
        return outcome

    def _end(self, action: Action, outcome: Outcome, seconds: float) -> None:
        self.save()
        known = dict(self.context.artifacts.stored)  # others may add theirs meanwhile
        made = {name: known[name].said for name in action.outputs if name in known}
        self.journal.action_ends(action.id, outcome, seconds, made)
        self.listener.changed(action, outcome.status, seconds, outcome.message)

    def _approval(self, action: Action, variables: Mapping[str, Mapping[str, str]]) -> Outcome:
        pending = self._pending()
        if self._stop.is_set():
            return Outcome(status=Status.STOPPED, message="stopped")
        try:
            shown = with_variables(action, variables)
            approved, comment = self.context.approve(shown, pending)
        except Unresolved as error:
            return unresolved(error)
        except KeyboardInterrupt:
            self._stop.set()
            return Outcome(status=Status.STOPPED, message="stopped")
        said = comment or ("approved" if approved else "rejected")
        waiting = [
            {"stack": p.stack, "change_set": p.change_set, "changes": list(p.changes)}
            for p in pending
        ]
        return Outcome(
            status=Status.SUCCEEDED if approved else Status.REJECTED,
            message=said,
            details={"pending": waiting},
        )

    def _pending(self) -> list[Pending]:
        """Return the change sets that wait to be executed."""
        found: dict[tuple[str, str], Pending] = {}
        for action in self.context.pipeline.actions:
            known = self.journal.action(action.id)
            details: Mapping[str, Any] = known.get("details", {})
            name = str(details.get("change_set", ""))
            if not name or known.get("status") != Status.SUCCEEDED:
                continue
            where = (str(details["stack"]), name)
            if details["mode"] == "CHANGE_SET_REPLACE":
                found[where] = Pending(
                    stack=where[0], change_set=name, changes=details.get("changes", [])
                )
            else:
                found.pop(where, None)
        return list(found.values())

    def _variables(self) -> dict[str, Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = dict(self.context.variables)
        for action in self.context.pipeline.actions:
            if action.namespace is not None:
                known = self.journal.action(action.id)
                found[action.namespace] = known.get("variables", {})
        return found
