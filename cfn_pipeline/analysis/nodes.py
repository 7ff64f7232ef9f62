"""A value of a template with its path, in one scenario of the conditions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cfn_pipeline.analysis.resolving import is_function, text_of
from cfn_pipeline.analysis.scenarios import Scenario
from cfn_pipeline.analysis.system import Resource, System, Template
from cfn_pipeline.template.positions import Path

_ABSENT = object()


# Not frozen, since there are thousands of them, and what keeps a value frozen takes time for each.
@dataclass(eq=False, slots=True)
class Node:
    """A value of a template, and the path to it; nothing changes it.

    Fn::If resolves to the branch of the scenario. Without a scenario, items of a list include both
    branches, and other values stay unresolved.
    """

    system: System
    template: Template
    path: Path
    value: Any
    scenario: Scenario | None

    @property
    def is_there(self) -> bool:
        """Whether the value exists; ``AWS::NoValue`` counts as missing."""
        return self.value is not _ABSENT

    @property
    def is_function(self) -> bool:
        """Whether the value is an intrinsic function."""
        return is_function(self.value)

    @property
    def hides_keys(self) -> bool:
        """Whether a function may add keys: the value is one, or Fn::Transform is among its keys."""
        return self.is_function or (isinstance(self.value, dict) and "Fn::Transform" in self.value)

    @property
    def text(self) -> str | None:
        """The value as a string; None if it is missing or not a string."""
        if not self.is_there:
            return None
        return text_of(self.value, self.template, self.system, self.scenario)

    @property
    def parsed(self) -> "Node":
        """The same place; a string with a JSON object is parsed."""
        if not isinstance(self.value, str) or not self.value.lstrip().startswith("{"):
            return self
        try:
            value = json.loads(self.value)
        except (ValueError, RecursionError):
            return self
        return Node(self.system, self.template, self.path, value, self.scenario)

    def at(self, key: str) -> "Node":
        """Return the value of a key, which may be missing."""
        value = self.value
        inside = value if isinstance(value, dict) and not is_function(value) else {}
        return _settled(self, (*self.path, key), inside.get(key, _ABSENT))

    def fields(self) -> dict[str, "Node"]:
        """Return the values of all keys."""
        if not isinstance(self.value, dict) or self.is_function:
            return {}
        nodes = {str(key): self._child(str(key), value) for key, value in self.value.items()}
        return {key: node for key, node in nodes.items() if node.is_there}

    def items(self) -> list["Node"]:
        """Return the items of a list; a single value counts as a list of one."""
        if self.scenario is None and self.is_function and "Fn::If" in self.value:
            return [item for branch in self._branches() for item in branch.items()]
        if not isinstance(self.value, list):
            return [self] if self.is_there and not self.is_function else []
        items: list[Node] = []
        for number, value in enumerate(self.value):
            item = self._child(number, value)
            if item.scenario is None and item.is_function and "Fn::If" in item.value:
                items += item._branches()
            elif item.is_there:
                items.append(item)
        return items

    @property
    def is_whole(self) -> bool:
        """Whether :meth:`items` returns all items, because no function can add more."""
        if self.is_function:
            return False
        return not (isinstance(self.value, list) and any(item.is_function for item in self.items()))

    def _branches(self) -> Iterator["Node"]:
        branches = self.value["Fn::If"]
        if isinstance(branches, list) and len(branches) == 3:
            for number in (1, 2):
                branch = _settled(self, (*self.path, "Fn::If", number), branches[number])
                if branch.is_there:
                    yield branch

    def _child(self, key: str | int, value: Any) -> "Node":
        return _settled(self, (*self.path, key), value)


def _settled(parent: Node, path: Path, value: Any) -> Node:
    """Follow Fn::If to the branch of the scenario."""
    while isinstance(value, dict) and len(value) == 1:
        match value:
            case {"Ref": "AWS::NoValue"}:
                value = _ABSENT
            case {"Fn::If": [str(name), yes, no]} if name in (parent.scenario or ()):
                holds = parent.scenario is not None and parent.scenario[name]
                path = (*path, "Fn::If", 1 if holds else 2)
                value = yes if holds else no
            case _:
                break
    return Node(parent.system, parent.template, path, value, parent.scenario)


def properties_of(resource: Resource, system: System, scenario: Scenario | None = None) -> Node:
    """Return the properties of a resource."""
    path = ("Resources", resource.logical_id, "Properties")
    return Node(system, resource.template, path, resource.properties, scenario)
