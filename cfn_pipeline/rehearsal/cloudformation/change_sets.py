"""Create, describe and execute change sets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.aws.cloudformation import NO_CHANGES
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks, message_of
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set that was created.

    Args:
        arn: its ARN.
        is_empty: whether it has no changes.
        changes: the resource changes, as DescribeChangeSet returns them.

    """

    arn: str
    is_empty: bool
    changes: Sequence[Mapping[str, Any]] = ()


class ChangeSets:
    """The change sets of an account.

    Args:
        account: the account.
        stacks: its stacks.

    """

    def __init__(self, account: Account, stacks: Stacks) -> None:
        self._client = account.client("cloudformation")
        self._stacks = stacks

    def create(self, request: Request, name: str) -> ChangeSet:
        """Create a change set; it replaces one of the same name.

        Raises:
            ActionFailed: CloudFormation refuses, or the change set fails.
            Stopped: the run is stopped.

        """
        from botocore.exceptions import ClientError

        status = self._stacks.wait(request.stack)
        is_new = status in (None, "REVIEW_IN_PROGRESS")
        if not is_new:
            self._client.delete_change_set(StackName=request.stack, ChangeSetName=name)
        elif status is not None:
            self._stacks.delete(request.stack)
        arguments = self._stacks.api_request(request)
        arguments.pop("StackPolicyBody", None)
        try:
            arn = self._client.create_change_set(
                ChangeSetName=name, ChangeSetType="CREATE" if is_new else "UPDATE", **arguments
            )["Id"]
        except ClientError as error:
            if any(words in str(error) for words in NO_CHANGES):
                return ChangeSet(arn="", is_empty=True)
            raise ActionFailed(message_of(error)) from error
        while True:
            response = self._client.describe_change_set(ChangeSetName=arn, StackName=request.stack)
            if response["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            self._stacks.pause()
        if response["Status"] == "FAILED":
            reason = str(response.get("StatusReason", ""))
            if any(words in reason for words in NO_CHANGES):
                return ChangeSet(arn=str(arn), is_empty=True)
            raise ActionFailed(reason or "the change set failed")
        changes = [c["ResourceChange"] for c in self._changes(arn) if "ResourceChange" in c]
        return ChangeSet(arn=str(arn), is_empty=False, changes=changes)

    def find(self, stack: str, name: str) -> Mapping[str, Any] | None:
        """Return the change set as DescribeChangeSet describes it; None: it does not exist."""
        from botocore.exceptions import ClientError

        try:
            response = self._client.describe_change_set(ChangeSetName=name, StackName=stack)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ChangeSetNotFound", "ValidationError"):
                return None
            raise
        return dict(response)

    def execute(self, stack: str, arn: str) -> None:
        """Execute a change set.

        Raises:
            ActionFailed: CloudFormation refuses, or the stack fails.
            Stopped: the run is stopped.

        """
        from botocore.exceptions import ClientError

        try:
            self._client.execute_change_set(ChangeSetName=arn, StackName=stack)
        except ClientError as error:
            raise ActionFailed(message_of(error)) from error
        self._stacks.settle(stack)

    def _changes(self, arn: str) -> list[Mapping[str, Any]]:
        pages = self._client.get_paginator("describe_change_set").paginate(ChangeSetName=arn)
        return [change for page in pages for change in page.get("Changes", [])]
