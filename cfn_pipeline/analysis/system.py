"""Templates that are deployed together, and the artifacts of their pipelines."""

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from cfn_pipeline.analysis.partial_text import Unknowns
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.template import load
from cfn_pipeline.template.positions import DoubledKey, Position, doubled_keys

T = TypeVar("T")


class Place(NamedTuple):
    """Where a stack is; the texts may have unknown parts.

    Args:
        account: the account's number.
        region: the region.

    """

    account: str
    region: str


@dataclass(frozen=True, eq=False)
class Template:
    """A template: its file, and its content with functions in long form.

    A section that is not a mapping counts as empty; cfn-lint reports it.

    Args:
        file: the file's name, as messages show it.
        content: the template in long form; the last of doubled keys counts.
        text: the text of the file; None if it was not read from a file.
        doubled_keys: the keys that stand more than once in a mapping.
        place: where its stack is; None: in the account and region of the pipeline.
        account: the only account in which it is deployed; None: it may be any.

    """

    file: str
    content: Mapping[str, Any]
    text: str | None = field(default=None, repr=False)
    doubled_keys: Sequence[DoubledKey] = ()
    place: Place | None = None
    account: str | None = None

    @classmethod
    def read(cls, file: str, text: str, *, strict: bool = False) -> "Template":
        """Read a template from its text.

        Args:
            file: the file's name, for messages.
            text: YAML or JSON.
            strict: whether doubled keys are an error.

        Raises:
            TemplateError: the text cannot be read.

        """
        try:
            return cls(file, load(text, source=file), text)
        except TemplateError:
            if strict:
                raise
        return cls(file, load(text, source=file, strict=False), text, doubled_keys(text))

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section; empty if it is missing."""
        return _mapping(self.content.get(name))

    @cached_property
    def resources(self) -> Mapping[str, "Resource"]:
        """The resources of the template, by logical id."""
        return {
            name: Resource(self, name, body["Type"], body)
            for name, body in self.section("Resources").items()
            if isinstance(body, dict) and isinstance(body.get("Type"), str)
        }

    @property
    def has_pipeline(self) -> bool:
        """Whether it is where a pipeline is, and not where its actions work."""
        return any(r.type == "AWS::CodePipeline::Pipeline" for r in self.resources.values())

    @property
    def rewritten(self) -> bool:
        """Whether a macro, other than those of AWS, may change the template before deployment."""
        return any(not name.startswith("AWS::") for name in self.transforms)

    @property
    def hides_resources(self) -> bool:
        """Whether functions generate resources or their properties, which are not known."""
        return any(str(name).startswith("Fn::") for name in self.section("Resources")) or any(
            resource.is_opaque for resource in self.resources.values()
        )

    @property
    def transforms(self) -> tuple[str, ...]:
        """The names of the macros in Transform."""
        transform = self.content.get("Transform", [])
        entries = transform if isinstance(transform, list) else [transform]
        names = [entry.get("Name") if isinstance(entry, dict) else entry for entry in entries]
        return tuple(name for name in names if isinstance(name, str))


class Unreadable(NamedTuple):
    """A file that cannot be read, or that is not a template.

    Args:
        file: the file's name, as messages show it.
        why: why it cannot be read.
        position: the place of the mistake.

    """

    file: str
    why: str
    position: Position = Position(1, 1)


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of a template."""

    template: Template
    logical_id: str
    type: str
    body: Mapping[str, Any]

    @property
    def is_opaque(self) -> bool:
        """Whether a function generates its properties, or some of them."""
        properties = self.body.get("Properties")
        return isinstance(properties, dict) and (
            "Fn::Transform" in properties or list(properties) == ["Ref"]
        )

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties; empty if the resource has none."""
        return _mapping(self.body.get("Properties"))


@frozen
class Artifact(Frozen):
    """The files of a pipeline's artifact.

    Args:
        name: the artifact's name in the pipeline.
        files: text by path; may be a mapping that reads a folder.
        shown: the prefix of its paths in messages.
        parsed: the content of files that were already read as templates, by path.
        assumed: whether the files are assumed, because they lie beside rendered templates. Then
            users may still have to set values of their account, such as the id of a VPC.
        folder: the folder of the artifact in which the files are, such as ``shop/``; empty: its
            root. What is outside of the folder is not known.

    """

    name: str
    files: Mapping[str, str]
    shown: str = ""
    parsed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    assumed: bool = False
    folder: str = ""

    def path_in_files(self, path: str) -> str | None:
        """Return the key in ``files`` of a path in the artifact; None: it is not known."""
        return path.removeprefix(self.folder) if path.startswith(self.folder) else None


@frozen
class System(Frozen):
    """Templates that are deployed together.

    Args:
        templates: in any order.
        artifacts: the artifacts whose files are known.
        unreadable: the files that were given as templates and cannot be read.
        skipped: the files of a folder that are not templates.
        is_rendered: whether these are all templates of a rendered folder, so that a resource that
            is missing in them does not exist.
        parameters: the values of parameters, in any template, by name.
        unknowns: the characters that stand for unknown parts of strings.

    """

    templates: Sequence[Template]
    artifacts: Sequence[Artifact] = ()
    unreadable: Sequence[Unreadable] = ()
    skipped: Sequence[str] = ()
    is_rendered: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    unknowns: Unknowns = field(default_factory=Unknowns, repr=False)
    _cache: dict[Hashable, Any] = field(init=False, default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result of ``make``, cached by ``key``."""
        if key not in self._cache:
            self._cache[key] = make()
        result: T = self._cache[key]
        return result

    def resources(self, *types: str, place: Place | None = None) -> list[Resource]:
        """Return the resources of these types, of all templates.

        Args:
            types: the types.
            place: where the templates are deployed; None: where the pipeline is.

        """
        return [
            resource
            for template in self.templates_at(place)
            for resource in template.resources.values()
            if resource.type in types
        ]

    def templates_at(self, place: Place | None) -> Sequence[Template]:
        """Return the templates as they are in a place, without those that are never there."""
        if place is None:
            return self.templates
        return self.once(("at", place), lambda: [*self._placed(place)])

    def _placed(self, place: Place) -> Iterator[Template]:
        for template in self.templates:
            elsewhere = template.account not in (None, place.account)
            if not elsewhere and (template.place == place or not template.has_pipeline):
                yield template if template.place == place else replace(template, place=place)

    def artifact(self, name: str) -> Artifact | None:
        """Return an artifact; None if its files are not known."""
        return next((artifact for artifact in self.artifacts if artifact.name == name), None)

    @property
    def exports(self) -> list[tuple[Template, str, Any, Any]]:
        """Every export: its template, the output's logical id, the name and the value."""
        return self.exports_at(None)

    def exports_at(self, place: Place | None) -> list[tuple[Template, str, Any, Any]]:
        """Return the exports of the templates as they are in a place."""
        return self.once(("exports", place), lambda: self._exports(self.templates_at(place)))

    @staticmethod
    def _exports(templates: Sequence[Template]) -> list[tuple[Template, str, Any, Any]]:
        exports = []
        for template in templates:
            for output, body in template.section("Outputs").items():
                export = _mapping(_mapping(body).get("Export"))
                if "Name" in export:
                    exports.append((template, output, export["Name"], body.get("Value")))
        return exports


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
