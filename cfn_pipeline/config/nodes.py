"""Nodes of a configuration file as values of the model, with every mistake at its place.

The keys are the fields of the model's dataclasses, and the values must fit their annotations, so
that a new field needs no line here.
"""

import contextlib
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from typing import Any, NamedTuple, get_args, get_origin

import yaml

from cfn_pipeline.config.advice import advice, described, kind_of, listed, unaccepted
from cfn_pipeline.config.kinds import (
    alternatives,
    default_kind,
    descriptions,
    fields,
    is_model,
    is_required,
    options,
    short_field,
)
from cfn_pipeline.errors import ModelError

#: What stands for a value with a mistake, of which a message has told already.
INVALID: Any = object()

#: What people write for null.
_NOTHING = ("none", "false", "no", "off")

#: A name in a message of the model.
_QUOTED = re.compile(r"'([^']*)'")

#: A field with its value, as the messages of the model write it.
_PYTHON = re.compile(r"\b([a-z_]+)=(None|False|True)\b")


class _Mistake(NamedTuple):
    line: int
    column: int
    text: str


class Reader:
    """Reads nodes of a file, and keeps the mistakes.

    Args:
        source: the name of the file in messages.
        loader: what composed the nodes.

    """

    def __init__(self, source: str, loader: Any) -> None:
        self._source = source
        self._loader = loader
        self._mistakes: dict[_Mistake, None] = {}

    def messages(self) -> list[str]:
        """Return every mistake, in the order of the file."""
        return [f"{self._source}:{m.line}:{m.column}: {m.text}" for m in sorted(self._mistakes)]

    def read(self, node: Any, hint: Any, path: str, owner: Any = None) -> Any:
        """Read a value that must fit an annotation; INVALID: it does not.

        Args:
            node: of the value.
            hint: the annotation.
            path: where it is, for messages; ends with the key.
            owner: the class of the model that has the key; absent: none.

        """
        kinds = [option for option in options(hint) if option is not type(None)]
        value = self._scalar(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(node, yaml.ScalarNode) and value is None:
            if type(None) in options(hint):
                return None
            self.report(node, path, f"must be {described(hint)} (it is empty)")
            return INVALID
        for kind in kinds:
            if is_model(kind):
                if bool in kinds and not isinstance(node, yaml.MappingNode):
                    continue
                if (
                    isinstance(node, yaml.ScalarNode)
                    and type(None) in options(hint)
                    and short_field(kind) is None
                    and node.value.lower() in _NOTHING
                ):
                    got = kind_of(node)
                    self.report(node, path, f"must be a mapping or null (got {got}); use null")
                    return INVALID
                return self.model(node, kind, path)
            origin = get_origin(kind)
            if origin is Sequence and isinstance(node, yaml.SequenceNode):
                return self._list(node, get_args(kind)[0], path)
            if origin is Mapping and isinstance(node, yaml.MappingNode):
                return self._mapping(node, get_args(kind)[1], path)
            if isinstance(node, yaml.ScalarNode) and _fits(value, kind):
                return value
        way_out = ""
        if isinstance(node, yaml.ScalarNode):
            about = "" if owner is None else descriptions(owner).get(path.rpartition(".")[2], "")
            way_out = advice(node, kinds, about)
        self.report(node, path, f"must be {described(hint)} (got {kind_of(node)}){way_out}")
        return INVALID

    def _list(self, node: Any, hint: Any, path: str) -> Any:
        items = [self.read(item, hint, f"{path}[{n}]") for n, item in enumerate(node.value)]
        return INVALID if any(item is INVALID for item in items) else items

    def _mapping(self, node: Any, hint: Any, path: str) -> Any:
        items = {
            name: self.read(value, hint, f"{path}.{name}")
            for name, (_, value) in self.entries(node, path).items()
        }
        return INVALID if any(item is INVALID for item in items.values()) else items

    def model(self, node: Any, kind: Any, path: str) -> Any:
        """Read a value of a class of the model; INVALID: it is not one."""
        short = short_field(kind)
        choice = alternatives(kind)
        if isinstance(node, yaml.ScalarNode) and short is not None:
            kind = default_kind(kind)
            value = self.read(node, fields(kind)[short][0], path)
            return INVALID if value is INVALID else self._make(node, kind, {short: value}, {})
        if not isinstance(node, yaml.MappingNode):
            words = described(kind)
            is_type = isinstance(node, yaml.ScalarNode) and node.value in choice
            way_out = f"; use {{type: {node.value}}}" if is_type else ""
            self.report(node, path, f"must be {words} (got {kind_of(node)}){way_out}")
            return INVALID
        entries = self.entries(node, path)
        if choice:
            has_type = "type" in entries or not kind.default_type
            kind = self._chosen(node, entries, choice, path) if has_type else default_kind(kind)
            if kind is None:
                return INVALID
            entries = {name: entry for name, entry in entries.items() if name != "type"}
        accepted = fields(kind)
        values = {}
        for name, (key, value) in entries.items():
            if name not in accepted:
                self.report(key, path, unaccepted(name, entries, accepted))
                continue
            values[name] = self.read(value, accepted[name][0], f"{path}.{name}", kind)
        missing = [n for n, (_, f) in accepted.items() if is_required(f) and n not in entries]
        for name in missing:
            self.report(node, path, f"{name} is missing; add it")
        keys = {name: key for name, (key, _) in entries.items()}
        valid = {name: value for name, value in values.items() if value is not INVALID}
        if missing or len(valid) < len(values):
            self._report_all(node, _problems_of_part(kind, valid, {*missing, *values}), keys)
            return INVALID
        return self._make(node, kind, values, keys)

    def _chosen(
        self, node: Any, entries: Mapping[str, Any], choice: Mapping[str, Any], path: str
    ) -> Any:
        if "type" not in entries:
            self.report(node, path, f"type is missing; use {listed(list(choice))}")
            return None
        _, value = entries["type"]
        name = value.value if isinstance(value, yaml.ScalarNode) else ""
        if name not in choice:
            near = difflib.get_close_matches(name, choice, 1)
            way_out = f"did you mean {near[0]!r}?" if near else f"use {listed(list(choice))}"
            self.report(value, f"{path}.type", f"unknown type {name!r}; {way_out}")
        return choice.get(name)

    def _make(self, node: Any, kind: Any, values: dict[str, Any], keys: Mapping[str, Any]) -> Any:
        """Make a value, and report what the model refuses at the key that it names, if any."""
        try:
            return kind(**values)
        except ModelError as error:
            self._report_all(node, error.problems, keys)
            return INVALID

    def _report_all(self, node: Any, problems: Sequence[str], keys: Mapping[str, Any]) -> None:
        for problem in problems:
            words = problem.replace(":", " ").replace(",", " ").split()
            key = next((keys[word] for word in words if word in keys), node)
            self.report(_named(node, problem, words) or key, "", _PYTHON.sub(_in_yaml, problem))

    def entries(self, node: Any, path: str) -> dict[str, tuple[Any, Any]]:
        """Return key and value nodes by key; report keys that are doubled or no strings."""
        self._loader.flatten_mapping(node)
        entries: dict[str, tuple[Any, Any]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.report(key, path, f"a key must be a string (got {kind_of(key)})")
            elif key.value in entries:
                self.report(key, path, f"the key {key.value!r} is used twice; remove one")
            else:
                entries[key.value] = (key, value)
        return entries

    def _scalar(self, node: Any) -> Any:
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return node.value

    def report(self, node: Any, path: str, text: str) -> None:
        """Keep a mistake at the place of a node."""
        mark = node.start_mark
        where = f"{path}: " if path else ""
        self._mistakes[_Mistake(mark.line + 1, mark.column + 1, f"{where}{text}")] = None


def _named(node: Any, problem: str, words: Sequence[str]) -> Any:
    """Return the key, or the item of a list, that a problem of the whole names; None: it does not.

    ``environment 'prod': desired_count (9) is ...`` is at that key of that environment.
    """
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    lists = [value for _, value in pairs if isinstance(value, yaml.SequenceNode)]
    items = [item for each in lists for item in each.value if isinstance(item, yaml.MappingNode)]
    where, _, rest = problem.partition(": ")
    for name in (*reversed(_QUOTED.findall(where)), *_QUOTED.findall(rest)):
        for item in reversed(items):
            if any(key.value == "name" and value.value == name for key, value in item.value):
                return next((key for key, _ in item.value if key.value in words), item)
    return None


class _Unread:
    """A field that could not be read, which has a default: what looks at it ends."""

    def __get__(self, part: Any, kind: Any) -> Any:
        raise AttributeError


def _problems_of_part(kind: Any, valid: Mapping[str, Any], incomplete: set[str]) -> list[str]:
    """Return what the model refuses of the fields that could be read, as far as it can tell."""
    unread = dict.fromkeys(incomplete - valid.keys(), _Unread())
    # The module's name keeps it from being one of the package's own alternatives.
    part: Any = object.__new__(type(kind.__name__, (kind,), {**unread, "__module__": "unread"}))
    for name, (_, field) in fields(kind).items():
        if name in valid:
            object.__setattr__(part, name, valid[name])
        elif name not in incomplete and field.default is not MISSING:
            object.__setattr__(part, name, field.default)
    problems = []
    # A field that is lacking ends what can be told.
    with contextlib.suppress(AttributeError, TypeError):
        for problem in part.problems():
            problems.append(problem)
    return problems


def _in_yaml(match: re.Match[str]) -> str:
    return f"{match[1]}: {'null' if match[2] == 'None' else match[2].lower()}"


def _fits(value: Any, kind: Any) -> bool:
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return kind in (str, bool) and isinstance(value, kind)
