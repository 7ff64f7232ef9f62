"""What every action of a run works with."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from cfn_pipeline.rehearsal.artifacts.store import Artifacts
from cfn_pipeline.rehearsal.cloudformation.stacks import Stacks
from cfn_pipeline.rehearsal.local_aws.account import Account
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline

__all__ = ["Approver", "BuildSettings", "Context", "Pending"]


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A change set that waits for its approval.

    Args:
        stack: the stack that it changes.
        change_set: its name.
        changes: rows, as ``changes.rows`` makes them.

    """

    stack: str
    change_set: str
    changes: Sequence[Mapping[str, str]]


class Approver(Protocol):
    """Whoever is asked by manual approvals."""

    def __call__(self, action: Action, pending: Sequence[Pending]) -> tuple[bool, str]:
        """Tell whether the action is approved, and with which comment.

        Raises:
            KeyboardInterrupt: nobody is there any more; the run stops.

        """


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """How builds are run.

    Args:
        place: ``auto``: in a container where that can be, else by the shell; ``docker`` or
            ``shell``: only there.
        image: the image of the container, in the place of the project's; None: the project's.
        shims: further tools that are recorded instead of run.

    """

    place: str = "auto"
    image: str | None = None
    shims: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an action works with.

    Args:
        account: where it works.
        pipeline: the pipeline that it belongs to.
        folder: of the run; actions have folders of their own in it.
        artifacts: of the run.
        sources: what source actions give, by the name of the action or its artifact.
        builds: how builds are run.
        approve: whoever is asked.
        parameters: values for parameters of deployed stacks that nothing else sets.
        variables: by namespace, then by name.
        notice: takes what is to be said once, and loudly.
        have: lets the account have VPCs and subnets, and returns the ids that it had not.
        intend: takes what an action is about to do, so that it can be gone on with.
        intended: what the action was about to do when the run was interrupted.
        stop: set when the run is to stop.

    """

    account: Account
    pipeline: Pipeline
    folder: Path
    artifacts: Artifacts
    sources: Mapping[str, str]
    builds: BuildSettings
    approve: Approver
    parameters: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notice: Callable[[str], None]
    have: Callable[[Sequence[str], Sequence[str]], Sequence[str]]
    intend: Callable[[Mapping[str, Any]], None]
    intended: Mapping[str, Any] = field(default_factory=dict)
    stop: threading.Event

    def account_of(self, action: Action) -> Account:
        """Return the account in the region of an action."""
        if action.region in (None, self.account.region):
            return self.account
        return replace(self.account, region=str(action.region))

    def stacks_of(self, action: Action) -> Stacks:
        """Return the stacks of the region of an action."""
        return Stacks(self.account_of(action), self.pipeline.bucket, self.stop)
