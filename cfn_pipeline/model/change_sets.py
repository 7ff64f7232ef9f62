"""The change sets of a pipeline: when they wait for their execution, and for which approval."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, Approve
from cfn_pipeline.model.deployments import CreateChangeSet, ExecuteChangeSet
from cfn_pipeline.model.values import Value

#: A stage's name, and its actions by run order.
Groups: TypeAlias = tuple[str, Sequence[Sequence[Action]]]


@frozen
class DescribedApproval(Frozen):
    """An approval whose message describes change sets.

    Args:
        stage: the name of its stage.
        action: the approval.
        change_sets: the actions that create what waits for it: the latest one of each stack.

    """

    stage: str
    action: Approve
    change_sets: Sequence[CreateChangeSet]


def described_approvals(stages: Iterable[Groups]) -> list[DescribedApproval]:
    """Return the approvals that describe changes, in order, each with the change sets."""
    described = []
    waiting: dict[tuple[Value | None, ...], CreateChangeSet] = {}
    for stage, groups in stages:
        for group in groups:
            for action in group:
                if isinstance(action, ExecuteChangeSet):
                    # CloudFormation deletes the stack's other change sets.
                    waiting.pop(_stack(action.of), None)
                elif isinstance(action, Approve) and action.describe_changes:
                    change_sets = tuple(waiting.values())
                    described.append(
                        DescribedApproval(stage=stage, action=action, change_sets=change_sets)
                    )
            for action in group:
                if isinstance(action, CreateChangeSet):
                    waiting[_stack(action)] = action
    return described


def description_problems(stages: Sequence[Groups], execution_mode: str | None) -> Iterator[str]:
    """Yield approvals that have nothing to describe, or cannot approve what is empty."""
    for approval in described_approvals(stages):
        where = f"stage {approval.stage!r}, action {approval.action.name!r}"
        if not approval.change_sets:
            yield (
                f"{where}: describe_changes needs a change set that waits for the approval; add a "
                "CreateChangeSet before it and an ExecuteChangeSet after it, or remove "
                "describe_changes"
            )
        if not approval.action.approve_empty:
            continue
        if execution_mode == "PARALLEL":
            yield (
                f"{where}: approve_empty is not possible in execution_mode PARALLEL, in which "
                "another execution can replace the change set; remove it"
            )
        here = [a for stage, groups in stages if stage == approval.stage for g in groups for a in g]
        elsewhere = {
            action.of.name
            for _, groups in stages
            for group in groups
            for action in group
            if isinstance(action, ExecuteChangeSet)
            and action.of in approval.change_sets
            and not (action in here and action.of in here)
        }
        for name in sorted(elsewhere):
            yield (
                f"{where}: approve_empty needs change sets that are created and executed in its "
                f"stage, where no other execution can replace them (got that of action {name!r}); "
                "move them, or remove approve_empty"
            )


def change_set_problems(stages: Iterable[Groups]) -> Iterator[str]:
    """Yield change sets that do not exist, or no longer exist, when they are executed."""
    waiting: dict[tuple[Value | None, ...], CreateChangeSet | None] = {}
    for stage, groups in stages:
        for group in groups:
            for action in group:
                if isinstance(action, ExecuteChangeSet):
                    key = _place(action.of)
                    if waiting.get(key) != action.of:
                        where = f"stage {stage!r}, action {action.name!r}"
                        yield _not_waiting(action, where, key in waiting)
                    waiting[key] = None
            for action in group:
                if isinstance(action, CreateChangeSet):
                    waiting[_place(action)] = action


def _stack(change: CreateChangeSet) -> tuple[Value | None, ...]:
    """Return what tells a stack from others: stacks of two accounts may have one name."""
    return (change.stack, change.region, change.action_role)


def _place(change: CreateChangeSet) -> tuple[Value | None, ...]:
    """Return what tells a change set from others."""
    return (*_stack(change), change.change_set_name)


def _not_waiting(action: ExecuteChangeSet, where: str, executed: bool) -> str:
    if executed:
        return (
            f"{where}: the change set {action.of.change_set_name!r} of stack {action.stack!r} is "
            f"not the one of action {action.of.name!r} any more: it was executed or replaced; "
            "execute each change set once, before the next with its name"
        )
    return (
        f"{where}: the change set is created by action {action.of.name!r}, which does not run "
        "before; move it to an earlier stage or place"
    )
