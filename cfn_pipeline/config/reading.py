"""Reads the configuration file into the model, with every mistake at its line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from cfn_pipeline import details
from cfn_pipeline.config.advice import kind_of, unknown
from cfn_pipeline.config.nodes import INVALID, Reader
from cfn_pipeline.config.separation import Stacks, separation_problems, stacks_of
from cfn_pipeline.errors import ModelError, OutputError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import SHARED, Shared
from cfn_pipeline.template.composing import LARGEST, composed, yaml_problem

_LARGEST_BYTES = LARGEST

_KEYS = ("applications", "defaults", "shared", "fleet")


def read_config_file(path: Path) -> list[Application]:
    """Read the applications of a configuration file.

    Raises:
        OutputError: the file cannot be read.
        ModelError: every mistake, with file, line and column.

    """
    return read_configuration(path).applications()


def read_config(text: str, *, source: str = "cfn-pipeline.yml") -> list[Application]:
    """Read the applications of a configuration.

    ::

        read_config("applications: [{name: orders, source: acme/orders, container: {...}}]")

    Args:
        text: YAML: ``applications``, a list; ``defaults``, keys that every application has unless
            it has its own; ``shared``, what they share; and ``fleet``, the
            pipeline that delivers their pipelines.
        source: the name of the file in messages.

    Raises:
        ModelError: every mistake, with file, line, column and path.

    """
    return Configuration(text, source=source).applications()


def read_configuration(path: Path) -> "Configuration":
    """Read a configuration file, but no application of it yet.

    Raises:
        OutputError: the file cannot be read.
        ModelError: it is not YAML, or too large.

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
    details.tell(f"read {path} ({len(text):,} characters)")
    return Configuration(text, source=str(path), folder=path.parent)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """An application of a configuration file, as it is written there.

    Args:
        path: its place in the file, such as ``applications[2]``.
        node: its node, without the defaults.
        defaults: the node of the defaults; None: there are none.
        shared: the node of what applications share; None: there is none.
        fleet: the node of the pipeline of pipelines; None: there is none.

    """

    path: str
    node: Any = field(repr=False)
    defaults: Any = field(repr=False)
    shared: Any = field(repr=False, default=None)
    fleet: Any = field(repr=False, default=None)

    @property
    def name(self) -> str | None:
        """The application's name; None: it has none that can be read."""
        node = _value_of(self.node, "name")
        return node.value if isinstance(node, yaml.ScalarNode) else None

    @property
    def template(self) -> str | None:
        """The path of its own template, relative to the file; None: it has none."""
        own = self._value("stack")
        if isinstance(own, yaml.MappingNode):
            own = _value_of(own, "path") or _value_of(_value_of(self.defaults, "stack"), "path")
        return own.value if isinstance(own, yaml.ScalarNode) else None

    @cached_property
    def text(self) -> str:
        """Everything that the file says of the application, as a text that is always the same."""
        return _text(self.node, self.defaults, self.shared, self.fleet)

    def merged(self) -> Any:
        """Return its node, with the keys of the defaults that it lacks."""
        if self.defaults is None or not isinstance(self.node, yaml.MappingNode):
            return self.node
        return _with_defaults(self.node, self.defaults)

    def _value(self, name: str) -> Any:
        return _value_of(self.node, name) or _value_of(self.defaults, name)


class Configuration:
    """A configuration file, of which each application is read when it is asked for.

    Args:
        text: of the file.
        source: its name in messages.
        folder: where it is; absent: own templates stay relative to the current folder.

    Raises:
        ModelError: the text is not YAML, with the place.

    """

    def __init__(self, text: str, *, source: str, folder: Path | None = None) -> None:
        self._source = source
        self._folder = folder
        self._loader = yaml.CSafeLoader(text)
        try:
            root = composed(text, self._loader)
        except yaml.MarkedYAMLError as error:
            raise ModelError(_invalid(error, text, source)) from error
        except yaml.YAMLError as error:
            raise ModelError(f"{source}: invalid YAML: {error}") from error
        except RecursionError as error:
            raise ModelError(f"{source}: is nested too deeply; remove levels") from error
        if root is None:
            raise ModelError(f"{source}:1:1: is empty; begin with 'applications:' and a list")
        self._reader = Reader(source, self._loader)
        #: The applications, in the order of the file.
        self.entries = self._read_entries(root)

    def applications(
        self, entries: Sequence[Entry] | None = None, *, others: Sequence[Stacks] = ()
    ) -> list[Application]:
        """Read applications.

        Args:
            entries: which; absent: all.
            others: what the applications that are not read deploy.

        Raises:
            ModelError: every mistake in them, with file, line, column and path, and what they
                must not have in common with the others.

        """
        reader = self._reader
        read = []
        nodes: dict[str, Any] = {}
        names = {each.application for each in others}
        try:
            for entry in self.entries if entries is None else entries:
                node = entry.merged()
                application = reader.model(node, Application, entry.path)
                if application is not INVALID:
                    application = self._with_common(application, node)
                    if application.name in names:
                        reader.report(
                            node,
                            entry.path,
                            f"application name {application.name!r} is used twice; names must be "
                            "unique",
                        )
                    names.add(application.name)
                    nodes[application.name] = node
                    read.append(application)
        except yaml.MarkedYAMLError as error:
            raise ModelError(_invalid(error, "", self._source)) from error
        except RecursionError as error:
            raise ModelError(f"{self._source}: is nested too deeply; remove levels") from error
        for name, problem in separation_problems([*others, *map(stacks_of, read)]):
            reader.report(nodes.get(name, self._root), "", problem)
        ModelError.raise_for(reader.messages())
        return [self._located(application) for application in read]

    @cached_property
    def shared(self) -> Shared | None:
        """What the applications share; None: nothing, or it has mistakes."""
        if self._shared is None:
            return None
        shared = self._reader.model(self._shared, Shared, "shared")
        return None if shared is INVALID else shared

    @property
    def shared_digest(self) -> str:
        """A hash of everything that the file says of it, and of who deploys it."""
        return sha256(_text(self._shared, self._fleet).encode()).hexdigest()

    @cached_property
    def fleet(self) -> Fleet | None:
        """The pipeline of pipelines; None: there is none, or it has mistakes."""
        if self._fleet is None:
            return None
        read = self._reader.model(self._fleet, Fleet, "fleet")
        fleet: Fleet | None = None if read is INVALID else read
        if (
            fleet is not None
            and self.shared is not None
            and fleet.name in (SHARED, self.shared.name)
        ):
            what = "folder" if fleet.name == SHARED else "name"
            self._reader.report(
                self._fleet,
                "fleet",
                f"its {what} is also that of {self.shared.where}; use another name",
            )
        return fleet

    def _with_common(self, application: Application, node: Any) -> Application:
        """Return an application with what stands beside ``applications``."""
        if self.shared is None and self.fleet is None:
            return application
        try:
            return replace(application, shared=self.shared, fleet=self.fleet)
        except ModelError as error:
            for problem in error.problems:
                self._reader.report(node, "", problem)
            return application

    def _read_entries(self, root: Any) -> Sequence[Entry]:
        """Return the applications of the file; report mistakes beside them."""
        self._root = root
        self._shared = self._fleet = None
        reader = self._reader
        if not isinstance(root, yaml.MappingNode):
            reader.report(root, "", f"the file must be a mapping (got {kind_of(root)})")
            return []
        entries = reader.entries(root, "")
        if "Resources" in entries and "applications" not in entries:
            reader.report(
                root, "", "is a CloudFormation template, and not what describes applications"
            )
            return []
        for name, (key, _) in entries.items():
            if name not in _KEYS:
                reader.report(key, "", unknown(name, _KEYS))
        if "applications" not in entries:
            reader.report(root, "", "applications is missing; add a list of applications")
            return []
        _, defaults = entries.get("defaults", (None, None))
        if defaults is not None and not isinstance(defaults, yaml.MappingNode):
            reader.report(defaults, "defaults", f"must be a mapping (got {kind_of(defaults)})")
            defaults = None
        _, self._shared = entries.get("shared", (None, None))
        _, self._fleet = entries.get("fleet", (None, None))
        _, listed = entries["applications"]
        if not isinstance(listed, yaml.SequenceNode) or not listed.value:
            reader.report(
                listed, "applications", f"must be a list of applications (got {kind_of(listed)})"
            )
            return []
        return [
            Entry(
                path=f"applications[{number}]",
                node=node,
                defaults=defaults,
                shared=self._shared,
                fleet=self._fleet,
            )
            for number, node in enumerate(listed.value)
        ]

    def _located(self, application: Application) -> Application:
        """Return an application whose own template is found from any folder."""
        own = application.stack
        if self._folder is None or own is None or own.path is None:
            return application
        # It was just made, and its mistakes were told: they need not be looked for again.
        stack = replace(own, path=str(self._folder / own.path))
        object.__setattr__(application, "stack", stack)
        return application


def _invalid(error: yaml.MarkedYAMLError, text: str, source: str) -> str:
    mark = error.problem_mark
    place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
    return f"{source}{place}: invalid YAML: {yaml_problem(error, text)}"


def _with_defaults(node: Any, defaults: Any) -> Any:
    """Return a mapping with the keys that it lacks, and those of mappings within it."""
    own = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    pairs = [
        (key, _with_defaults(value, shared))
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


def _value_of(node: Any, name: str) -> Any:
    """Return the node of a key of a mapping; None: it has no such key, or is not a mapping."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _text(*nodes: Any) -> str:
    return json.dumps([*map(_plain, nodes)])


def _plain(node: Any) -> Any:
    """Return a node as lists of strings."""
    if isinstance(node, yaml.ScalarNode):
        return [node.tag, node.value]
    if isinstance(node, yaml.MappingNode):
        return [[_plain(key), _plain(value)] for key, value in node.value]
    return None if node is None else [node.tag, *map(_plain, node.value)]
