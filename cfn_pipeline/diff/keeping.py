"""What becomes of the data of a resource that is removed or replaced."""

from typing import NamedTuple

from cfn_pipeline.aws.data_stores import (
    DATA,
    NOT_DELETED_WHILE_FULL,
    PROTECTIONS,
    default_policy,
)
from cfn_pipeline.diff.matching import Side


class Fate(NamedTuple):
    """What becomes of data.

    Args:
        text: a sentence; empty: the resource holds no data.
        is_destructive: whether the resource with the data is deleted.

    """

    text: str = ""
    is_destructive: bool = False


def on_removal(side: Side) -> Fate:
    """Return what becomes of the data of a resource that leaves the template."""
    policy = side.policy("DeletionPolicy")
    if policy is None:
        policy = default_policy(side.type, is_in_cluster="DBClusterIdentifier" in side.properties)
    return _fate(side, policy, "DeletionPolicy")


def on_replacement(before: Side, after: Side) -> Fate:
    """Return what becomes of the data of a resource that is replaced."""
    fate = _fate(before, after.policy("UpdateReplacePolicy"), "UpdateReplacePolicy")
    return Fate(f"the new one is empty; {fate.text}" if fate.text else "", fate.is_destructive)


def _fate(side: Side, policy: str | None, attribute: str) -> Fate:
    data = DATA.get(side.type)
    if data is None:
        return Fate()
    why = f"no {attribute}" if side.policy(attribute) is None else f"{attribute}: {policy}"
    if policy in ("Retain", "RetainExceptOnCreate"):
        return Fate(f"the old one stays with its {data}, outside of the stack ({attribute})")
    if policy == "Snapshot":
        return Fate(f"the old one is deleted after a snapshot of its {data} ({attribute})", True)
    if side.type == "AWS::KMS::Key":
        days = side.properties.get("PendingWindowInDays", "30")
        return Fate(
            f"the key is deleted after {days} days, and what it encrypts is lost then ({why})", True
        )
    emptied = NOT_DELETED_WHILE_FULL.get(side.type)
    if emptied is not None and side.properties.get(emptied) != "true":
        return Fate(
            f"the old one is deleted if it is empty; with {data} in it, it stays outside of the "
            f"stack ({why})",
            True,
        )
    guards = [name for name in PROTECTIONS if side.properties.get(name) == "true"]
    if guards:
        return Fate(
            f"its {data} are deleted with it once {guards[0]} is false; until then the deletion "
            f"fails ({why})",
            True,
        )
    return Fate(f"its {data} are deleted with it ({why})", True)
