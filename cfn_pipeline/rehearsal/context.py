"""What every action of a run works with."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.cloudformation.stacks import Stacks, templates_bucket
from cfn_pipeline.rehearsal.folder import RunFolder
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.local_aws.accounts import Accounts
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline


@dataclass(frozen=True, kw_only=True)
class PendingChangeSet:
    """A change set that waits for an approval.

    Args:
        stack: the stack that it changes.
        name: its name.
        changes: the rows of ``change_rows``.

    """

    stack: str
    name: str
    changes: Sequence[Mapping[str, str]]


class Approver(Protocol):
    """Answers manual approvals."""

    def __call__(self, action: Action, pending: Sequence[PendingChangeSet]) -> tuple[bool, str]:
        """Return whether the action is approved, and a comment.

        Raises:
            KeyboardInterrupt: nothing is answered; the run stops.

        """


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """How builds run.

    Args:
        place: ``docker``: in a container; ``shell``: on this machine; ``auto``: in a container if
            possible, else on this machine.
        image: the image of the container; None: the project's.
        shims: further tools whose calls are recorded instead of run.

    """

    place: str = "auto"
    image: str | None = None
    shims: Sequence[str] = ()


def _ignore(value: object) -> None:
    del value


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an action works with.

    Args:
        account: the account in which the pipeline runs.
        accounts: those in which its actions work; None: only that of the pipeline.
        pipeline: the action's pipeline.
        folder: of the run.
        artifacts: of the run.
        approve: answers manual approvals.
        stop: set when the run is to stop.
        local: the local AWS that was started for the run; None: another AWS is used.
        sources: what each source has, by the name of the action or its artifact.
        builds: how builds run.
        parameters: values of stack parameters that nothing else sets.
        variables: the values of variables, by namespace and name.
        notify: shows a notice; absent: notices are dropped.
        record_intent: records what an action is about to do; absent: it is not recorded.
        intent: what the action was about to do when the run was interrupted.

    """

    account: Account
    pipeline: Pipeline
    folder: RunFolder
    artifacts: Artifacts
    approve: Approver
    stop: threading.Event
    accounts: Accounts | None = None
    local: EmbeddedAws | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    builds: BuildSettings = field(default_factory=BuildSettings)
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notify: Callable[[str], object] = _ignore
    record_intent: Callable[[Mapping[str, Any]], object] = _ignore
    intent: Mapping[str, Any] = field(default_factory=dict)

    def account_of(self, action: Action) -> Account:
        """Return the account and region in which an action works."""
        accounts = self.accounts or Accounts(self.account)
        return accounts.at(action.account, action.region)

    def stacks_of(self, action: Action) -> Stacks:
        """Return the stacks in the account and region of an action."""
        account = self.account_of(action)
        bucket = self.pipeline.bucket
        if account.number != self.account.number:
            bucket = templates_bucket(
                account
            )  # CloudFormation reads it with a role of that account
        return Stacks(account, bucket, self.stop)

    def ensure_network(
        self, action: Action, vpcs: Sequence[str], subnets: Sequence[str]
    ) -> list[str]:
        """Create VPCs and subnets that the local AWS lacks, and return their ids."""
        if self.local is None:
            return []
        return self.local.ensure_network(vpcs, subnets, self.account_of(action))

    def save(self) -> None:
        """Save the account of the local AWS, if there is one."""
        if self.local is not None:
            self.local.save()
