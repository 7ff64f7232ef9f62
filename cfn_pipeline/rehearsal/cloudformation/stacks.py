"""Create, update and delete stacks, and wait for them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
"""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.aws.cloudformation import FAILED_STATES, GOOD_STATES, NO_CHANGES, TEMPLATE_BODY
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed, Stopped


def templates_bucket(account: Account) -> str:
    """Return the bucket of templates that are too large for a request, in the local AWS."""
    return f"rehearsal-templates-{account.number}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A stack to create or update.

    Args:
        stack: its name.
        template: the text of the template.
        parameters: values by name.
        capabilities: such as CAPABILITY_IAM.
        role: the ARN of the role that CloudFormation assumes; None: the caller's credentials.
        tags: of the stack.
        policy: the stack policy in JSON; None: no policy.

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
        bucket: for templates that are too large for a request.
        stop: set when the run is to stop.

    """

    def __init__(self, account: Account, bucket: str, stop: threading.Event) -> None:
        self._account = account
        self._bucket = bucket
        self._stop = stop
        self._interval = 5.0 if account.endpoint is None else 0.1
        self._client = account.client("cloudformation")

    def find(self, stack: str) -> Mapping[str, Any] | None:
        """Return the stack as DescribeStacks describes it; None: it does not exist."""
        from botocore.exceptions import ClientError

        try:
            [found, *_] = self._client.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] == "DELETE_COMPLETE" else dict(found)

    def status(self, stack: str) -> str | None:
        """Return the status of a stack; None: it does not exist."""
        found = self.find(stack)
        return None if found is None else str(found["StackStatus"])

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a stack."""
        found = self.find(stack) or {}
        return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}

    def physical_id(self, stack: str, resource: str) -> str:
        """Return the physical id of a resource in a stack."""
        response = self._client.describe_stack_resource(StackName=stack, LogicalResourceId=resource)
        return str(response["StackResourceDetail"]["PhysicalResourceId"])

    def parameters(self, stack: str) -> dict[str, str]:
        """Return the parameters of a stack."""
        found = self.find(stack) or {}
        return {p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", [])}

    def template(self, stack: str) -> str:
        """Return the text of the template of a stack; empty: it cannot be read."""
        from botocore.exceptions import ClientError

        try:
            body = self._client.get_template(StackName=stack)["TemplateBody"]
        except ClientError:
            return ""
        return body if isinstance(body, str) else json.dumps(body)

    def deploy(self, request: Request) -> bool:
        """Create or update a stack; return whether there were changes.

        Raises:
            ActionFailed: CloudFormation refuses, or the stack fails.
            Stopped: the run is stopped.

        """
        from botocore.exceptions import ClientError

        status = self.wait(request.stack)
        is_new = status in (None, "REVIEW_IN_PROGRESS")
        if status in FAILED_STATES:
            raise ActionFailed(
                f"Stack {request.stack} is in {status} state and can not be updated; delete it "
                f"(here: --delete-stack {request.stack}), or replace it with the ActionMode "
                "REPLACE_ON_FAILURE",
                {"failed_stack": request.stack},
            )
        if status == "REVIEW_IN_PROGRESS":
            self.delete(request.stack)
        call = self._client.create_stack if is_new else self._client.update_stack
        try:
            call(**self.api_request(request))
        except ClientError as error:
            if any(words in str(error) for words in NO_CHANGES):
                return False
            raise ActionFailed(message_of(error)) from error
        self.settle(request.stack)
        return True

    def delete(self, stack: str, role: str | None = None) -> None:
        """Delete a stack, if it exists.

        Raises:
            ActionFailed: it cannot be deleted.
            Stopped: the run is stopped.

        """
        from botocore.exceptions import ClientError

        found = self.find(stack)
        if found is None:
            return
        try:
            self._client.delete_stack(
                StackName=found["StackId"], **({} if role is None else {"RoleARN": role})
            )
        except ClientError as error:
            raise ActionFailed(message_of(error)) from error
        status = self.wait(str(found["StackId"]))
        if status is not None:
            raise ActionFailed(f"stack {stack} is {status}: {self._first_failure(stack)}")

    def wait(self, stack: str) -> str | None:
        """Wait until a stack is stable, and return its status; None: it does not exist.

        Raises:
            Stopped: the run is stopped.

        """
        while True:
            status = self.status(stack)
            if status in (None, "REVIEW_IN_PROGRESS") or not status.endswith("IN_PROGRESS"):
                return status
            self.pause()

    def settle(self, stack: str) -> None:
        """Wait until a stack is stable.

        Raises:
            ActionFailed: it has failed.
            Stopped: the run is stopped.

        """
        status = self.wait(stack)
        if status not in GOOD_STATES:
            raise ActionFailed(
                f"stack {stack} is {status}: {self._first_failure(stack)}",
                {"failed_stack": stack} if status in FAILED_STATES else {},
            )

    def events(self, stack: str, since: str | None = None) -> list[dict[str, str]]:
        """Return the events of a stack, oldest first.

        Args:
            stack: its name.
            since: the id of the event after which to begin; None: with the first.

        """
        from botocore.exceptions import ClientError

        events: list[dict[str, str]] = []
        try:
            pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
            for page in pages:
                for event in page["StackEvents"]:
                    if event["EventId"] == since:
                        return events[::-1]
                    events.append(
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
        return events[::-1]

    def _first_failure(self, stack: str) -> str:
        """Return the first failure in the last operation of a stack."""
        first = ""
        for event in reversed(self.events(stack)):
            begins = event["type"] == "AWS::CloudFormation::Stack" and event["resource"] == stack
            if event["status"].endswith("_FAILED") and "cancelled" not in event["reason"]:
                first = f"{event['resource']} ({event['type']}): {event['reason']}"
            if begins and event["status"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                break
        return first or str((self.find(stack) or {}).get("StackStatusReason", "no reason given"))

    def api_request(self, request: Request) -> dict[str, Any]:
        """Return the arguments of an API call; a large template is uploaded to the bucket."""
        arguments: dict[str, Any] = {
            "StackName": request.stack,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in request.parameters.items()
            ],
            "Capabilities": list(request.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in request.tags.items()],
        }
        if request.role is not None:
            arguments["RoleARN"] = request.role
        if request.policy is not None:
            arguments["StackPolicyBody"] = request.policy
        if len(request.template.encode()) <= TEMPLATE_BODY:
            return arguments | {"TemplateBody": request.template}
        key = f"rehearsal/{request.stack}.template"
        s3 = self._account.client("s3")
        s3.put_object(Bucket=self._bucket, Key=key, Body=request.template.encode())
        base = self._account.endpoint or f"https://s3.{self._account.region}.amazonaws.com"
        return arguments | {"TemplateURL": f"{base}/{self._bucket}/{key}"}

    def pause(self) -> None:
        """Wait between two calls.

        Raises:
            Stopped: the run is stopped.

        """
        if self._stop.wait(self._interval):
            raise Stopped


def message_of(error: Any) -> str:
    """Return AWS's message, without what botocore adds to it."""
    return str(error.response["Error"].get("Message") or error)
