"""Who may do what, that could not before, or cannot any more.

Statements of both templates are held against each other request by request, so that another way to
write the same is not a difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cfn_pipeline.analysis.scenarios import scenarios
from cfn_pipeline.analysis.system import Template
from cfn_pipeline.diff.changed_statements import Budget, Case, changed_statements
from cfn_pipeline.diff.concrete import Concrete, settled, statements_of
from cfn_pipeline.diff.difference import Change
from cfn_pipeline.diff.grants import Grant, whole
from cfn_pipeline.diff.holders import Holder, Kind, holders
from cfn_pipeline.diff.matching import Pair
from cfn_pipeline.diff.texts import conditions, exact, form, text

_MOST_CASES = 8

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
        is_opened = holder.kind == "identity" or grant.is_open
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
        self._budget = Budget()
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
        for case in scenarios(self._conditions, names)[:_MOST_CASES]:
            one = Case(old, case, self._old)
            other = Case(new, case, self._new)
            for statement in changed_statements(one, other, self._budget):
                for grant, actions in statement.gained(one, other):
                    gained.setdefault(grant, set()).update(actions)
                for grant, actions in statement.lost(one, other):
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
        is_moved = sorted(map(exact, old.documents)) == sorted(map(exact, new.documents))
        if not gained and not lost and not is_moved and old.boundary == new.boundary:
            yield Change(
                sign="~",
                subject=new.name,
                text=_SAME[new.kind],
                effect="neutral",
            )


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
