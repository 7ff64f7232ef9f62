"""The changes of a change set, as rows of a table.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

#: Headings by column.
COLUMNS = {
    "action": "Action",
    "resource": "Resource",
    "type": "Type",
    "replacement": "Replacement",
    "cause": "Cause",
}


def change_rows(changes: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return a row for each resource that a change set changes."""
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
    """Return which properties of a resource change, and why."""
    causes: dict[str, list[str]] = {}
    for detail in change.get("Details", []):
        target = detail.get("Target", {})
        name = str(target.get("Name") or target.get("Attribute") or "")
        cause = str(detail.get("CausingEntity") or "")
        causes.setdefault(name, [])
        if cause and cause not in causes[name]:
            causes[name].append(cause)
    # Without a causing entity, the property itself differs in the template.
    return ", ".join(
        f"{name} ({', '.join(entities) or 'the template'})" for name, entities in causes.items()
    )
