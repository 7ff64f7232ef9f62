"""Differences between two values, as a list of the places where they differ."""

import difflib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cfn_pipeline.diff.texts import Form, exact

#: Keys that tell the items of a list apart, whatever their order.
_IDENTITIES = ("Name", "Key", "Id", "Sid", "PolicyName", "AttributeName", "IndexName", "Field")

#: Lists of which the order means nothing, by the key of their items.
_UNORDERED = ("Key", "Sid", "PolicyName", "AttributeName", "IndexName")


class Place(NamedTuple):
    """A place where two values differ.

    Args:
        path: such as ``ContainerDefinitions[app].Image``.
        keys: its keys without items of lists, such as ContainerDefinitions and Image.
        before: the value before; None: it did not exist.
        after: the value after; None: it does not exist any more.

    """

    path: str
    keys: tuple[str, ...]
    before: Form | None
    after: Form | None


def places(
    before: Form, after: Form, path: str = "", keys: tuple[str, ...] = ()
) -> Iterator[Place]:
    """Yield the places where two values in the one form differ."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            inside = f"{path}.{key}" if path else key
            if key not in after:
                yield Place(inside, (*keys, key), before[key], None)
            elif key not in before:
                yield Place(inside, (*keys, key), None, after[key])
            else:
                yield from places(before[key], after[key], inside, (*keys, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(before, after, path, keys)
    else:
        yield Place(path, keys, before, after)


def _in_lists(
    before: list[Form], after: list[Form], path: str, keys: tuple[str, ...]
) -> Iterator[Place]:
    key = _identity(before, after)
    if key is not None:
        old = {item[key]: item for item in before}
        new = {item[key]: item for item in after}
        for name in dict.fromkeys((*old, *new)):
            inside = f"{path}[{name}]"
            if name not in new:
                yield Place(inside, keys, old[name], None)
            elif name not in old:
                yield Place(inside, keys, None, new[name])
            else:
                yield from places(old[name], new[name], inside, keys)
        common = [name for name in old if name in new]
        order = [name for name in new if name in old]
        if common != order and key not in _UNORDERED:
            yield Place(f"{path} (order)", keys, ", ".join(common), ", ".join(order))
    elif len(before) == len(after) and not _are_texts(before, after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from places(one, other, f"{path}[{number}]", keys)
    else:
        yield from _items(before, after, path, keys)


def _items(
    before: list[Form], after: list[Form], path: str, keys: tuple[str, ...]
) -> Iterator[Place]:
    """Yield the items that two lists do not share, or both lists if only the order differs."""
    old, new = [exact(item) for item in before], [exact(item) for item in after]
    removed = [item for item, shown in zip(before, old, strict=True) if shown not in new]
    added = [item for item, shown in zip(after, new, strict=True) if shown not in old]
    if len(removed) == len(added) == 1 and len(before) == len(after):
        yield Place(f"{path}[{before.index(removed[0])}]", keys, removed[0], added[0])
        return
    for item in removed:
        yield Place(f"{path}[]", keys, item, None)
    for item in added:
        yield Place(f"{path}[]", keys, None, item)
    if not removed and not added:
        yield Place(path, keys, before, after)


def _are_texts(*lists: list[Form]) -> bool:
    return all(isinstance(item, str) for items in lists for item in items)


def path_to(value: Form, steps: Sequence[str]) -> str:
    """Return the path to what steps of keys and indexes lead to, items by their names."""
    path = ""
    for step in steps:
        if isinstance(value, list):
            key = _identity(value, value)
            inside = value[int(step)]
            path += f"[{step if key is None else inside[key]}]"
        else:
            inside = value[step]
            path += f".{step}" if path else step
        value = inside
    return path


def _identity(before: list[Form], after: list[Form]) -> str | None:
    """Return the key that tells the items of both lists apart; None: none does."""
    items = [*before, *after]
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    for key in _IDENTITIES:
        if all(isinstance(item.get(key), str) for item in items) and all(
            len({item[key] for item in each}) == len(each) for each in (before, after)
        ):
            return key
    return None


def values_at(value: Form, path: Sequence[str]) -> Form:
    """Return what stands at a path of a schema, of each item where there is a list.

    A ``*`` in the path stands for each key or item.
    """
    if isinstance(value, list):
        rest = path[1:] if path and path[0] == "*" else path
        return [found for item in value if (found := values_at(item, rest)) is not None] or None
    if not path:
        return value
    if not isinstance(value, dict):
        return value  # a function that may give anything
    if path[0] == "*":
        return {key: values_at(item, path[1:]) for key, item in value.items()}
    match value:
        case {"Fn::If": [condition, *branches]} if len(value) == 1:
            found = [values_at(branch, path) for branch in branches]
            return {"Fn::If": [condition, *found]} if any(v is not None for v in found) else None
    inside = value.get(path[0])
    return None if inside is None else values_at(inside, path[1:])


def line_changes(before: str, after: str, most: int = 12) -> list[str]:
    """Return the lines that differ between two texts of several lines, no more than ``most``."""
    lines = [
        line
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]
    rest = len(lines) - most
    return lines if rest <= 0 else [*lines[:most], f"... {rest} more lines"]
