"""Stacks by CloudFormation's API: found, followed while they change, deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from cfn_pipeline.deployment.account import Account, message_of, refusing
from cfn_pipeline.deployment.events import Event, event_from
from cfn_pipeline.deployment.failures import StackError, first_failure, validation_reasons

#: A stack that has a change set, and was never deployed.
REVIEW = "REVIEW_IN_PROGRESS"

_LOCAL = ("localhost", "127.0.0.1", "::1")
#: Seconds between two calls to AWS, and to an emulator on this machine.
_INTERVAL = 3.0
_SHORT_INTERVAL = 0.1
#: Seconds until an operation without events is taken for complete.
_PATIENCE = 30.0

OnEvent = Callable[[Event], None]


def is_new(described: Mapping[str, Any] | None) -> bool:
    """Return whether a stack, as DescribeStacks describes it, was never deployed."""
    return described is None or described["StackStatus"] == REVIEW


def kept_parameters(described: Mapping[str, Any] | None) -> set[str]:
    """Return the parameters of which a stack keeps the values when it is updated."""
    if described is None or is_new(described):
        return set()
    return {parameter["ParameterKey"] for parameter in described.get("Parameters", [])}


class Stacks:
    """The stacks of an account in a region.

    Args:
        account: the account.

    """

    def __init__(self, account: Account) -> None:
        self._client = account.client("cloudformation")
        is_local = urlsplit(self._client.meta.endpoint_url).hostname in _LOCAL
        self._interval = _SHORT_INTERVAL if is_local else _INTERVAL

    def find(self, stack: str) -> Mapping[str, Any] | None:
        """Return the stack as DescribeStacks describes it; None: it does not exist."""
        from botocore.exceptions import ClientError

        with refusing():
            try:
                described = self._client.describe_stacks(StackName=stack)["Stacks"][0]
            except ClientError as error:
                if "does not exist" in message_of(error):
                    return None
                raise
        return None if described["StackStatus"] == "DELETE_COMPLETE" else dict(described)

    def delete(self, stack: str, stack_id: str, on_event: OnEvent) -> str:
        """Delete a stack, and return its status.

        Args:
            stack: its name.
            stack_id: its ARN, which stays when the stack is gone.
            on_event: gets each event.

        Raises:
            StackError: CloudFormation refuses, or the stack fails.
            DeploymentError: AWS cannot be called.

        """
        last = self.last_event(stack_id)
        self.call(self._client.delete_stack, stack, None, StackName=stack_id)
        return self.settle(stack, stack_id, last, on_event, good=("DELETE_COMPLETE",))

    def resources(self, stack: str) -> list[Mapping[str, Any]]:
        """Return the resources of a stack, as ListStackResources describes them."""
        with refusing():
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack)
            return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def importers(self, export: str) -> list[str]:
        """Return the names of the stacks that import an export."""
        from botocore.exceptions import ClientError

        with refusing():
            try:
                pages = self._client.get_paginator("list_imports").paginate(ExportName=export)
                return [str(stack) for page in pages for stack in page["Imports"]]
            except ClientError as error:
                if "is not imported" in message_of(error):
                    return []
                raise

    def template(self, stack: str) -> str | Mapping[str, Any]:
        """Return the template of a stack: its text, or a mapping if it is JSON."""
        with refusing():
            body: str | Mapping[str, Any] = self._client.get_template(StackName=stack)[
                "TemplateBody"
            ]
        return body

    def call(
        self, call: Callable[..., Any], stack: str, status: str | None, **arguments: Any
    ) -> Any:
        """Call CloudFormation; what it refuses is a reason of the stack."""
        from botocore.exceptions import ClientError

        with refusing():
            try:
                return call(**arguments)
            except ClientError as error:
                raise StackError(stack, status, [message_of(error)]) from error

    def settle(
        self, stack: str, stack_id: str, last: str | None, on_event: OnEvent, good: Sequence[str]
    ) -> str:
        """Report events until a stack is stable, and return its status.

        Raises:
            StackError: its status is not a good one.

        """
        log: list[Event] = []
        deadline = time.monotonic() + _PATIENCE
        while True:
            # Before its events, so that none is lost.
            with refusing():
                described = self._client.describe_stacks(StackName=stack_id)["Stacks"][0]
            for event in self._events(stack_id, log[-1].id if log else last):
                log.append(event)
                on_event(event)
            status = str(described["StackStatus"])
            has_begun = bool(log) or time.monotonic() > deadline
            if has_begun and not status.endswith("_IN_PROGRESS"):
                break
            self.pause()
        if status in good:
            return status
        reasons = []
        with refusing():
            events = self.operation_events(StackName=stack_id, Filters={"FailedEvents": True})
        if events:
            newest = max(events, key=lambda event: event["Timestamp"]).get("OperationId")
            events = [event for event in events if event.get("OperationId") == newest]
            reasons = validation_reasons(events, mode="FAIL")
        first = first_failure(log) or str(described.get("StackStatusReason") or "")
        if first and not reasons:
            reasons.append(first)
        raise StackError(stack, status, reasons or ["CloudFormation gives no reason"])

    def pause(self) -> None:
        """Wait between two calls."""
        time.sleep(self._interval)

    def _events(self, stack_id: str, last: str | None) -> list[Event]:
        """Return the events after one, oldest first."""
        events: list[Event] = []
        with refusing():
            pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
            for page in pages:
                for described in page["StackEvents"]:
                    if described["EventId"] == last:
                        return events[::-1]
                    events.append(event_from(described))
        return events[::-1]

    def last_event(self, stack_id: str) -> str | None:
        """Return the id of the newest event of a stack; None: it has no events."""
        with refusing():
            events = self._client.describe_stack_events(StackName=stack_id)["StackEvents"]
        return str(events[0]["EventId"]) if events else None

    def operation_events(self, **arguments: Any) -> list[Mapping[str, Any]]:
        """Return what DescribeEvents tells; nothing where it may not be called."""
        from botocore.exceptions import ClientError

        try:
            pages = self._client.get_paginator("describe_events").paginate(**arguments)
            return [event for page in pages for event in page.get("OperationEvents", [])]
        except ClientError:
            return []
