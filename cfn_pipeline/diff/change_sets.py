"""Change sets as CloudFormation describes them: what it says becomes of the resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.aws.data_stores import DATA
from cfn_pipeline.diff.difference import (
    Difference,
    Kind,
    PropertyChange,
    Replacement,
    ResourceChange,
    TemplateDifference,
)
from cfn_pipeline.diff.matching import Pair, Side
from cfn_pipeline.diff.network import network_changes
from cfn_pipeline.diff.permissions import permission_changes
from cfn_pipeline.diff.pipelines import pipeline_changes
from cfn_pipeline.diff.resources import ORDER
from cfn_pipeline.errors import TemplateError

_REPLACEMENT: Mapping[str, Replacement] = {
    "Always": "yes",
    "Conditionally": "maybe",
    "Never": "no",
}

#: What CloudFormation does with the old resource, by PolicyAction, in words, and whether the data
#: in it is deleted.
_POLICIES = {
    "Delete": ("its {} are deleted with it", True),
    "Retain": ("the old one stays with its {}, outside of the stack", False),
    "Snapshot": ("the old one is deleted after a snapshot of its {}", True),
    "ReplaceAndDelete": ("the new one is empty; its {} are deleted with the old one", True),
    "ReplaceAndRetain": (
        "the new one is empty; the old one stays with its {}, outside of the stack",
        False,
    ),
    "ReplaceAndSnapshot": (
        "the new one is empty; the old one is deleted after a snapshot of its {}",
        True,
    ),
}


def is_change_set(content: str) -> bool:
    """Whether a text is the answer of describe-change-set."""
    return _parsed(content) is not None


def _parsed(content: str) -> Mapping[str, Any] | None:
    if '"Changes"' not in content:
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(value, dict) and isinstance(value.get("Changes"), list)
    return value if is_one else None


def difference_of(name: str, content: str) -> Difference:
    """Return the difference that a change set makes.

    Permissions and network are compared where the answer has the values of properties
    (``--include-property-values``).

    Args:
        name: what the change set is called.
        content: the answer of describe-change-set, in JSON.

    Raises:
        TemplateError: it is not such an answer.

    """
    described = _parsed(content)
    if described is None:
        raise TemplateError(f"{name}: not the answer of describe-change-set in JSON")
    changes = resource_changes_of(described["Changes"])
    stack = str(described.get("StackName") or name)
    pairs = [pair for entry in described["Changes"] if (pair := _pair(entry)) is not None]
    notes = []
    if described.get("NextToken"):
        notes.append(f"{name}: has a part of the changes only (NextToken)")
    if changes and not pairs:
        notes.append(
            f"{name}: has no values of properties; describe it with --include-property-values to "
            "see permissions and network"
        )
    part = TemplateDifference(file=stack, kind="changed", resources=changes, **_compared(pairs))
    return Difference(
        old=f"stack {stack}",
        new=str(described.get("ChangeSetName") or name),
        templates=[part] if part else [],
        notes=notes,
    )


def _compared(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return what is compared of resources besides the resources themselves."""
    old, new = (
        Template("change set", {"Resources": {side.name: side.resource.body for side in sides}})
        for sides in (
            [p.before for p in pairs if p.before is not None],
            [p.after for p in pairs if p.after is not None],
        )
    )
    return {
        "permissions": permission_changes(pairs, old, new),
        "network": network_changes(pairs),
        "pipelines": pipeline_changes(pairs, old, new),
    }


def resource_changes_of(changes: Sequence[Any]) -> list[ResourceChange]:
    """Return what a change set says of resources, the most serious first."""
    found = [
        _change(entry["ResourceChange"])
        for entry in changes
        if isinstance(entry, dict) and isinstance(entry.get("ResourceChange"), dict)
    ]
    return sorted(found, key=lambda change: ORDER.index(change.kind))


def with_change_set(difference: Difference, file: str, changes: Sequence[Any]) -> Difference:
    """Return a difference of one template, with what CloudFormation says of its resources.

    Its answer counts: it knows the stack and its parameters as they are.

    Args:
        difference: of the template that is deployed and the new one.
        file: the template's file.
        changes: of the change set, as DescribeChangeSet returns them.

    """
    template = next(iter(difference.templates), TemplateDifference(file=file, kind="changed"))
    ours = {change.resource: change for change in template.resources}
    merged = [_merged(told, ours.get(told.resource)) for told in resource_changes_of(changes)]
    # What only has other references is in a change set, too; what is not in it does not change.
    template = replace(template, resources=sorted(merged, key=lambda c: ORDER.index(c.kind)))
    return replace(difference, templates=[template] if template else [])


def _merged(told: ResourceChange, ours: ResourceChange | None) -> ResourceChange:
    if ours is None:
        return told
    is_same = told.kind == ours.kind or (told.kind == "added" and ours.kind == "renamed")
    note = [] if is_same else [f"from the templates alone, it would be {ours.kind}"]
    return replace(
        ours,
        kind=ours.kind if is_same else told.kind,
        data=told.data or ours.data,
        is_destructive=told.is_destructive or (is_same and ours.is_destructive),
        properties=ours.properties or told.properties,
        notes=(*ours.notes, *note),
    )


def _change(change: Mapping[str, Any]) -> ResourceChange:
    action, replacement = str(change.get("Action")), str(change.get("Replacement"))
    kind: Kind = "changed"
    match action, replacement:
        case (("Add" | "Import"), _):
            kind = "added"
        case "Remove", _:
            kind = "removed"
        case _, "True":
            kind = "replaced"
        case (_, "Conditional") | ("Dynamic", _):
            kind = "may be replaced"
    type_ = str(change.get("ResourceType"))
    words, is_destructive = _POLICIES.get(str(change.get("PolicyAction")), ("", False))
    if type_ not in DATA:
        words, is_destructive = "", False
    notes = ["it exists already, and is imported"] if action == "Import" else []
    return ResourceChange(
        kind=kind,
        resource=str(change.get("LogicalResourceId")),
        type=type_,
        properties=tuple(_properties(change)),
        data=words.format(DATA.get(type_)),
        is_destructive=is_destructive,
        notes=tuple(notes),
    )


def _properties(change: Mapping[str, Any]) -> Iterator[PropertyChange]:
    seen: dict[PropertyChange, None] = {}
    for detail in change.get("Details") or ():
        target = detail.get("Target") or {}
        path = str(target.get("Path") or "").removeprefix("/Properties/").replace("/", ".")
        path = path or str(target.get("Name") or target.get("Attribute") or "")
        entity = detail.get("CausingEntity")
        source = str(detail.get("ChangeSource") or "")
        cause = f"{entity} changes ({source})" if entity else ""
        level: Replacement = _REPLACEMENT.get(str(target.get("RequiresRecreation")), "no")
        if level == "yes" and detail.get("Evaluation") == "Dynamic":
            level = "maybe"
        before, after = target.get("BeforeValue"), target.get("AfterValue")
        has_values = before is not None or after is not None
        seen[
            PropertyChange(
                path=path,
                before=None if before is None else str(before),
                after=None if after is None else str(after),
                replacement=level,
                cause="" if has_values else cause or "the template changes",
            )
        ] = None
    yield from seen


def _pair(entry: Any) -> Pair | None:
    """Return a resource before and after, from the values that a change set has."""
    change = entry.get("ResourceChange") if isinstance(entry, dict) else None
    if not isinstance(change, dict):
        return None
    before, after = (_side(change, key) for key in ("BeforeContext", "AfterContext"))
    return None if before is None and after is None else Pair(before=before, after=after)


def _side(change: Mapping[str, Any], key: str) -> Side | None:
    try:
        context = json.loads(change.get(key) or "")
    except (TypeError, ValueError, RecursionError):
        return None
    if not isinstance(context, dict):
        return None
    name = str(change.get("LogicalResourceId"))
    body = {**context, "Type": str(change.get("ResourceType"))}
    template = Template("", {"Resources": {name: body}})
    return Side(template.resources[name])
