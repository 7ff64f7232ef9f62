"""Change sets: made, looked at, executed.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.rehearsal.cloudformation.stacks import NOTHING_TO_DO, Request, Stacks, reason_of
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.outcome import ActionFailed

__all__ = ["ChangeSet", "ChangeSets"]


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set that was made.

    Args:
        arn: its ARN.
        is_empty: whether there is nothing to change.
        changes: the resource changes, as DescribeChangeSet tells them.

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

    def make(self, request: Request, name: str) -> ChangeSet:
        """Make a change set, in the place of one of the same name.

        Raises:
            ActionFailed: CloudFormation refused, or the change set failed.
            Stopped: the run was stopped meanwhile.

        """
        from botocore.exceptions import ClientError

        found = self._stacks.wait(request.stack)
        fresh = found in (None, "REVIEW_IN_PROGRESS")
        if not fresh:
            self._client.delete_change_set(StackName=request.stack, ChangeSetName=name)
        elif found is not None:
            self._stacks.delete(request.stack)
        said = self._stacks.said(request)
        said.pop("StackPolicyBody", None)
        try:
            arn = self._client.create_change_set(
                ChangeSetName=name, ChangeSetType="CREATE" if fresh else "UPDATE", **said
            )["Id"]
        except ClientError as error:
            if any(words in str(error) for words in NOTHING_TO_DO):
                return ChangeSet(arn="", is_empty=True)
            raise ActionFailed(reason_of(error)) from error
        while True:
            told = self._client.describe_change_set(ChangeSetName=arn, StackName=request.stack)
            if told["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            self._stacks.pause()
        if told["Status"] == "FAILED":
            reason = str(told.get("StatusReason", ""))
            if any(words in reason for words in NOTHING_TO_DO):
                return ChangeSet(arn=str(arn), is_empty=True)
            raise ActionFailed(reason or "the change set failed")
        changes = [c["ResourceChange"] for c in self._changes(arn) if "ResourceChange" in c]
        return ChangeSet(arn=str(arn), is_empty=False, changes=changes)

    def find(self, stack: str, name: str) -> Mapping[str, Any] | None:
        """Return what DescribeChangeSet says; None: there is no such change set."""
        from botocore.exceptions import ClientError

        try:
            told = self._client.describe_change_set(ChangeSetName=name, StackName=stack)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ChangeSetNotFound", "ValidationError"):
                return None
            raise
        return dict(told)

    def execute(self, stack: str, arn: str) -> None:
        """Execute a change set.

        Raises:
            ActionFailed: CloudFormation refused, or the stack failed.
            Stopped: the run was stopped meanwhile.

        """
        from botocore.exceptions import ClientError

        try:
            self._client.execute_change_set(ChangeSetName=arn, StackName=stack)
        except ClientError as error:
            raise ActionFailed(reason_of(error)) from error
        self._stacks.settle(stack)

    def _changes(self, arn: str) -> list[Mapping[str, Any]]:
        pages = self._client.get_paginator("describe_change_set").paginate(ChangeSetName=arn)
        return [change for page in pages for change in page.get("Changes", [])]
