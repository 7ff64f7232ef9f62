"""The stages of a pipeline, one after another.

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.actions.approval import run_approval
from cfn_pipeline.rehearsal.actions.runners import run_action
from cfn_pipeline.rehearsal.actions.variables import check_variable
from cfn_pipeline.rehearsal.context import Context, PendingChangeSet
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from cfn_pipeline.rehearsal.run.journal import Journal


class Listener(Protocol):
    """Follows a run."""

    def on_prepare(self, step: str) -> None:
        """Receive a step before the pipeline runs."""

    def on_start(self, pipeline: Pipeline, journal: Journal) -> None:
        """Receive the pipeline when it starts."""

    def on_action(self, action: Action, status: Status, seconds: float, message: str) -> None:
        """Receive an action that has begun or ended."""

    def on_notice(self, text: str) -> None:
        """Receive a notice."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of a pipeline.

    Args:
        context: what its actions work with.
        journal: of the run; actions that have succeeded in it are not run again.
        listener: follows the run.
        skip: the ids of actions to skip.

    """

    context: Context
    journal: Journal
    listener: Listener
    skip: Collection[str]

    def run(self) -> Status:
        """Run the stages until one fails, and return the status of the run."""
        for stage in self.context.pipeline.stages:
            if stage.name in self.context.pipeline.disabled:
                reason = self.context.pipeline.disabled[stage.name] or "no reason given"
                notice = (
                    f"stage '{stage.name}': its inbound transition is disabled ({reason}); the "
                    "pipeline stops before it"
                )
                self.journal.notice(notice)
                self.listener.on_notice(notice)  # in each run, also if the journal has it
                return Status.STOPPED
            if stage.unrehearsed:
                self.context.notify(
                    f"stage '{stage.name}': {', '.join(stage.unrehearsed)} is not rehearsed"
                )
            if reason := self._unmet(stage):
                if stage.entry_result != "SKIP":
                    self.context.notify(f"stage '{stage.name}': its condition fails: {reason}")
                    return Status.FAILED
                for action in stage.actions:
                    message = f"the stage is skipped: {reason}"
                    self._end(action, Outcome(status=Status.SKIPPED, message=message), 0.0)
                continue
            for group in stage.groups:
                status = self._group(group)
                if status is not Status.SUCCEEDED:
                    return status
        return Status.SUCCEEDED

    def _unmet(self, stage: Stage) -> str:
        """Return which rule before a stage is not met; empty: all are, or the stage has begun."""
        if any(self.journal.status(action.id).is_done for action in stage.actions):
            return ""
        for rule in stage.entry:
            try:
                is_met, text = check_variable(rule, self._variables())
            except ActionFailed as error:
                return str(error)
            if not is_met:
                return text
        return ""

    @property
    def _stop(self) -> threading.Event:
        return self.context.stop

    def _group(self, group: Sequence[Action]) -> Status:
        """Run actions in parallel, and return the status of the run."""
        todo = [action for action in group if not self.journal.status(action.id).is_done]
        for action in [action for action in todo if action.id in self.skip]:
            self._end(action, Outcome(status=Status.SKIPPED, message="skipped by --skip"), 0.0)
            todo.remove(action)
        if not todo:
            return Status.SUCCEEDED
        if self._stop.is_set():
            return Status.STOPPED
        approvals = [action for action in todo if action.is_approval]
        with ThreadPoolExecutor(max_workers=len(todo)) as pool:
            running = [pool.submit(self._one, action) for action in todo if action not in approvals]
            outcomes = [self._one(action) for action in approvals]
            outcomes += self._results(running)
        for status in (Status.STOPPED, Status.FAILED, Status.REJECTED):
            if any(outcome.status is status for outcome in outcomes):
                return status
        return Status.SUCCEEDED

    @staticmethod
    def _results(running: "Sequence[Future[Outcome]]") -> list[Outcome]:
        waiting = set(running)
        while waiting:  # without a timeout, the main thread would receive no signals
            _, waiting = wait(waiting, timeout=0.2)
        return [future.result() for future in running]

    def _one(self, action: Action) -> Outcome:
        earlier = self.journal.action(action.id)
        began = time.monotonic()
        self.journal.start_action(action.id)
        self.listener.on_action(action, Status.IN_PROGRESS, 0.0, "")
        context = replace(
            self.context,
            variables=self._variables(),
            record_intent=lambda intent: self.journal.record_intent(action.id, intent),
            intent=earlier.get("intended", {}),
        )
        if action.is_approval:
            outcome = run_approval(action, context, self._pending())
        else:
            outcome = run_action(action, context)
        return self._end(action, outcome, time.monotonic() - began)

    def _end(self, action: Action, outcome: Outcome, seconds: float) -> Outcome:
        """Record the outcome of an action, and return it: it fails if the account is not saved."""
        try:
            self.context.save()
        except RehearsalError as error:
            message = f"{outcome.message}; {error}" if outcome.message else str(error)
            outcome = replace(outcome, status=Status.FAILED, message=message)
        stored = dict(self.context.artifacts.stored)  # a copy: other actions may add theirs
        artifacts = {name: stored[name].to_dict() for name in action.outputs if name in stored}
        self.journal.end_action(action.id, outcome, seconds, artifacts)
        self.listener.on_action(action, outcome.status, seconds, outcome.message)
        return outcome

    def _pending(self) -> list[PendingChangeSet]:
        """Return the change sets that are created and not executed: the latest of each stack.

        CloudFormation deletes the other change sets of a stack when one is executed.
        """
        pending: dict[tuple[str | None, ...], PendingChangeSet] = {}
        for action in self.context.pipeline.actions:
            data = self.journal.action(action.id)
            details: Mapping[str, Any] = data.get("details", {})
            name = str(details.get("change_set", ""))
            if not name or data.get("status") != Status.SUCCEEDED:
                continue
            stack = str(details["stack"])
            key = (action.account, action.region, stack)
            pending.pop(key, None)
            if details["mode"] == "CHANGE_SET_REPLACE":
                changes = details.get("changes", [])
                pending[key] = PendingChangeSet(stack=stack, name=name, changes=changes)
        return list(pending.values())

    def _variables(self) -> dict[str, Mapping[str, str]]:
        variables: dict[str, Mapping[str, str]] = dict(self.context.variables)
        for action in self.context.pipeline.actions:
            if action.namespace is not None:
                variables[action.namespace] = self.journal.action(action.id).get("variables", {})
        return variables
