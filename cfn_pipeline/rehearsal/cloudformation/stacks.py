"""Stacks: created, updated, changed by change sets, deleted, and waited for.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed, Stopped

__all__ = ["FAILED_STATES", "NOTHING_TO_DO", "Request", "Stacks", "reason_of"]

#: CloudFormation reads larger templates from S3 only.
_LARGEST_BODY = 51_200

#: The states from which a stack cannot be updated.
FAILED_STATES = (
    "CREATE_FAILED",
    "DELETE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_FAILED",
)

_GOOD_STATES = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
#: What CloudFormation says where nothing is to be changed.
NOTHING_TO_DO = ("No updates are to be performed", "didn't contain changes")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a stack is to be.

    Args:
        stack: its name.
        template: the template's text.
        parameters: their values.
        capabilities: CAPABILITY_IAM and so on.
        role: the ARN of the role with which CloudFormation works; None: the caller's.
        tags: of the stack.
        policy: the stack policy, as JSON; None: none.

    """

    stack: str
    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: Sequence[str] = ()
    role: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None


class Stacks:
    """The stacks of an account.

    Args:
        account: the account.
        bucket: where templates are put that are too large to be handed over.
        stop: set when nobody is to wait any more.

    """

    def __init__(self, account: Account, bucket: str, stop: threading.Event) -> None:
        self._account = account
        self._bucket = bucket
        self._stop = stop
        self._interval = 5.0 if account.endpoint is None else 0.1
        self._client = account.client("cloudformation")

    def find(self, stack: str) -> Mapping[str, Any] | None:
        """Return what DescribeStacks says of a stack; None: there is none."""
        from botocore.exceptions import ClientError

        try:
            found = self._client.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found[0]["StackStatus"] == "DELETE_COMPLETE" else dict(found[0])

    def status(self, stack: str) -> str | None:
        """Return the status of a stack; None: there is none."""
        found = self.find(stack)
        return None if found is None else str(found["StackStatus"])

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a stack."""
        found = self.find(stack) or {}
        return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}

    def parameters(self, stack: str) -> dict[str, str]:
        """Return the parameters of a stack."""
        found = self.find(stack) or {}
        return {p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", [])}

    def deploy(self, request: Request) -> bool:
        """Create a stack, or update it; return whether there was anything to do.

        Raises:
            ActionFailed: CloudFormation refused, or the stack failed.
            Stopped: the run was stopped meanwhile.

        """
        from botocore.exceptions import ClientError

        found = self.wait(request.stack)
        fresh = found in (None, "REVIEW_IN_PROGRESS")
        if found in FAILED_STATES:
            raise ActionFailed(
                f"Stack {request.stack} is in {found} state and can not be updated; delete it "
                f"(here: --delete-stack {request.stack}), or let the action replace it "
                "(REPLACE_ON_FAILURE)"
            )
        if found == "REVIEW_IN_PROGRESS":
            self.delete(request.stack)
        call = self._client.create_stack if fresh else self._client.update_stack
        try:
            call(**self.said(request))
        except ClientError as error:
            if any(words in str(error) for words in NOTHING_TO_DO):
                return False
            raise ActionFailed(reason_of(error)) from error
        self.settle(request.stack)
        return True

    def delete(self, stack: str, role: str | None = None) -> None:
        """Delete a stack, if there is one.

        Raises:
            ActionFailed: it cannot be deleted.
            Stopped: the run was stopped meanwhile.

        """
        from botocore.exceptions import ClientError

        if (found := self.find(stack)) is None:
            return
        try:
            self._client.delete_stack(
                StackName=found["StackId"], **({} if role is None else {"RoleARN": role})
            )
        except ClientError as error:
            raise ActionFailed(reason_of(error)) from error
        state = self.wait(str(found["StackId"]))
        if state is not None:
            raise ActionFailed(f"stack {stack} is {state}: {self._first_failure(stack)}")

    def wait(self, stack: str) -> str | None:
        """Wait until nobody changes a stack; return its status, None: there is none.

        Raises:
            Stopped: the run was stopped meanwhile.

        """
        while True:
            state = self.status(stack)
            if state is None or not state.endswith("IN_PROGRESS") or state == "REVIEW_IN_PROGRESS":
                return state
            self.pause()

    def settle(self, stack: str) -> None:
        """Wait until nobody changes a stack.

        Raises:
            ActionFailed: the stack has failed.
            Stopped: the run was stopped meanwhile.

        """
        state = self.wait(stack)
        if state not in _GOOD_STATES:
            raise ActionFailed(f"stack {stack} is {state}: {self._first_failure(stack)}")

    def events(self, stack: str, since: str | None = None) -> list[dict[str, str]]:
        """Return the events of a stack, oldest first.

        Args:
            stack: its name.
            since: the id of the last event that is known; None: none is.

        """
        from botocore.exceptions import ClientError

        found: list[dict[str, str]] = []
        try:
            pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
            for page in pages:
                for event in page["StackEvents"]:
                    if event["EventId"] == since:
                        return found[::-1]
                    found.append(
                        {
                            "id": event["EventId"],
                            "time": event["Timestamp"].isoformat(timespec="seconds"),
                            "resource": event.get("LogicalResourceId", ""),
                            "type": event.get("ResourceType", ""),
                            "status": event.get("ResourceStatus", ""),
                            "reason": event.get("ResourceStatusReason", ""),
                        }
                    )
        except ClientError:
            return []  # a stack that does not exist has none
        return found[::-1]

    def _first_failure(self, stack: str) -> str:
        """Return what went wrong first, in the last operation of a stack."""
        first = ""
        for event in reversed(self.events(stack)):
            begins = event["type"] == "AWS::CloudFormation::Stack" and event["resource"] == stack
            if event["status"].endswith("_FAILED") and "cancelled" not in event["reason"]:
                first = f"{event['resource']} ({event['type']}): {event['reason']}"
            if begins and event["status"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                break
        return first or str((self.find(stack) or {}).get("StackStatusReason", "no reason given"))

    def said(self, request: Request) -> dict[str, Any]:
        """Return a request in the terms of the API; a large template is put into the bucket."""
        said: dict[str, Any] = {
            "StackName": request.stack,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in request.parameters.items()
            ],
            "Capabilities": list(request.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in request.tags.items()],
        }
        if request.role is not None:
            said["RoleARN"] = request.role
        if request.policy is not None:
            said["StackPolicyBody"] = request.policy
        if len(request.template.encode()) <= _LARGEST_BODY:
            return said | {"TemplateBody": request.template}
        key = f"rehearsal/{request.stack}.template"
        s3 = self._account.client("s3")
        s3.put_object(Bucket=self._bucket, Key=key, Body=request.template.encode())
        where = self._account.endpoint or f"https://s3.{self._account.region}.amazonaws.com"
        return said | {"TemplateURL": f"{where}/{self._bucket}/{key}"}

    def pause(self) -> None:
        """Wait for a moment.

        Raises:
            Stopped: the run was stopped meanwhile.

        """
        if self._stop.wait(self._interval):
            raise Stopped


def reason_of(error: Any) -> str:
    """Return what AWS said, without what botocore says around it."""
    return str(error.response["Error"].get("Message") or error)
