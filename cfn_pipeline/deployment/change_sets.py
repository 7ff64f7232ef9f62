"""Change sets of stacks: proposed, shown, executed or discarded.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

import contextlib
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.aws.cloudformation import FAILED_STATES, GOOD_STATES, NO_CHANGES
from cfn_pipeline.deployment.account import Account, refusing
from cfn_pipeline.deployment.failures import StackError, validation_reasons
from cfn_pipeline.deployment.planning import Step
from cfn_pipeline.deployment.stacks import REVIEW, OnEvent, Stacks, is_new, kept_parameters
from cfn_pipeline.errors import DeploymentError


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set that can be executed.

    Args:
        stack: the stack's name.
        stack_id: its ARN.
        arn: the change set's ARN.
        is_new: whether it creates the stack.
        changes: the changes of resources, as DescribeChangeSet returns them.
        warnings: of the validation before the deployment.

    """

    stack: str
    stack_id: str
    arn: str
    is_new: bool
    changes: Sequence[Mapping[str, Any]]
    warnings: Sequence[str] = ()


class ChangeSets:
    """The change sets of an account in a region.

    Args:
        account: the account.
        stacks: its stacks.
        bucket: for templates that are too large for a request; None: none is given.

    """

    def __init__(self, account: Account, stacks: Stacks, *, bucket: str | None = None) -> None:
        self._account = account
        self._stacks = stacks
        self._bucket = bucket
        self._client = account.client("cloudformation")

    def propose(self, step: Step, existing: Mapping[str, Any] | None) -> ChangeSet | None:
        """Create a change set; None: it has no changes.

        Args:
            step: the stack to create or update.
            existing: the stack as it is; None: it does not exist.

        Raises:
            StackError: the stack cannot be changed, or CloudFormation refuses.
            DeploymentError: AWS cannot be called.

        """
        status = None if existing is None else str(existing["StackStatus"])
        _require_stable(step.stack, status)
        creates = is_new(existing)
        answer = self._stacks.call(
            self._client.create_change_set,
            step.stack,
            status,
            StackName=step.stack,
            ChangeSetName=f"cfn-pipeline-{uuid.uuid4().hex[:12]}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            Parameters=_parameters(step, existing),
            Capabilities=list(step.target.capabilities),
            **({"Tags": _tags(step)} if step.tags else {}),
            **self._template(step),
        )
        change_set = ChangeSet(
            stack=step.stack,
            stack_id=answer["StackId"],
            arn=answer["Id"],
            is_new=creates,
            changes=(),
        )
        try:
            return self._complete(change_set, status)
        except BaseException:
            with contextlib.suppress(DeploymentError):
                self.discard(change_set)
            raise

    def _complete(self, change_set: ChangeSet, status: str | None) -> ChangeSet | None:
        """Wait for a change set, and read its changes; None: it has none."""
        arn = change_set.arn
        with refusing():
            while True:
                described = self._client.describe_change_set(ChangeSetName=arn)
                if described["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                    break
                self._stacks.pause()
            events = self._stacks.operation_events(ChangeSetName=arn)
            if described["Status"] == "FAILED":
                reason = str(described.get("StatusReason", ""))
                if any(words in reason for words in NO_CHANGES):
                    self._client.delete_change_set(ChangeSetName=arn)
                    return None
                reasons = validation_reasons(events, mode="FAIL")
                reasons.append(reason or "the change set failed; CloudFormation gives no reason")
                raise StackError(change_set.stack, status, reasons)
            pages = self._client.get_paginator("describe_change_set").paginate(ChangeSetName=arn)
            changes = [change for page in pages for change in page.get("Changes", [])]
        return ChangeSet(
            stack=change_set.stack,
            stack_id=change_set.stack_id,
            arn=arn,
            is_new=change_set.is_new,
            changes=[c["ResourceChange"] for c in changes if "ResourceChange" in c],
            warnings=validation_reasons(events, mode="WARN"),
        )

    def discard(self, change_set: ChangeSet) -> None:
        """Delete a change set, and the stack that exists because of it alone."""
        with refusing():
            self._client.delete_change_set(ChangeSetName=change_set.arn)
            if change_set.is_new:
                self._client.delete_stack(StackName=change_set.stack_id)

    def execute(self, change_set: ChangeSet, on_event: OnEvent) -> str:
        """Execute a change set, and return the stack's status.

        Raises:
            StackError: CloudFormation refuses, or the stack fails.
            DeploymentError: AWS cannot be called.

        """
        stack_id = change_set.stack_id
        last = self._stacks.last_event(stack_id)
        self._stacks.call(
            self._client.execute_change_set, change_set.stack, None, ChangeSetName=change_set.arn
        )
        return self._stacks.settle(change_set.stack, stack_id, last, on_event, good=GOOD_STATES)

    def set_policy(self, step: Step) -> None:
        """Set the stack policy of a step, if it has one."""
        if step.policy is not None:
            with refusing():
                self._client.set_stack_policy(StackName=step.stack, StackPolicyBody=step.policy)

    def _template(self, step: Step) -> dict[str, str]:
        """Return the template as an argument; a large one is put into the bucket first."""
        if not step.is_large or self._bucket is None:
            return {"TemplateBody": step.text}
        content = step.text.encode()
        key = f"{step.stack}/{hashlib.sha256(content).hexdigest()[:16]}.template"
        s3 = self._account.client("s3")
        with refusing():
            s3.put_object(Bucket=self._bucket, Key=key, Body=content)
        return {"TemplateURL": f"{s3.meta.endpoint_url}/{self._bucket}/{key}"}


def _require_stable(stack: str, status: str | None) -> None:
    """Refuse a stack that is being changed, or that cannot be updated.

    Raises:
        StackError: its status is such.

    """
    if status is None or status == REVIEW:
        return
    if status in FAILED_STATES:
        raise StackError(stack, status, ["CloudFormation cannot update a stack in this state"])
    if status.endswith("_IN_PROGRESS"):
        raise StackError(stack, status, [f"it is {status}; wait until it is complete"])


def _parameters(step: Step, existing: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the values of parameters; the stack's own stay where none is given."""
    kept = kept_parameters(existing)
    parameters: list[dict[str, Any]] = []
    for name in step.declared:
        value = step.value(name)
        if value is not None:
            parameters.append({"ParameterKey": name, "ParameterValue": value})
        elif name in kept:
            parameters.append({"ParameterKey": name, "UsePreviousValue": True})
    return parameters


def _tags(step: Step) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in step.tags.items()]
