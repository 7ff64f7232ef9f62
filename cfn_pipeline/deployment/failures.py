"""Why a stack failed, and how to go on.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeEvents.html
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cfn_pipeline.deployment.events import STACK_TYPE, Event
from cfn_pipeline.errors import DeploymentError

#: Parts of the reasons of resources that fail because another one did.
_CASCADE = ("cancelled", "Cancelled", "The following resource(s) failed")

_WAYS_OUT = {
    "ROLLBACK_COMPLETE": "{remove}, then deploy again",
    "ROLLBACK_FAILED": "{remove}, then deploy again",
    "CREATE_FAILED": "{remove}, then deploy again",
    "UPDATE_ROLLBACK_COMPLETE": "it is as it was before; mend the cause, then deploy again",
    "UPDATE_ROLLBACK_FAILED": (
        "mend the cause, run aws cloudformation continue-update-rollback --stack-name {stack}, "
        "then deploy again"
    ),
    "DELETE_FAILED": "mend the cause, then {remove}",
}


class StackError(DeploymentError):
    """A stack that CloudFormation refuses to change, or whose change failed.

    Args:
        stack: its name.
        status: its status; None: it does not exist.
        reasons: why, the most important first.

    """

    def __init__(self, stack: str, status: str | None, reasons: Sequence[str]) -> None:
        self.stack = stack
        self.status = status
        super().__init__(*reasons)

    def way_out(self, remove: str) -> str | None:
        """Return how to go on; None: mend what the reasons say.

        Args:
            remove: the command that removes the stack.

        """
        text = _WAYS_OUT.get(self.status or "")
        return None if text is None else text.format(stack=self.stack, remove=remove)


def first_failure(events: Iterable[Event]) -> str | None:
    """Return the first failure among events, oldest first; None: all succeeded.

    Resources that fail because another one did are left out, and the stack itself unless it alone
    has a reason.
    """
    failed = [
        event
        for event in events
        if event.status.endswith("_FAILED")
        and event.reason
        and not any(words in event.reason for words in _CASCADE)
    ]
    of_resources = [event for event in failed if event.type != STACK_TYPE]
    for event in [*of_resources, *failed]:
        return f"{event.resource} ({event.type}): {event.reason}"
    return None


def validation_reasons(operation_events: Iterable[Mapping[str, Any]], *, mode: str) -> list[str]:
    """Return what the validation before a deployment found, with the path of each.

    Args:
        operation_events: as DescribeEvents returns them.
        mode: ``FAIL`` for errors, ``WARN`` for warnings.

    """
    reasons = [
        f"{event.get('ValidationPath') or event.get('LogicalResourceId', '')}: "
        f"{event.get('ValidationStatusReason') or event.get('ValidationName', '')}"
        for event in operation_events
        if event.get("EventType") == "VALIDATION_ERROR"
        and event.get("ValidationFailureMode", "FAIL") == mode
    ]
    return list(dict.fromkeys(reasons))
