"""Requests that tell two policies apart: for each kind of request on which they can differ, one.

Two policies differ if there is a request that one allows and the other does not. Requests that
match the same patterns of actions, resources and conditions are decided alike, so one of each kind
is enough.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from cfn_pipeline.aws.privileges import RAISING
from cfn_pipeline.diff.concrete import ACCOUNT, REGION, as_list
from cfn_pipeline.diff.contexts import FRESH, Keys, Statement, contexts
from cfn_pipeline.evaluation.matching import matches
from cfn_pipeline.permissions import catalogue

_MOST_RESOURCES = 100
_MOST_ACTIONS = 400

#: Services whose actions stand for those of ``*``.
_USUAL = ("cloudformation", "ec2", "iam", "kms", "lambda", "s3", "secretsmanager", "sts")


class Parts(NamedTuple):
    """The actions, resources and contexts of requests about a statement.

    Args:
        actions: such as ``s3:GetObject``.
        resources: ARNs, or ``*``.
        contexts: values of condition keys.

    """

    actions: Sequence[str]
    resources: Sequence[str]
    contexts: Sequence[Keys]

    def requests(self) -> Iterator[tuple[str, str, Keys]]:
        """Yield the requests; an action only on resources that it can be allowed on."""
        for action in self.actions:
            for resource in (r for r in self.resources if _fits(action, r)):
                for context in self.contexts:
                    yield action, resource, context


def parts(statement: Statement, others: Sequence[Statement]) -> Parts:
    """Return what requests about a statement are made of.

    Args:
        statement: the statement, with lists of texts.
        others: all statements of both policies.

    """
    actions = _actions(statement, others)
    return Parts(
        actions=actions,
        resources=_resources(statement, others, actions),
        contexts=contexts(statement, others),
    )


def are_about_the_same(one: Statement, other: Statement) -> bool:
    """Whether there may be requests that two statements are about.

    Statements that are about no request of another make no difference to what it allows.
    """
    return _overlap(one, other, "Action", fold=True) and _overlap(one, other, "Resource")


def _overlap(one: Statement, other: Statement, element: str, *, fold: bool = False) -> bool:
    if element not in one or element not in other:
        return True  # all but something, or the resource itself
    return any(
        _may_meet(pattern.lower() if fold else pattern, text.lower() if fold else text)
        for pattern in as_list(one[element])
        for text in as_list(other[element])
    )


@lru_cache(maxsize=65_536)
def _may_meet(one: str, other: str) -> bool:
    """Whether a text may match two patterns: they begin and end alike, as far as is certain."""
    begins = [_WILD.split(text, maxsplit=1)[0] for text in (one, other)]
    ends = [_WILD.split(text)[-1] for text in (one, other)]
    if not _WILD.search(one) and not _WILD.search(other):
        return one == other
    begins.sort(key=len)
    ends.sort(key=len)
    return begins[1].startswith(begins[0]) and ends[1].endswith(ends[0])


#: Wildcards, and variables of policies.
_WILD = re.compile(r"[*?]|\$\{[^}]*\}")


def _patterns(statements: Iterable[Statement], *elements: str) -> list[str]:
    found = {p: None for s in statements for e in elements for p in as_list(s.get(e, []))}
    return list(found)


def _alike(candidates: Iterable[str], patterns: Sequence[str], *, fold: bool) -> list[str]:
    """Return one of the candidates for each set of patterns that they match."""
    found: dict[tuple[object, ...], str] = {}
    tested = [p.lower() for p in patterns] if fold else patterns
    for candidate in candidates:
        text = candidate.lower() if fold else candidate
        found.setdefault(tuple(matches(pattern, text) for pattern in tested), candidate)
    return list(found.values())


def _actions(statement: Statement, others: Sequence[Statement]) -> list[str]:
    everything = _patterns(others, "Action", "NotAction")
    excluded = [p.lower() for p in as_list(statement.get("NotAction", []))]
    own = as_list(statement.get("Action", [])) or ["*"]
    arns = [arn.split(":", 5) for arn in _patterns(others, "Resource", "NotResource")]
    of_arns = {fields[2] for fields in arns if len(fields) == 6 and "*" not in fields[2]}
    candidates: dict[str, None] = {}
    for pattern in own:
        if "*" not in pattern and "?" not in pattern:
            candidates[pattern] = None
            continue
        named = [p for p in everything if "*" not in p and "?" not in p]
        for action in (*named, *_known_actions(pattern, everything, of_arns)):
            if matches(pattern.lower(), action.lower()):
                candidates[action] = None
    kept = [a for a in candidates if not any(matches(p, a.lower()) for p in excluded)]
    # Those that raise rights come first, so that they stand for their kind.
    kept.sort(key=lambda action: action not in RAISING)
    raising = [action for action in kept if action in RAISING]
    # Actions on buckets and on objects are of two kinds, also where the patterns are the same.
    named = _patterns(others, "Resource", "NotResource")
    places = {_form(i): i for pattern in named for i in _instances(pattern)}.values()
    by_places: dict[tuple[bool, ...], list[str]] = {}
    for action in kept:
        fits = tuple(_fits(action, place) for place in places)
        by_places.setdefault((*fits, bool(catalogue.resources_of(action))), []).append(action)
    alike = [a for each in by_places.values() for a in _alike(each, everything, fold=True)]
    return list(dict.fromkeys([*raising, *alike]))[:_MOST_ACTIONS]


@cache
def _of_service(service: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in catalogue.actions_of(service))


def _known_actions(
    pattern: str, everything: Sequence[str], of_arns: Collection[str]
) -> Iterator[str]:
    """Yield actions that a pattern may match: those that are known, or one that is made up."""
    service, colon, name = pattern.partition(":")
    if colon and "*" not in service:
        yield from _of_service(service.lower())
        yield from (action for action in RAISING if action.startswith(f"{service.lower()}:"))
        if not _of_service(service.lower()):
            yield f"{service}:{name.replace('*', FRESH).replace('?', 'X')}"
        return
    services = {p.partition(":")[0].lower() for p in everything if ":" in p and "*" not in p[:3]}
    for known in sorted({*services, *of_arns, *_USUAL}):
        yield from _of_service(known)
    yield from RAISING
    yield f"{FRESH.lower()}:{FRESH}"


def _resources(
    statement: Statement, others: Sequence[Statement], actions: Sequence[str]
) -> list[str]:
    everything = _patterns(others, "Resource", "NotResource")
    excluded = as_list(statement.get("NotResource", []))
    own = as_list(statement.get("Resource", [])) or ["*"]
    candidates: dict[str, None] = {}
    for pattern in own:
        for instance in (*_instances(pattern), *(i for p in everything for i in _instances(p))):
            if matches(pattern, instance):
                candidates[instance] = None
        for other in everything:
            merged = _merged(pattern, other)
            if merged is not None:
                candidates[merged] = None
        if pattern == "*":
            candidates |= dict.fromkeys(_fresh_arn(action) for action in actions)
    kept = [r for r in candidates if not any(matches(p, r) for p in excluded)]
    by_form: dict[str, list[str]] = {}
    for resource in kept:
        by_form.setdefault(_form(resource), []).append(resource)
    return [r for each in by_form.values() for r in _alike(each, everything, fold=False)][
        :_MOST_RESOURCES
    ]


def _form(resource: str) -> str:
    """Return what decides whether an action can be on a resource: service and kind."""
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return resource if resource == "*" else ""
    kind = re.split("[:/]", fields[5])[0] if re.search("[:/]", fields[5]) else ""
    return f"{fields[2]}:{'object' if fields[2] == 's3' and kind else kind}"


def _instances(pattern: str) -> Iterator[str]:
    """Yield texts that a pattern of resources matches."""
    if pattern == "*":
        yield "*"
        return
    plain = pattern.replace("?", "X")
    yield plain.replace("*", FRESH)
    if plain.endswith("*"):
        yield f"{plain[:-1].replace('*', FRESH)}{FRESH}/{FRESH}"


def _merged(one: str, other: str) -> str | None:
    """Return a text that two patterns match; None: the way it is looked for finds none."""
    if "*" not in one or "*" not in other:
        return None
    begins = sorted((one.partition("*")[0], other.partition("*")[0]), key=len)
    ends = sorted((one.rpartition("*")[2], other.rpartition("*")[2]), key=len)
    if not begins[1].startswith(begins[0]) or not ends[1].endswith(ends[0]):
        return None
    text = f"{begins[1]}{FRESH}{ends[1]}".replace("?", "X")
    return text if matches(one, text) and matches(other, text) else None


@cache
def _fresh_arn(action: str) -> str:
    """Return an ARN on which an action can be allowed, and which no pattern names."""
    if action.count(":") != 1:
        return "*"
    service = action.split(":")[0].lower()
    kinds = catalogue.resources_of(action)
    if not kinds:
        known = catalogue.access(action) is not None
        return "*" if known else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{FRESH}"
    arn = catalogue.arn(service, kinds[0])
    arn = arn.replace("${Partition}", "aws").replace("${Region}", REGION)
    arn = re.sub(r"\[[^\]]*\]", "", arn.replace("${Account}", ACCOUNT))
    return re.sub(r"\{[^}]*\}", FRESH, arn)


@lru_cache(maxsize=65_536)
def _fits(action: str, resource: str) -> bool:
    """Whether an action can be allowed on a resource, as far as is known."""
    if catalogue.access(action) is None:
        fields = resource.split(":", 5)
        return len(fields) < 6 or fields[2] == action.partition(":")[0].lower()
    if resource == "*":
        return not catalogue.resources_of(action)
    if not catalogue.resources_of(action):
        return False
    return catalogue.can_be_on(action, resource)
