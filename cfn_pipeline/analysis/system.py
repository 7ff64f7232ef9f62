"""What is judged: templates that are deployed together, and what their pipelines will find."""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from cfn_pipeline.analysis.partial_text import Unknowns

__all__ = ["Artifact", "Resource", "System", "Template"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Template:
    """A template as it was read: its file, and its content in long form.

    Sections that are no mappings are taken for empty ones: saying so is cfn-lint's work.
    """

    file: str
    content: Mapping[str, Any]

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section, empty where it is lacking."""
        return _mapping(self.content.get(name))

    @cached_property
    def resources(self) -> Mapping[str, "Resource"]:
        """The resources that can be told from the template, by logical id."""
        return {
            name: Resource(self, name, body["Type"], body)
            for name, body in self.section("Resources").items()
            if isinstance(body, dict) and isinstance(body.get("Type"), str)
        }

    @property
    def rewritten(self) -> bool:
        """Whether somebody's macro may make another template of it before it is deployed."""
        return any(not name.startswith("AWS::") for name in self.transforms)

    @property
    def hides_resources(self) -> bool:
        """Whether functions make resources of it that cannot be seen."""
        return any(str(name).startswith("Fn::") for name in self.section("Resources"))

    @property
    def transforms(self) -> tuple[str, ...]:
        """The names of the macros that the template as a whole goes through."""
        said = self.content.get("Transform", [])
        entries = said if isinstance(said, list) else [said]
        names = [entry.get("Name") if isinstance(entry, dict) else entry for entry in entries]
        return tuple(name for name in names if isinstance(name, str))


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource of a template."""

    template: Template
    logical_id: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties, empty where there are none."""
        return _mapping(self.body.get("Properties"))


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """The files that a pipeline will find in one of its artifacts.

    Args:
        name: the artifact's name in the pipeline.
        files: text by path. A mapping that reads a folder does.
        shown: how a file of it is called in messages: what stands before the path.
        parsed: what those files hold that were read as templates already, by path.
        assumed: whether nobody said that the artifact has these files; then a value that depends
            on the account, such as the id of a VPC, may still be left to be filled in.

    """

    name: str
    files: Mapping[str, str]
    shown: str = ""
    parsed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class System:
    """Templates that are deployed together.

    Args:
        templates: in any order.
        artifacts: what is known of the pipelines' artifacts.
        is_rendered: whether these are all templates of a folder that was rendered, so that what
            none of them has is nowhere.

    """

    templates: Sequence[Template]
    artifacts: Sequence[Artifact] = ()
    is_rendered: bool = False
    unknowns: Unknowns = field(default_factory=Unknowns, repr=False)
    _known: dict[Hashable, Any] = field(init=False, default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` makes, and make it once for each key."""
        if key not in self._known:
            self._known[key] = make()
        found: T = self._known[key]
        return found

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of these types, of all templates."""
        return [
            resource
            for template in self.templates
            for resource in template.resources.values()
            if resource.type in types
        ]

    def artifact(self, name: str) -> Artifact | None:
        """Return what is known of an artifact, or nothing."""
        return next((artifact for artifact in self.artifacts if artifact.name == name), None)

    @cached_property
    def exports(self) -> list[tuple[Template, str, Any, Any]]:
        """Every export: its template, the output's logical id, the name and the value."""
        found = []
        for template in self.templates:
            for output, body in template.section("Outputs").items():
                export = _mapping(_mapping(body).get("Export"))
                if "Name" in export:
                    found.append((template, output, export["Name"], body.get("Value")))
        return found


def _mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
