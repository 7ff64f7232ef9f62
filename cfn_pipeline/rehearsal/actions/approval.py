"""Manual approvals."""

from collections.abc import Sequence

from cfn_pipeline.rehearsal.actions.variables import with_variables
from cfn_pipeline.rehearsal.context import Context, PendingChangeSet
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action


def run_approval(action: Action, context: Context, pending: Sequence[PendingChangeSet]) -> Outcome:
    """Ask for an approval; without an answer, the run stops.

    Args:
        action: the approval.
        context: of the action.
        pending: the change sets to show.

    """
    if context.stop.is_set():
        return Outcome(status=Status.STOPPED, message="stopped")
    try:
        approved, comment = context.approve(with_variables(action, context.variables), pending)
    except ActionFailed as error:
        return Outcome(status=Status.FAILED, message=str(error))
    except KeyboardInterrupt:
        context.stop.set()
        return Outcome(status=Status.STOPPED, message="stopped")
    change_sets = [
        {"stack": p.stack, "change_set": p.name, "changes": list(p.changes)} for p in pending
    ]
    return Outcome(
        status=Status.SUCCEEDED if approved else Status.REJECTED,
        message=comment or ("approved" if approved else "rejected"),
        details={"pending": change_sets},
    )
