"""Who may do what, that could not before, or cannot any more.

Statements of both templates are held against each other request by request, so that another way to
write the same is not a difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cfn_pipeline.analysis.scenarios import scenarios
from cfn_pipeline.analysis.system import Template
from cfn_pipeline.diff.concrete import ACCOUNT, Concrete, as_list, settled, statements_of
from cfn_pipeline.diff.decisions import Decided, Rules, decided
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.grants import Grant, element, part, principals, whole
from cfn_pipeline.diff.holders import Holder, Kind, holders
from cfn_pipeline.diff.matching import Pair
from cfn_pipeline.diff.texts import conditions, exact, form, text
from cfn_pipeline.evaluation.matching import matches

_MOST_CASES = 8

Statement = Mapping[str, Any]

#: That nothing is gained or lost by other words, by kind.
_SAME: Mapping[Kind, str] = {
    "identity": "has policies that are written differently, and allow the same as before",
    "policy": "is written differently, and allows the same as before",
    "resource": "has a policy that is written differently, and allows the same as before",
    "trust": "has a trust that is written differently, and lets in the same as before",
}


def permission_changes(pairs: Sequence[Pair], old: Template, new: Template) -> list[Change]:
    """Return what roles gain and lose, who may assume them, and whom resources let in.

    Args:
        pairs: the resources of both templates.
        old: the old template; empty if it did not exist.
        new: the new one.

    """
    names = {p.before.name: p.after.name for p in pairs if p.before and p.after}
    before = holders([p.before for p in pairs if p.before], names)
    after = holders([p.after for p in pairs if p.after], {})
    existed = {p.after.name for p in pairs if p.before and p.after}
    comparison = _Comparison(old, new, names)
    found: list[Change] = []
    for kind, name in dict.fromkeys((*after, *before)):
        one, other = before.get((kind, name)), after.get((kind, name))
        if other is None:
            found += _gone(kind, name, is_there=name in existed)
        elif one is None and name not in existed:
            found += _new(other)
        else:
            found += comparison.changes(one or Holder(name=name, kind=kind), other)
    return found


def _gone(kind: Kind, name: str, *, is_there: bool) -> Iterator[Change]:
    if kind == "policy":
        yield Change(sign="-", subject=name, text="is attached or removed", effect="neutral")
    elif kind == "identity":
        words = "has no policies any more" if is_there else "is removed, with its permissions"
        yield Change(sign="-", subject=name, text=words, effect="narrowing")
    elif kind == "resource" and is_there:
        yield Change(
            sign="-", subject=name, text="has no policy of its own any more", effect="neutral"
        )


def _new(holder: Holder) -> Iterator[Change]:
    """Yield what a role or resource that is added may do, or lets others do."""
    statements = [
        statement
        for document, _ in holder.documents
        for case in ({}, dict.fromkeys(conditions(document), False))
        for statement in statements_of(settled(document, case))
    ]
    for statement in {exact(s): s for s in statements}.values():
        grant = whole(holder.kind, statement)
        if grant.is_denial:
            continue
        is_opened = holder.kind == "identity" or grant.alarm() == "is open to everyone"
        is_broad = is_opened or holder.kind == "policy"
        yield Change(
            sign="+",
            subject=holder.name,
            text=grant.gained(),
            effect="broadening" if is_broad else "neutral",
            alarm=grant.alarm() if is_opened else "",
        )
    for policy in holder.policies:
        yield Change(
            sign="+",
            subject=holder.name,
            text=f"may all that the policy {policy} allows",
            effect="broadening",
        )


class _Comparison:
    """Compares what roles and resources are allowed in two templates.

    Args:
        old: the old template.
        new: the new one.
        names: the logical ids of the new one, by those of the old one.

    """

    def __init__(self, old: Template, new: Template, names: Mapping[str, str]) -> None:
        before, after = old.section("Parameters"), new.section("Parameters")
        shared = {n for n in before if n in after and form(before[n]) == form(after[n])}
        # A resource that both have is the same one, also where it has another name now.
        same = {name: new.resources[name] for name in names.values()}
        own = {name: r for name, r in old.resources.items() if name not in names}
        self._old = Concrete(old, {**own, **same}, shared)
        self._new = Concrete(new, new.resources, shared)
        self._conditions = {
            "Parameters": {**before, **after},
            "Conditions": {**old.section("Conditions"), **new.section("Conditions")},
        }

    def changes(self, old: Holder, new: Holder) -> Iterator[Change]:
        """Yield what a role or resource gains and loses."""
        same = (old.documents, old.boundary) == (new.documents, new.boundary)
        if not same:
            yield from self._of_documents(old, new)
        yield from _of_policies(old, new)
        if old.kind == "identity" and old.boundary != new.boundary:
            yield _of_boundary(old, new)

    def _of_documents(self, old: Holder, new: Holder) -> Iterator[Change]:
        names = {
            name
            for holder in (old, new)
            for document, guard in (*holder.documents, (holder.boundary or "", ""))
            for name in {*conditions(document), *([guard] if guard else [])}
        }
        gained: dict[Grant, set[str]] = {}
        lost: dict[Grant, set[str]] = {}
        differs = False
        for case in scenarios(self._conditions, names)[:_MOST_CASES]:
            one = _Case(old, case, self._old)
            other = _Case(new, case, self._new)
            seeds = list(_seeds(one, other))
            differs = differs or bool(seeds)
            for seed in seeds:
                for grant, actions in seed.gained(one, other):
                    gained.setdefault(grant, set()).update(actions)
                for grant, actions in seed.lost(one, other):
                    lost.setdefault(grant, set()).update(actions)
        for grant, actions in gained.items():
            yield Change(
                sign="+",
                subject=new.name,
                text=grant.gained(),
                effect="broadening",
                alarm=grant.alarm(actions),
            )
        for grant in lost:
            yield Change(sign="-", subject=new.name, text=grant.lost(), effect="narrowing")
        if differs and not gained and not lost and old.boundary == new.boundary:
            yield Change(
                sign="~",
                subject=new.name,
                text=_SAME[new.kind],
                effect="neutral",
            )


class _Case:
    """The policies of a holder in a case of the conditions: as they are written, and concrete."""

    def __init__(self, holder: Holder, case: Mapping[str, bool], concrete: Concrete) -> None:
        self.kind = holder.kind
        documents = [d for d, guard in holder.documents if not guard or case.get(guard, True)]
        self.written = [s for d in documents for s in statements_of(settled(d, case))]
        boundary = holder.boundary
        limit = None
        if isinstance(boundary, dict):
            limit = [*map(concrete_of(concrete), statements_of(settled(boundary, case)))]
        self.concrete = [*map(concrete_of(concrete), self.written)]
        self.rules = Rules(
            statements=self.concrete, boundary=limit, is_own=holder.kind in ("trust", "resource")
        )
        self.principal = f"arn:aws:iam::{ACCOUNT}:role/{holder.name}"
        self.limit = None if limit is None else exact(limit)


def concrete_of(concrete: Concrete) -> Any:
    """Return what makes the texts of a statement concrete."""

    def make(value: Any) -> Any:
        if isinstance(value, str):
            return concrete.text(value)
        if isinstance(value, list):
            return [make(item) for item in value]
        if isinstance(value, dict):
            return {key: make(item) for key, item in value.items()}
        return value

    return make


def _key(statement: Statement) -> str:
    """Return what a statement says, without its name and the order of lists."""
    return exact(
        {
            key: sorted(value) if isinstance(value, list) else value
            for key, value in sorted(statement.items())
            if key != "Sid"
        }
    )


class _Seed:
    """A statement that only one of two policies has, or that the boundaries limit differently."""

    def __init__(self, statement: Statement, concrete: Statement, *, is_new: bool) -> None:
        self._statement = statement
        self._concrete = concrete
        self._is_new = is_new
        self._is_denial = statement.get("Effect") == "Deny"

    def gained(self, old: _Case, new: _Case) -> Iterator[tuple[Grant, set[str]]]:
        """Yield what is allowed now, each with actions that it gives."""
        if self._is_new is not self._is_denial:
            yield from self._grants(old, new, is_gained=True)

    def lost(self, old: _Case, new: _Case) -> Iterator[tuple[Grant, set[str]]]:
        """Yield what is not allowed any more."""
        if self._is_new is self._is_denial:
            yield from self._grants(old, new, is_gained=False)

    def _grants(
        self, old: _Case, new: _Case, *, is_gained: bool
    ) -> Iterator[tuple[Grant, set[str]]]:
        every = list(decided(old.rules, new.rules, new.principal, self._concrete))
        found = [d for d in every if (d.is_gained if is_gained else d.is_lost)]
        if not found:
            return
        who = self._who(found)
        resources = self._patterns("Resource")
        by_resources: dict[tuple[tuple[str, ...], bool], dict[str, set[str]]] = {}
        for pattern, shown in self._patterns("Action"):
            about = [d for d in found if _matches(pattern, d.action, fold=True)]
            on = [
                (r, words) for r, words in resources if any(_matches(r, d.resource) for d in about)
            ]
            # Something that the statement is about may be allowed as before.
            is_part = not is_gained and any(
                d.after
                for d in every
                if _matches(pattern, d.action, fold=True)
                and (not resources or any(_matches(r, d.resource) for r, _ in on))
            )
            if about:
                key = tuple(words for _, words in on), is_part
                by_resources.setdefault(key, {})[shown] = {d.action for d in about}
        for (named, is_part), actions in by_resources.items():
            grant = part(old.kind, self._statement, list(actions), named, who)
            yield (
                grant._replace(is_part=is_part),
                {action for each in actions.values() for action in each},
            )

    def _patterns(self, name: str) -> list[tuple[str | None, str]]:
        """Return the patterns of Action or Resource, concrete and as they are written."""
        written = element(self._statement, name)
        if name in self._concrete:
            return [*zip(as_list(self._concrete[name]), written, strict=True)]
        return [(None, shown) for shown in written]

    def _who(self, found: Sequence[Decided]) -> list[str]:
        """Return whom the statement lets in that is not let in by others."""
        shown = principals(self._statement)
        concrete = principals(self._concrete)
        people = {d.principal for d in found}
        kept = [
            name
            for name, real in zip(shown, concrete, strict=True)
            if any(_is_of(person, real.partition(" ")[2] or real) for person in people)
        ]
        return kept or list(shown)


def _is_of(person: str, principal: str) -> bool:
    if principal in ("*", person) or person.endswith(f":{principal}"):
        return True
    account = principal.split(":")[4] if principal.endswith(":root") else principal
    return person.startswith("arn:") and person.split(":")[4] == account


def _matches(pattern: str | None, value: str, *, fold: bool = False) -> bool:
    if pattern is None:
        return True
    if fold:
        pattern, value = pattern.lower(), value.lower()
    return matches(pattern, value) is not False


def _seeds(old: _Case, new: _Case) -> Iterator[_Seed]:
    """Yield the statements that only one of two policies has."""
    before, after = {_key(s) for s in old.concrete}, {_key(s) for s in new.concrete}
    is_limited_alike = old.limit == new.limit
    for case, others, is_new in ((old, after, False), (new, before, True)):
        for statement, concrete in zip(case.written, case.concrete, strict=True):
            if _key(concrete) not in others or not is_limited_alike:
                yield _Seed(statement, concrete, is_new=is_new)


def _of_policies(old: Holder, new: Holder) -> Iterator[Change]:
    """Yield the policies that are attached and are not in the template."""
    for policy in new.policies:
        if policy not in old.policies:
            yield Change(
                sign="+",
                subject=new.name,
                text=f"may all that the policy {policy} allows",
                effect="broadening",
            )
    for policy in old.policies:
        if policy not in new.policies:
            yield Change(
                sign="-",
                subject=new.name,
                text=f"may no longer all that the policy {policy} allows",
                effect="narrowing",
            )


def _of_boundary(old: Holder, new: Holder) -> Change:
    change = Change(sign="~", subject=new.name, text="has another permissions boundary")
    if new.boundary is None:
        alarm = "has no permissions boundary any more"
        return replace(change, sign="-", text=alarm, effect="broadening", alarm=alarm)
    if old.boundary is None:
        shown = new.boundary if isinstance(new.boundary, str) else "of this template"
        return replace(
            change,
            sign="+",
            text=f"has a permissions boundary now: {text(shown)}",
            effect="narrowing",
        )
    if isinstance(old.boundary, dict) and isinstance(new.boundary, dict):
        return replace(change, effect="neutral")
    words = f"has the permissions boundary {text(new.boundary)}; before: {text(old.boundary)}"
    return replace(change, text=words, effect="neutral")
