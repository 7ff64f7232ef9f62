"""Reads the configuration file into the model, with every mistake at its line.

The file's keys are the fields of the model's dataclasses, and its values must fit their
annotations, so that a new field needs no line here.
"""

import contextlib
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, replace
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import yaml

from cfn_pipeline.config.kinds import (
    alternatives,
    fields,
    is_model,
    is_required,
    options,
    short_field,
)
from cfn_pipeline.config.separation import separation_problems
from cfn_pipeline.errors import ModelError, OutputError
from cfn_pipeline.model.application import Application
from cfn_pipeline.template.composing import LARGEST, composed

#: What stands for a value with a mistake, of which a message has told already.
_INVALID: Any = object()
_LARGEST_BYTES = LARGEST

_KEYS = ("applications", "defaults")

#: What people write for null.
_NOTHING = ("none", "false", "no", "off")

#: A field with its value, as the messages of the model write it.
_PYTHON = re.compile(r"\b([a-z_]+)=(None|False|True)\b")


def read_config_file(path: Path) -> list[Application]:
    """Read the applications of a configuration file.

    Raises:
        OutputError: the file cannot be read.
        ModelError: every mistake, with file, line and column.

    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST_BYTES:
        raise ModelError(f"{path}: is larger than {_LARGEST_BYTES:,} bytes; divide it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: must be UTF-8 (byte {error.start} is not)") from error
    return [_located(each, path.parent) for each in read_config(text, source=str(path))]


def read_config(text: str, *, source: str = "cfn-pipeline.yml") -> list[Application]:
    """Read the applications of a configuration.

    ::

        read_config("applications: [{name: orders, source: acme/orders, container: {...}}]")

    Args:
        text: YAML: ``applications``, a list; and ``defaults``, keys that every application has
            unless it has its own.
        source: the name of the file in messages.

    Raises:
        ModelError: every mistake, with file, line, column and path.

    """
    loader = yaml.CSafeLoader(text)
    try:
        root = composed(text, loader)
        reader = _Reader(source, loader)
        applications = [] if root is None else reader.applications(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ModelError(f"{source}{place}: invalid YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ModelError(f"{source}: invalid YAML: {error}") from error
    except RecursionError as error:
        raise ModelError(f"{source}: is nested too deeply; remove levels") from error
    finally:
        loader.dispose()
    if root is None:
        raise ModelError(f"{source}:1:1: is empty; begin with 'applications:' and a list")
    ModelError.raise_for(reader.messages())
    return applications


def _located(application: Application, folder: Path) -> Application:
    """Return an application whose own template is found from any folder."""
    own = application.stack
    if own is None or own.path is None:
        return application
    return replace(application, stack=replace(own, path=str(folder / own.path)))


class _Mistake(NamedTuple):
    line: int
    column: int
    text: str


class _Reader:
    def __init__(self, source: str, loader: Any) -> None:
        self._source = source
        self._loader = loader
        self._mistakes: dict[_Mistake, None] = {}

    def messages(self) -> list[str]:
        """Return every mistake, in the order of the file."""
        return [f"{self._source}:{m.line}:{m.column}: {m.text}" for m in sorted(self._mistakes)]

    def applications(self, root: Any) -> list[Application]:
        """Read the whole file."""
        if not isinstance(root, yaml.MappingNode):
            self._report(root, "", f"the file must be a mapping (got {_kind(root)})")
            return []
        entries = self._entries(root, "")
        for name, (key, _) in entries.items():
            if name not in _KEYS:
                self._report(key, "", _unknown(name, _KEYS))
        if "applications" not in entries:
            self._report(root, "", "applications is missing; add a list of applications")
            return []
        defaults = entries.get("defaults")
        if defaults is not None and not isinstance(defaults[1], yaml.MappingNode):
            self._report(defaults[1], "defaults", f"must be a mapping (got {_kind(defaults[1])})")
            defaults = None
        _, listed = entries["applications"]
        if not isinstance(listed, yaml.SequenceNode) or not listed.value:
            self._report(
                listed, "applications", f"must be a list of applications (got {_kind(listed)})"
            )
            return []
        read = []
        places: dict[str, Any] = {}
        for number, node in enumerate(listed.value):
            path = f"applications[{number}]"
            if defaults is not None and isinstance(node, yaml.MappingNode):
                node = self._with_defaults(node, defaults[1])
            application = self._model(node, Application, path)
            if application is not _INVALID:
                if application.name in places:
                    self._report(
                        node,
                        path,
                        f"application name {application.name!r} is used twice; names must be "
                        "unique",
                    )
                places[application.name] = node
                read.append(application)
        for application, problem in separation_problems(read):
            self._report(places[application.name], "", problem)
        return read

    def _with_defaults(self, node: Any, defaults: Any) -> Any:
        """Return a mapping with the keys that it lacks, and those of mappings within it."""
        own = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        pairs = [
            (key, self._with_defaults(value, shared))
            if isinstance(value, yaml.MappingNode)
            and isinstance(shared := _value_of(defaults, key.value), yaml.MappingNode)
            and _value_of(value, "type") is None
            else (key, value)
            for key, value in node.value
        ]
        pairs += [(key, value) for key, value in defaults.value if key.value not in own]
        merged = yaml.MappingNode(node.tag, pairs)
        merged.start_mark, merged.end_mark = node.start_mark, node.end_mark
        return merged

    def _read(self, node: Any, hint: Any, path: str) -> Any:
        """Read a value that must fit an annotation."""
        kinds = [option for option in options(hint) if option is not type(None)]
        value = self._scalar(node) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(node, yaml.ScalarNode) and value is None:
            if type(None) in options(hint):
                return None
            self._report(node, path, f"must be {_described(hint)} (it is empty)")
            return _INVALID
        for kind in kinds:
            if is_model(kind):
                if (
                    isinstance(node, yaml.ScalarNode)
                    and type(None) in options(hint)
                    and short_field(kind) is None
                    and node.value.lower() in _NOTHING
                ):
                    got = _kind(node)
                    self._report(node, path, f"must be a mapping or null (got {got}); use null")
                    return _INVALID
                return self._model(node, kind, path)
            origin = get_origin(kind)
            if origin is Sequence and isinstance(node, yaml.SequenceNode):
                return self._list(node, get_args(kind)[0], path)
            if origin is Mapping and isinstance(node, yaml.MappingNode):
                return self._mapping(node, get_args(kind)[1], path)
            if isinstance(node, yaml.ScalarNode) and _fits(value, kind):
                return value
        advice = ""
        if isinstance(node, yaml.ScalarNode) and str in kinds:
            advice = f'; put it in quotes: "{node.value}"'
        elif isinstance(node, yaml.ScalarNode) and int in kinds and node.value.isdecimal():
            advice = "; remove the quotes"
        self._report(node, path, f"must be {_described(hint)} (got {_kind(node)}){advice}")
        return _INVALID

    def _list(self, node: Any, hint: Any, path: str) -> Any:
        items = [self._read(item, hint, f"{path}[{n}]") for n, item in enumerate(node.value)]
        return _INVALID if any(item is _INVALID for item in items) else items

    def _mapping(self, node: Any, hint: Any, path: str) -> Any:
        items = {
            name: self._read(value, hint, f"{path}.{name}")
            for name, (_, value) in self._entries(node, path).items()
        }
        return _INVALID if any(item is _INVALID for item in items.values()) else items

    def _model(self, node: Any, kind: Any, path: str) -> Any:
        """Read a value of a class of the model."""
        short = short_field(kind)
        choice = alternatives(kind)
        if isinstance(node, yaml.ScalarNode) and short is not None:
            value = self._read(node, fields(kind)[short][0], path)
            return _INVALID if value is _INVALID else self._make(node, kind, {short: value}, {})
        if not isinstance(node, yaml.MappingNode):
            words = _described(kind)
            is_type = isinstance(node, yaml.ScalarNode) and node.value in choice
            advice = f"; use {{type: {node.value}}}" if is_type else ""
            self._report(node, path, f"must be {words} (got {_kind(node)}){advice}")
            return _INVALID
        entries = self._entries(node, path)
        if choice:
            chosen = self._chosen(node, entries, choice, path)
            if chosen is None:
                return _INVALID
            kind = chosen
            entries = {name: entry for name, entry in entries.items() if name != "type"}
        accepted = fields(kind)
        values = {}
        for name, (key, value) in entries.items():
            if name not in accepted:
                self._report(key, path, _unknown(name, list(accepted)))
                continue
            values[name] = self._read(value, accepted[name][0], f"{path}.{name}")
        missing = [n for n, (_, f) in accepted.items() if is_required(f) and n not in entries]
        for name in missing:
            self._report(node, path, f"{name} is missing; add it")
        keys = {name: key for name, (key, _) in entries.items()}
        valid = {name: value for name, value in values.items() if value is not _INVALID}
        if missing or len(valid) < len(values):
            self._report_all(node, _problems_of_part(kind, valid, {*missing, *values}), keys)
            return _INVALID
        return self._make(node, kind, values, keys)

    def _chosen(
        self, node: Any, entries: Mapping[str, Any], choice: Mapping[str, Any], path: str
    ) -> Any:
        if "type" not in entries:
            self._report(node, path, f"type is missing; use {_listed(list(choice))}")
            return None
        _, value = entries["type"]
        name = value.value if isinstance(value, yaml.ScalarNode) else ""
        if name not in choice:
            near = difflib.get_close_matches(name, choice, 1)
            way_out = f"did you mean {near[0]!r}?" if near else f"use {_listed(list(choice))}"
            self._report(value, f"{path}.type", f"unknown type {name!r}; {way_out}")
        return choice.get(name)

    def _make(self, node: Any, kind: Any, values: dict[str, Any], keys: Mapping[str, Any]) -> Any:
        """Make a value, and report what the model refuses at the key that it names, if any."""
        try:
            return kind(**values)
        except ModelError as error:
            self._report_all(node, error.problems, keys)
            return _INVALID

    def _report_all(self, node: Any, problems: Sequence[str], keys: Mapping[str, Any]) -> None:
        for problem in problems:
            words = problem.replace(":", " ").replace(",", " ").split()
            place = next((keys[word] for word in words if word in keys), node)
            self._report(place, "", _PYTHON.sub(_in_yaml, problem))

    def _entries(self, node: Any, path: str) -> dict[str, tuple[Any, Any]]:
        """Return key and value nodes by key; report keys that are doubled or no strings."""
        self._loader.flatten_mapping(node)
        entries: dict[str, tuple[Any, Any]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._report(key, path, f"a key must be a string (got {_kind(key)})")
            elif key.value in entries:
                self._report(key, path, f"the key {key.value!r} is used twice; remove one")
            else:
                entries[key.value] = (key, value)
        return entries

    def _scalar(self, node: Any) -> Any:
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return node.value

    def _report(self, node: Any, path: str, text: str) -> None:
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


def _value_of(node: Any, name: str) -> Any:
    return next((v for k, v in node.value if k.value == name), None)


def _fits(value: Any, kind: Any) -> bool:
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return kind in (str, bool) and isinstance(value, kind)


def _unknown(name: str, accepted: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, accepted, 1)
    if near:
        return f"unknown key {name[:60]!r}; did you mean {near[0]!r}?"
    return f"unknown key {name[:60]!r}; the keys are {', '.join(accepted)}"


def _listed(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _kind(node: Any) -> str:
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
            short = short_field(option)
            scalar = "" if short is None else f"{_described(fields(option)[short][0])} or "
            texts.append(f"{scalar}a mapping")
        elif get_origin(option) is Sequence:
            texts.append("a list")
        elif get_origin(option) is Mapping:
            texts.append("a mapping")
        elif option in words:
            texts.append(words[option])
    return " or ".join(dict.fromkeys(texts))
