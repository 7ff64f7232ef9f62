"""Resources that are removed, although others still refer to them: CloudFormation refuses that."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.diff.difference import ResourceChange
from cfn_pipeline.diff.matching import Pair, Side
from cfn_pipeline.diff.texts import form, references

_MOST_USERS = 3


def with_refused_removals(
    changes: Sequence[ResourceChange], pairs: Sequence[Pair], new: Template
) -> list[ResourceChange]:
    """Return the changes, each removal with what in the new template still refers to it.

    Args:
        changes: of resources.
        pairs: the resources of both templates.
        new: the new template; one with transforms may get resources from them.

    """
    removed = {change.resource for change in changes if change.kind == "removed"}
    removed -= {*new.resources, *new.section("Parameters")}
    if not removed or new.transforms:
        return list(changes)
    users: dict[str, list[str]] = {}
    for user, names in _references(pairs, new):
        for name in names & removed:
            users.setdefault(name, []).append(user)
    return [
        replace(change, refusal=_refusal(users[change.resource]))
        if change.kind == "removed" and change.resource in users
        else change
        for change in changes
    ]


def _references(pairs: Sequence[Pair], new: Template) -> Iterator[tuple[str, set[str]]]:
    for pair in pairs:
        if pair.after is not None:
            yield pair.after.name, _of(pair.after)
    for name, output in new.section("Outputs").items():
        yield f"output {name}", references(form(output))


def _of(side: Side) -> set[str]:
    names = {
        name
        for value in chain(side.properties.values(), side.attributes.values())
        for name in references(value)
    }
    needed = side.resource.body.get("DependsOn")
    needed = needed if isinstance(needed, list) else [needed]
    return names | {name for name in needed if isinstance(name, str)}


def _refusal(users: Sequence[str]) -> str:
    more = f" and {len(users) - _MOST_USERS} more" if len(users) > _MOST_USERS else ""
    names = ", ".join(users[:_MOST_USERS]) + more
    verb = "refers" if len(users) == 1 else "refer"
    return f"CloudFormation refuses the template, because {names} still {verb} to it"
