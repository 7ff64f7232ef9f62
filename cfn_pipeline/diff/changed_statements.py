"""Statements that only one of two policies has, and what is gained and lost by them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.diff.concrete import ACCOUNT, Concrete, as_list, settled, statements_of
from cfn_pipeline.diff.decisions import Decided, Requests, Rules, account_of
from cfn_pipeline.diff.grants import Grant, element, part, principals, whole
from cfn_pipeline.diff.holders import Holder
from cfn_pipeline.diff.texts import exact
from cfn_pipeline.evaluation.matching import matches

#: They take seconds; the policies of dozens of roles take fewer.
_MOST_REQUESTS = 50_000

Statement = Mapping[str, Any]


class Budget:
    """How many requests may still be decided in the comparison of two templates."""

    def __init__(self) -> None:
        self._left = _MOST_REQUESTS

    def covers(self, number: int) -> bool:
        """Take a number of requests from the budget; False: it has not as many."""
        if number > self._left:
            return False
        self._left -= number
        return True


class Case:
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
            self.concrete, boundary=limit, is_own=holder.kind in ("trust", "resource")
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
            key: sorted(map(exact, value)) if isinstance(value, list) else value
            for key, value in sorted(statement.items())
            if key != "Sid"
        }
    )


class ChangedStatement:
    """A statement that only one of two policies has, or that the boundaries limit differently."""

    def __init__(
        self, statement: Statement, concrete: Statement, budget: Budget, *, is_new: bool
    ) -> None:
        self._budget = budget
        self._statement = statement
        self._concrete = concrete
        self._is_new = is_new
        self._is_denial = statement.get("Effect") == "Deny"

    def gained(self, old: Case, new: Case) -> Iterator[tuple[Grant, set[str]]]:
        """Yield what is allowed now, each with actions that it gives."""
        if self._is_new is not self._is_denial:
            yield from self._grants(old, new, is_gained=True)

    def lost(self, old: Case, new: Case) -> Iterator[tuple[Grant, set[str]]]:
        """Yield what is not allowed any more."""
        if self._is_new is self._is_denial:
            yield from self._grants(old, new, is_gained=False)

    def _grants(self, old: Case, new: Case, *, is_gained: bool) -> Iterator[tuple[Grant, set[str]]]:
        requests = Requests(old.rules, new.rules, new.principal, self._concrete)
        if not self._budget.covers(requests.most):
            # Too many requests: what is written differently is told as a whole.
            yield whole(old.kind, self._statement), set()
            return
        every = list(requests.decided())
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
    account = account_of(principal) if principal.endswith(":root") else principal
    return account_of(person) == account


def _matches(pattern: str | None, value: str, *, fold: bool = False) -> bool:
    if pattern is None:
        return True
    if fold:
        pattern, value = pattern.lower(), value.lower()
    return matches(pattern, value) is not False


def changed_statements(old: Case, new: Case, budget: Budget) -> Iterator[ChangedStatement]:
    """Yield the statements that only one of two policies has."""
    before, after = {_key(s) for s in old.concrete}, {_key(s) for s in new.concrete}
    is_limited_alike = old.limit == new.limit
    for case, others, is_new in ((old, after, False), (new, before, True)):
        for statement, concrete in zip(case.written, case.concrete, strict=True):
            if _key(concrete) not in others or not is_limited_alike:
                yield ChangedStatement(statement, concrete, budget, is_new=is_new)
