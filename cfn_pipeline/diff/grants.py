"""What is allowed or denied, in words, and why a reader should look at it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cfn_pipeline.aws.privileges import RAISING
from cfn_pipeline.diff.concrete import as_list
from cfn_pipeline.diff.holders import Kind
from cfn_pipeline.diff.texts import text
from cfn_pipeline.evaluation.matching import matches

_MOST_NAMES = 6
_MOST_ARNS = 3


class Grant(NamedTuple):
    """A part of a statement.

    Args:
        kind: whether a role is allowed it, may be assumed, or a resource lets others in.
        actions: patterns of actions, or ``all but`` such.
        resources: patterns of resources; empty: the resource itself.
        principals: who is let in; empty: the role.
        condition: the condition, in words.
        is_denial: whether the statement denies it.
        is_part: whether other statements still allow some of it.

    """

    kind: Kind
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...] = ()
    condition: str = ""
    is_denial: bool = False
    is_part: bool = False

    @property
    def is_open(self) -> bool:
        """Whether everyone is let in, under no condition."""
        everyone = any(name.endswith(" *") or name == "*" for name in self.principals)
        return everyone and not self.condition and not self.is_denial

    def gained(self) -> str:
        """Return that it holds now."""
        if self.is_denial:
            verb = "is no longer denied" if self.kind == "identity" else "no longer denies"
            return f"{verb} {self._what}"
        match self.kind:
            case "trust":
                return f"may be assumed by {_listed(self.principals)}{self._if}"
            case "resource":
                return f"lets {_listed(self.principals)} {self._what}"
        return f"{'may' if self.kind == 'identity' else 'allows'} {self._what}"

    def lost(self) -> str:
        """Return that it does not hold any more."""
        return f"{self._lost()} (some of it is still allowed)" if self.is_part else self._lost()

    def _lost(self) -> str:
        if self.is_denial:
            who = f" to {_listed(self.principals)}" if self.principals else ""
            verb = "is denied" if self.kind == "identity" else "denies"
            return f"{verb} {self._what}{who}"
        match self.kind:
            case "trust":
                return f"may no longer be assumed by {_listed(self.principals)}{self._if}"
            case "resource":
                return f"no longer lets {_listed(self.principals)} {self._what}"
        verb = "may no longer" if self.kind == "identity" else "no longer allows"
        return f"{verb} {self._what}"

    @property
    def _what(self) -> str:
        on = "" if not self.resources else f" on {_listed(self.resources, _MOST_ARNS)}"
        return f"{_listed(self.actions)}{on}{self._if}"

    @property
    def _if(self) -> str:
        return f" if {self.condition}" if self.condition else ""

    def alarm(self, actions: Iterable[str] = ()) -> str:
        """Return why a reader should look at the gain; empty: no reason.

        Args:
            actions: what is gained by it, as far as is known; default: what its patterns match.

        """
        if self.kind == "trust":
            return f"can be assumed by {_listed(self.principals)}"
        if self.kind == "resource":
            return "is open to everyone" if self.is_open else ""
        if "*" in self.actions and self.resources == ("*",):
            return "may do everything"
        raising = sorted(set(actions or self._matching()) & set(RAISING))
        if not raising:
            return ""
        reasons = (f"{action} {RAISING[action]}" for action in raising)
        return f"a new way to more rights: {'; '.join(reasons)}"

    def _matching(self) -> list[str]:
        """Return the actions that raise rights and that the patterns match."""
        return [
            action
            for action in RAISING
            if any(matches(pattern.lower(), action.lower()) for pattern in self.actions)
        ]


def _listed(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    shown = [*names[:most]]
    more = len(names) - most
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def whole(kind: Kind, statement: Mapping[str, Any]) -> Grant:
    """Return all that a statement in the one form allows or denies."""
    return Grant(
        kind=kind,
        actions=element(statement, "Action"),
        resources=_resources(kind, element(statement, "Resource")),
        principals=principals(statement),
        condition=condition(statement),
        is_denial=statement.get("Effect") == "Deny",
    )


def _resources(kind: Kind, resources: tuple[str, ...]) -> tuple[str, ...]:
    """Return resources; of a resource's own policy, that they are all says nothing."""
    is_own = kind in ("trust", "resource")
    return () if is_own and resources in (("*",), ()) else resources


def part(
    kind: Kind,
    statement: Mapping[str, Any],
    actions: Sequence[str],
    resources: Sequence[str],
    who: Sequence[str],
) -> Grant:
    """Return a part of what a statement allows or denies."""
    return whole(kind, statement)._replace(
        actions=tuple(actions), resources=_resources(kind, tuple(resources)), principals=tuple(who)
    )


def element(statement: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return Action or Resource of a statement; of NotAction, in words."""
    if name in statement:
        return tuple(as_list(statement[name]))
    others = as_list(statement.get(f"Not{name}", []))
    return (f"all but {', '.join(others)}",) if others else ()


def principals(statement: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whom a statement lets in, each with its kind."""
    for name, words in (("Principal", ""), ("NotPrincipal", "all but ")):
        value = statement.get(name)
        if isinstance(value, dict):
            return tuple(
                f"{words}{kind} {who}" for kind, people in value.items() for who in as_list(people)
            )
        if value is not None:
            return (f"{words}{text(value)}",)
    return ()


def condition(statement: Mapping[str, Any]) -> str:
    """Return the condition of a statement in words; empty: it has none."""
    found = statement.get("Condition")
    if not isinstance(found, dict):
        return "" if found is None else text(found)
    parts = [
        f"{key} {operator} {' or '.join(as_list(values))}"
        for operator, keys in found.items()
        if isinstance(keys, dict)
        for key, values in keys.items()
    ]
    return " and ".join(parts)
