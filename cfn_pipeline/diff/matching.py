"""Which resource of the new template is which of the old one.

A logical id that stays is the same resource, if its type stays. A resource that only has another
logical id is recognised by its properties.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.diff.texts import Form, form, leaves, replaced

_INIT = "AWS::CloudFormation::Init"

#: The part of the texts of two resources that is the same, from which one is the other renamed.
_ALIKE = 0.75

#: Renamed resources are looked for in templates of up to so many.
_MOST_PAIRS = 20_000


@dataclass(frozen=True, eq=False)
class Side:
    """A resource in the one form.

    Args:
        resource: the resource.

    """

    resource: Resource

    @property
    def name(self) -> str:
        """Its logical id."""
        return self.resource.logical_id

    @property
    def type(self) -> str:
        """Its type."""
        return self.resource.type

    @cached_property
    def properties(self) -> dict[str, Form]:
        """Its properties, in the one form."""
        return {str(key): form(value) for key, value in self.resource.properties.items()}

    @cached_property
    def attributes(self) -> dict[str, Form]:
        """What stands beside its properties, such as DeletionPolicy and DependsOn.

        Of Metadata, what cfn-init reads.
        """
        body = dict(self.resource.body)
        metadata = body.pop("Metadata", None)
        if isinstance(metadata, dict) and _INIT in metadata:
            body[_INIT] = metadata[_INIT]
        return {
            str(key): form(value)
            for key, value in body.items()
            if key not in ("Type", "Properties")
        }

    def policy(self, name: str) -> str | None:
        """Return its DeletionPolicy or UpdateReplacePolicy; None: it has none."""
        value: Any = self.attributes.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """A resource before and after.

    Args:
        before: None: it is added.
        after: None: it is removed.

    """

    before: Side | None
    after: Side | None

    @property
    def side(self) -> Side:
        """The resource as it is after, or as it was."""
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def is_renamed(self) -> bool:
        """Whether it has another logical id."""
        return (
            self.before is not None
            and self.after is not None
            and self.before.name != self.after.name
        )


def pairs(old: Mapping[str, Resource], new: Mapping[str, Resource]) -> list[Pair]:
    """Return the resources of two templates, in the order of the new one."""
    before = {name: Side(resource) for name, resource in old.items()}
    after = {name: Side(resource) for name, resource in new.items()}
    same = {name for name in before if name in after and before[name].type == after[name].type}
    renamed = _renamed(
        [side for name, side in before.items() if name not in same],
        [side for name, side in after.items() if name not in same],
    )
    gone = {side.name for side in renamed.values()}
    found = []
    for name, side in after.items():
        earlier = before[name] if name in same else renamed.get(name)
        found.append(Pair(before=earlier, after=side))
    found += [
        Pair(before=side, after=None)
        for name, side in before.items()
        if name not in same and name not in gone
    ]
    return found


def _renamed(removed: list[Side], added: list[Side]) -> dict[str, Side]:
    """Return the removed resources that added ones are, by the logical id of the added."""
    types = {side.name: f"<{side.type}>" for side in (*removed, *added)}
    texts = {
        id(side): set(leaves(replaced(side.properties, lambda name: types.get(name, name))))
        for side in (*removed, *added)
    }
    candidates = [
        (_likeness(texts[id(one)], texts[id(other)]), number, one, other)
        for number, (one, other) in enumerate(
            [(one, other) for one in removed for other in added if one.type == other.type][
                :_MOST_PAIRS
            ]
        )
    ]
    found: dict[str, Side] = {}
    taken: set[str] = set()
    for likeness, _, one, other in sorted(candidates, key=lambda entry: (-entry[0], entry[1])):
        if likeness >= _ALIKE and one.name not in taken and other.name not in found:
            found[other.name] = one
            taken.add(one.name)
    return found


def _likeness(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> float:
    whole = len(one | other)
    return len(one & other) / whole if whole else 1.0
