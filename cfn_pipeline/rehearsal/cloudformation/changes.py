"""What a change set would do, in rows that a person can read.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["COLUMNS", "rows"]

#: The columns of a row, and their headings.
COLUMNS = {
    "action": "Action",
    "resource": "Resource",
    "type": "Type",
    "replacement": "Replacement",
    "cause": "Cause",
}


def rows(changes: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return a row for each resource that a change set touches."""
    return [
        {
            "action": str(change.get("PolicyAction") or change["Action"]),
            "resource": str(change["LogicalResourceId"]),
            "type": str(change["ResourceType"]),
            "replacement": str(change.get("Replacement") or ""),
            "cause": _cause(change),
        }
        for change in changes
    ]


def _cause(change: Mapping[str, Any]) -> str:
    """Return what changes in a resource, and because of what."""
    causes: dict[str, list[str]] = {}
    for detail in change.get("Details", []):
        target = detail.get("Target", {})
        what = str(target.get("Name") or target.get("Attribute") or "")
        why = str(detail.get("CausingEntity") or "")
        causes.setdefault(what, [])
        if why and why not in causes[what]:
            causes[what].append(why)
    # What has no cause of its own is said otherwise in the template.
    said = [f"{what} ({', '.join(why) or 'the template'})" for what, why in causes.items()]
    return ", ".join(said)
