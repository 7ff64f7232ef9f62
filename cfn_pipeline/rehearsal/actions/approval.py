"""Manual approvals, and the functions that rules run when one begins."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.rehearsal.actions.variables import with_variables
from cfn_pipeline.rehearsal.context import Context, PendingChangeSet
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action


def run_approval(action: Action, context: Context, pending: Sequence[PendingChangeSet]) -> Outcome:
    """Ask for an approval, unless a function gives it; without an answer, the run stops.

    Args:
        action: the approval.
        context: of the action.
        pending: the change sets to show.

    """
    if context.stop.is_set():
        return Outcome(status=Status.STOPPED, message="stopped")
    messages: list[dict[str, str]] = []
    try:
        resolved = with_variables(action, context.variables)
        result = _announced(resolved, context, messages)
        if result is None:
            approved, comment = context.approve(resolved, pending)
        else:
            approved = result.get("status") == "Approved"
            comment = f"{result.get('summary', '')} (by a function)".strip()
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
        details={"pending": change_sets, "messages": messages},
    )


def _announced(
    action: Action, context: Context, messages: list[dict[str, str]]
) -> Mapping[str, Any] | None:
    """Run the functions that wait for the beginning of an approval, and return its result.

    Args:
        action: the approval.
        context: of the action.
        messages: gets what each function returns.

    Returns:
        The result that a function has given; None: none has, or another AWS is used.

    """
    if context.local is None:
        return None
    began = context.local.begin_approval(
        {
            "pipeline": context.pipeline.name,
            "execution-id": context.variables["codepipeline"]["PipelineExecutionId"],
            "stage": action.stage,
            "action": action.name,
            "state": "STARTED",
            "region": context.account.region,
            "type": {
                "owner": action.owner,
                "category": action.category,
                "provider": action.provider,
                "version": "1",
            },
        }
    )
    for each in began:
        name = each["function"].rpartition(":")[2]
        text, failed = _returned(each["function"], each["event"], context)
        if failed:
            context.notify(f"{action.where}: function {name} fails: {text}")
        messages.append({"function": name, "text": text})
    return context.local.end_approval()


def _returned(function: str, event: str, context: Context) -> tuple[str, bool]:
    """Run a function; return what it returns, as text, and whether it fails."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        response = context.account.client("lambda").invoke(
            FunctionName=function, Payload=event.encode()
        )
        payload = response["Payload"].read().decode()
    except (BotoCoreError, ClientError) as error:
        return str(error), True
    try:
        value = json.loads(payload)
    except ValueError:
        value = payload
    failed = "FunctionError" in response
    if failed and isinstance(value, dict):
        value = value.get("errorMessage", value)
    return value if isinstance(value, str) else json.dumps(value), failed
