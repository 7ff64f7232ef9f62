"""The difference between the permissions of old and new templates."""

from collections.abc import Sequence

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.permissions.deriving import Permissions


@frozen
class Change(Frozen):
    """An action that is allowed on other ARNs than before.

    Args:
        action: such as ``sqs:CreateQueue``.
        added: the ARNs on which it was not allowed before.
        removed: the ARNs on which it is not allowed any more.

    """

    action: str
    added: Sequence[str]
    removed: Sequence[str]


def compare(old: Permissions, new: Permissions) -> list[Change]:
    """Return the actions that change, by name."""
    before, after = old.actions, new.actions
    changes = [
        _change(action, before.get(action, []), after.get(action, []))
        for action in sorted({*before, *after})
    ]
    return [change for change in changes if change.added or change.removed]


def _change(action: str, before: Sequence[str], after: Sequence[str]) -> Change:
    return Change(
        action=action,
        added=[arn for arn in after if arn not in before],
        removed=[arn for arn in before if arn not in after],
    )
