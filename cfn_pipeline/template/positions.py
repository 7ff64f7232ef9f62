"""Lines and columns of the parts of a template."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from cfn_pipeline.template.composing import composed

#: Keys and indexes that lead to a place in a template.
Path = tuple[str | int, ...]


class Position(NamedTuple):
    """A place in a text; lines and columns are counted from 1."""

    line: int
    column: int


class DoubledKey(NamedTuple):
    """A key that stands more than once in a mapping.

    Args:
        path: the path to the key.
        position: the place of the later key, whose value counts.
        first: the place of the key before it.

    """

    path: Path
    position: Position
    first: Position


class Positions:
    """The places of everything in a template, by its path in the long form."""

    def __init__(self, places: dict[Path, Position]) -> None:
        self._places = places

    def at(self, path: Path) -> Position:
        """Return where the key or the item stands to which ``path`` leads.

        What has no place of its own, such as an argument within ``!GetAtt A.B`` or a key that is
        lacking, is where the nearest thing around it is.
        """
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, Position(1, 1))


def positions(text: str) -> Positions:
    """Find the places of everything in ``text``, which ``load`` can read."""
    places: dict[Path, Position] = {}
    root = _composed(text)
    if root is not None:
        _collect(root, (), places)
    return Positions(places)


def doubled_keys(text: str) -> list[DoubledKey]:
    """Find the keys of ``text`` that stand more than once in their mapping."""
    root = _composed(text)
    return [] if root is None else list(_doubled(root, (), set()))


def tags(text: str) -> list[tuple[Path, str]]:
    """Return the tags such as ``!Ref`` that stand before values, with the path of the value."""
    root = _composed(text) if "!" in text else None
    return [] if root is None else list(_tagged(root, (), set()))


def _tagged(node: Any, path: Path, seen: set[int]) -> Iterator[tuple[Path, str]]:
    if id(node) in seen:  # an anchor that stands in several places
        return
    seen.add(id(node))
    if node.tag.startswith("!"):
        yield path, node.tag
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            yield from _tagged(value, (*path, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _tagged(item, (*path, number), seen)


def _composed(text: str) -> Any:
    """Return the nodes of a text; None if it has none."""
    # JSON's escapes are not all YAML's; what they stand for does not matter here.
    try:
        return _nodes(text)
    except (yaml.YAMLError, ValueError):
        plain = re.sub(r"\\(?:u[0-9a-fA-F]{4}|.)", lambda m: "_" * len(m[0]), text)
        try:
            return _nodes(plain)
        except (yaml.YAMLError, ValueError):
            return None


def _nodes(text: str) -> yaml.Node | None:
    loader = yaml.CSafeLoader(text)
    try:
        return composed(text, loader)
    finally:
        loader.dispose()


def _doubled(node: Any, path: Path, seen: set[int]) -> Iterator[DoubledKey]:
    if id(node) in seen:  # an anchor that stands in several places
        return
    seen.add(id(node))
    if node.tag.startswith("!"):
        path = _long_form(node, path)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, Position] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            here = (*path, name)
            if name in first and key.tag != "tag:yaml.org,2002:merge":
                yield DoubledKey(here, _position(key), first[name])
            first[name] = _position(key)
            yield from _doubled(value, here, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _doubled(item, (*path, number), seen)


def _collect(node: Any, path: Path, places: dict[Path, Position]) -> None:
    if node.tag.startswith("!"):
        path = _long_form(node, path)
        places.setdefault(path, _position(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            places[(*path, name)] = _position(key)
            _collect(value, (*path, name), places)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            places[(*path, number)] = _position(item)
            _collect(item, (*path, number), places)


def _long_form(node: yaml.Node, path: Path) -> Path:
    """Return the path within a short form such as ``!Ref``."""
    tag: str = node.tag
    return (*path, tag[1:] if tag in ("!Ref", "!Condition") else f"Fn::{tag[1:]}")


def _position(node: yaml.Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
