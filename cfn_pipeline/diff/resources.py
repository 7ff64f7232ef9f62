"""Resources that are added, removed, changed or replaced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cfn_pipeline.aws.replacement import REVISIONS, create_only
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES
from cfn_pipeline.diff.causes import Changed, causes
from cfn_pipeline.diff.difference import Kind, PropertyChange, Replacement, ResourceChange
from cfn_pipeline.diff.keeping import Fate, on_removal, on_replacement
from cfn_pipeline.diff.matching import Pair, Side
from cfn_pipeline.diff.texts import NO_VALUE, Form, leaves, references, replaced, text
from cfn_pipeline.diff.trees import path_to, places, values_at

#: Kinds of changes, in the order in which they are shown.
ORDER: tuple[Kind, ...] = (
    *("replaced", "renamed", "may be replaced"),
    *("removed", "added", "changed"),
)


def resource_changes(pairs: Sequence[Pair], changed: Changed) -> list[ResourceChange]:
    """Return the resources that change, the most serious first.

    Args:
        pairs: the resources of both templates.
        changed: what changes besides resources.

    """
    names = {p.before.name: p.after.name for p in pairs if p.before and p.after and p.is_renamed}
    replacing = dict.fromkeys(names.values(), True)
    kept = [pair for pair in pairs if pair.before is not None and pair.after is not None]
    changes: dict[str, list[PropertyChange]] = {}
    # A replaced resource may replace those that refer to it, and these others.
    for _ in range(len(kept) + 1):
        before = dict(replacing)
        for pair in kept:
            name = pair.side.name
            changes[name] = list(_properties(pair, names, changed, replacing))
            sure = {change.replacement for change in changes[name]}
            if sure & {"yes", "maybe"}:
                replacing[name] = replacing.get(name, False) or "yes" in sure
        if replacing == before:
            break
    found = [
        change
        for pair in pairs
        if (change := _change(pair, changes.get(pair.side.name, []), changed)) is not None
    ]
    found = _with_types(found)
    return sorted(found, key=lambda change: ORDER.index(change.kind))


def _with_types(found: list[ResourceChange]) -> list[ResourceChange]:
    """Add to resources of which the type changes that CloudFormation refuses that."""
    removed = {change.resource: change.type for change in found if change.kind == "removed"}
    return [
        replace(
            change,
            refusal=(
                f"CloudFormation does not change the type of a resource (it was "
                f"{removed[change.resource]}); give the new one another logical id"
            ),
        )
        if change.kind == "added" and change.resource in removed
        else change
        for change in found
    ]


def _change(
    pair: Pair, properties: Sequence[PropertyChange], changed: Changed
) -> ResourceChange | None:
    before, after = pair.before, pair.after
    if before is None:
        return _simple("added", pair.side, Fate())
    if after is None:
        return _simple("removed", before, on_removal(before))
    if pair.is_renamed:
        return _renamed(before, after, properties)
    sure = {change.replacement for change in properties}
    kind: Kind = "changed"
    if sure & {"yes", "maybe"}:
        kind = "replaced" if "yes" in sure else "may be replaced"
    elif not properties:
        condition = str(after.attributes.get("Condition"))
        if condition in changed.conditions:
            note = f"it may be added or removed, because {changed.conditions[condition]}"
            return replace(_simple("changed", after, Fate()), notes=(note,))
        return None
    fate = Fate() if kind == "changed" else on_replacement(before, after)
    return ResourceChange(
        kind=kind,
        resource=after.name,
        type=after.type,
        properties=tuple(properties),
        data=fate.text,
        is_destructive=fate.is_destructive,
        refusal=_refusal(before, after, properties) if kind == "replaced" else "",
        notes=tuple(_notes(after, kind, properties)),
    )


def _simple(kind: Kind, side: Side, fate: Fate) -> ResourceChange:
    return ResourceChange(
        kind=kind,
        resource=side.name,
        type=side.type,
        data=fate.text,
        is_destructive=fate.is_destructive,
    )


def _renamed(before: Side, after: Side, properties: Sequence[PropertyChange]) -> ResourceChange:
    fate = on_removal(before)
    data = f"the new one is empty; {fate.text}" if fate.text else ""
    notes = ["CloudFormation creates it under the new logical id, then removes the old one"]
    name = _fixed_name(after)
    refusal = ""
    if name is not None and name == _fixed_name(before):
        refusal = (
            f"the update fails, because the old one has the name {name} until it is removed; give "
            "the new one another name, or remove the old one first"
        )
    return ResourceChange(
        kind="renamed",
        resource=after.name,
        type=after.type,
        was=before.name,
        properties=tuple(properties),
        data=data,
        is_destructive=fate.is_destructive,
        refusal=refusal,
        notes=tuple(notes),
    )


def _fixed_name(side: Side) -> str | None:
    """Return the name that the template gives a resource; None: CloudFormation makes one."""
    value = side.properties.get(NAME_PROPERTIES.get(side.type, ""))
    return value if isinstance(value, str) and side.type not in REVISIONS else None


def _refusal(before: Side, after: Side, properties: Sequence[PropertyChange]) -> str:
    """Return why CloudFormation refuses a replacement: the new one has the name of the old one."""
    name, named = _fixed_name(after), NAME_PROPERTIES.get(after.type)
    is_same = name is not None and name == _fixed_name(before)
    if not is_same or any(change.path == named for change in properties):
        return ""
    return (
        f"CloudFormation refuses to replace it while {named} stays {name}; give it another name, "
        "or let CloudFormation name it"
    )


def _notes(after: Side, kind: Kind, properties: Sequence[PropertyChange]) -> Iterator[str]:
    if create_only(after.type) is None and kind == "changed":
        yield "whether it is replaced is not known, because its schema is not known"
    for change in properties:
        if change.path == "Condition":
            yield "it may be added or removed, because its condition changes"
        if change.path in ("DeletionPolicy", "UpdateReplacePolicy") and change.before in (
            *("Retain", "RetainExceptOnCreate", "Snapshot"),
        ):
            yield f"{change.path} protects its data less than before"


def _properties(
    pair: Pair, names: Mapping[str, str], changed: Changed, replacing: Mapping[str, bool]
) -> Iterator[PropertyChange]:
    """Yield the properties of a resource that change, with what makes them."""
    assert pair.before is not None
    assert pair.after is not None
    after = pair.after.properties
    # A reference to a renamed resource is the same one; it changes because that is replaced.
    before = replaced(pair.before.properties, lambda name: names.get(name, name))
    rules = create_only(pair.after.type)
    always = [path.split("/") for path in rules.always] if rules else []
    sometimes = [path.split("/") for path in rules.sometimes] if rules else []
    moved = {
        level: [path for path in paths if values_at(before, path) != values_at(after, path)]
        for level, paths in (("yes", always), ("maybe", sometimes))
    }
    for place in places(before, after):
        level: Replacement = "no"
        if any(_is_about(place.keys, path) for path in moved["yes"]):
            level = "yes"
        elif any(_is_about(place.keys, path) for path in moved["maybe"]):
            level = "maybe"
        if level != "no" and _only_by_condition(place.before, place.after):
            level = "maybe"
        yield PropertyChange(
            path=place.path,
            before=None if place.before is None else text(place.before),
            after=None if place.after is None else text(place.after),
            replacement=level,
        )
    yield from _caused(after, before, always, sometimes, changed, replacing, pair.after.name)
    yield from _attributes(pair.before, pair.after, names)


def _only_by_condition(before: Form | None, after: Form | None) -> bool:
    """Whether a value stays the same in one of the cases of a condition."""

    def cases(value: Form | None) -> list[Form | None]:
        match value:
            case {"Fn::If": [_, *branches], **others} if not others:
                return [case for branch in branches for case in cases(branch)]
        return [None if value == NO_VALUE else value]

    one, other = cases(before), cases(after)
    return (len(one) > 1 or len(other) > 1) and any(case in other for case in one)


def _is_about(keys: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a place is at a path of a schema, within it or around it."""
    of_path = [key for key in path if key != "*"]
    return all(one == other for one, other in zip(keys, of_path, strict=False))


def _caused(
    after: Form,
    before: Form,
    always: Sequence[Sequence[str]],
    sometimes: Sequence[Sequence[str]],
    changed: Changed,
    replacing: Mapping[str, bool],
    own: str,
) -> Iterator[PropertyChange]:
    """Yield the properties that change because of something to which they refer."""
    others = {name: sure for name, sure in replacing.items() if name != own}
    for key, value in after.items():
        unchanged = before.get(key) == value
        for cause in causes(value, changed, others) if unchanged else ():
            level: Replacement = "no"
            for paths, name in ((always, "yes"), (sometimes, "maybe")):
                inside = [values_at(after, path) for path in paths if path[0] == key]
                found = [c for v in inside for c in causes(v or "", changed, others)]
                same = [c for c in found if c.words == cause.words]
                if same and level == "no":
                    is_sure = name == "yes" and any(c.is_sure for c in same)
                    level = "yes" if is_sure else "maybe"
            yield PropertyChange(
                path=_path(key, value, cause.name), replacement=level, cause=cause.words
            )


def _path(key: str, value: Form, name: str) -> str:
    """Return the path of the text within a property that refers to what changes."""
    for path, part in leaves(value):
        if name in references(part):
            return path_to({key: value}, [key, *path.split("/")[1:]])
    return key


def _attributes(before: Side, after: Side, names: Mapping[str, str]) -> Iterator[PropertyChange]:
    """Yield what changes beside the properties."""
    old = replaced(before.attributes, lambda name: names.get(name, name))
    new = dict(after.attributes)
    for side in (old, new):
        depends = side.pop("DependsOn", [])
        listed = depends if isinstance(depends, list) else [depends]
        side["DependsOn"] = sorted(names.get(text(name), text(name)) for name in listed)
    for place in places(old, new):
        yield PropertyChange(
            path=place.path,
            before=None if place.before is None else text(place.before),
            after=None if place.after is None else text(place.after),
        )
