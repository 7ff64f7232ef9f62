"""Nodes of a configuration file as values of the model, with every mistake at its place.

The keys are the fields of the model's dataclasses, and the values must fit their annotations, so
that a new field needs no line here.
"""

import contextlib
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from typing import Any, NamedTuple, get_args, get_origin

import yaml

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

#: What YAML 1.1 reads as a boolean.
_BOOLEANS = ("true", "false", "yes", "no", "on", "off")

#: The fewest characters of a key that is cut short, such as env.
_SHORTEST_PREFIX = 3

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
            self.report(node, path, f"must be {_described(hint)} (it is empty)")
            return INVALID
        for kind in kinds:
            if is_model(kind):
                if bool in kinds and isinstance(node, yaml.ScalarNode):
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
        advice = ""
        if isinstance(node, yaml.ScalarNode):
            about = "" if owner is None else descriptions(owner).get(path.rpartition(".")[2], "")
            advice = _advice(node, kinds, about)
        self.report(node, path, f"must be {_described(hint)} (got {kind_of(node)}){advice}")
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
            words = _described(kind)
            is_type = isinstance(node, yaml.ScalarNode) and node.value in choice
            advice = f"; use {{type: {node.value}}}" if is_type else ""
            self.report(node, path, f"must be {words} (got {kind_of(node)}){advice}")
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
                self.report(key, path, _unaccepted(name, entries, accepted))
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
            self.report(node, path, f"type is missing; use {_listed(list(choice))}")
            return None
        _, value = entries["type"]
        name = value.value if isinstance(value, yaml.ScalarNode) else ""
        if name not in choice:
            near = difflib.get_close_matches(name, choice, 1)
            way_out = f"did you mean {near[0]!r}?" if near else f"use {_listed(list(choice))}"
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
            place = next((keys[word] for word in words if word in keys), node)
            self.report(place, "", _PYTHON.sub(_in_yaml, problem))

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


def _advice(node: Any, kinds: Sequence[Any], about: str) -> str:
    """Return the way out of a plain value that does not fit, as an end of a sentence."""
    if str in kinds:
        return f'; put it in quotes: "{node.value}"'
    if _has_needless_quotes(node, kinds):
        return "; remove the quotes"
    if int in kinds and re.match(r"[\d.,]+\s*[A-Za-z]", node.value):
        return f"; use the number alone: {re.split('[;.]', about)[0]}" if about else ""
    items = [get_args(kind)[0] for kind in kinds if get_origin(kind) is Sequence]
    if any(item is str or (is_model(item) and short_field(item)) for item in items):
        words = node.value.split("," if "," in node.value else None)
        return f"; use [{', '.join(_as_string(word.strip()) for word in words)}]"
    return ""


def _as_string(word: str) -> str:
    """Return a word as YAML reads it as a string within a list."""
    return word if re.fullmatch(r"[A-Za-z./_][\w./:=-]*", word) else json.dumps(word)


def _has_needless_quotes(node: Any, kinds: Sequence[Any]) -> bool:
    """Whether a string would be what is wanted without its quotes."""
    is_number = int in kinds and node.value.isdecimal()
    is_boolean = bool in kinds and node.value.lower() in _BOOLEANS
    return is_number or (is_boolean and node.style in ("'", '"'))


def _unaccepted(name: str, entries: Mapping[str, Any], accepted: Mapping[str, Any]) -> str:
    """Return the message for an unknown key, which may be one of an empty key beside it."""
    for other, (_, node) in entries.items():
        if other in accepted and isinstance(node, yaml.ScalarNode) and not node.value:
            kinds = [default_kind(kind) for kind in options(accepted[other][0]) if is_model(kind)]
            models = [kind for kind in kinds if hasattr(kind, "__dataclass_fields__")]
            if any(name in fields(kind) for kind in models):
                return f"unknown key {name!r}; it is a key of {other}: indent it below {other}"
    return unknown(name, list(accepted))


def unknown(name: str, accepted: Sequence[str]) -> str:
    """Return the message for a key that is not among those that are accepted."""
    near = difflib.get_close_matches(name, accepted, 1) or [
        key for key in accepted if len(name) >= _SHORTEST_PREFIX and key.startswith(name)
    ]
    if near:
        return f"unknown key {name[:60]!r}; did you mean {near[0]!r}?"
    return f"unknown key {name[:60]!r}; the keys are {', '.join(accepted)}"


def _listed(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def kind_of(node: Any) -> str:
    """Return what a node is, in words."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list" if node.value else "an empty list"
    kind = node.tag.rpartition(":")[2]
    words = {"null": "nothing", "int": "a number", "float": "a number", "bool": "a boolean"}
    return f"{node.value[:60]}, {words.get(kind, 'a string')}" if node.value else "nothing"


def _described(hint: Any) -> str:
    words = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    texts = []
    for option in options(hint):
        if is_model(option):
            kind = default_kind(option)
            short = short_field(kind)
            scalar = "" if short is None else f"{_described(fields(kind)[short][0])} or "
            texts.append(f"{scalar}a mapping")
        elif get_origin(option) is Sequence:
            texts.append("a list")
        elif get_origin(option) is Mapping:
            texts.append("a mapping")
        elif option in words:
            texts.append(words[option])
    return " or ".join(dict.fromkeys(texts))
