"""What a holder gains and loses, decided request by request with the house's evaluation of IAM."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cfn_pipeline.diff.concrete import ACCOUNT, as_list
from cfn_pipeline.diff.contexts import Keys, Statement
from cfn_pipeline.diff.requests import are_about_the_same, parts
from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.evaluation.matching import Truth, matches
from cfn_pipeline.evaluation.policies import Policy, allowing, plain_policy

#: Statements about the same, of both policies together; real ones have a few.
_MOST_STATEMENTS = 120

#: An account that is not that of any principal, so that a resource's own policy decides.
_OTHER_ACCOUNT = "999999999999"
_STRANGER = "arn:aws:iam::888888888888:role/Xyzzy"
#: Keys and roles leave it to the account's policies who may use them.
_OPEN_TO_ACCOUNT = plain_policy(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "*",
            "Resource": "*",
        }
    }
)
_ANYTHING = allowing("*")
_RANKS: Mapping[Truth, int] = {False: 0, None: 1, True: 2}


class Rules:
    """The policies of a holder, concrete.

    Args:
        statements: of the policies, with lists of texts.
        boundary: of the permissions boundary; None: it has none.
        is_own: whether they are the policies of a resource, or a trust.

    """

    def __init__(
        self,
        statements: Sequence[Statement],
        *,
        boundary: Sequence[Statement] | None = None,
        is_own: bool = False,
    ) -> None:
        self.statements = statements
        self.boundary = boundary
        self.is_own = is_own
        self._read = [(s, _read(s)) for s in statements]
        self._limits = None if boundary is None else [(s, _read(s)) for s in boundary]
        self._policies: dict[tuple[str, str], tuple[Policy, Policy | None]] = {}

    def decide(
        self, principal: str, action: str, resource: str, keys: Keys, *, of_stranger: bool = True
    ) -> Truth:
        """Return whether a request is allowed.

        Args:
            principal: who makes it.
            action: such as ``s3:GetObject``.
            resource: an ARN, or ``*``.
            keys: the values of condition keys.
            of_stranger: whether a resource's own policy must allow it, because the principal is of
                another account; otherwise the policy can only deny it.

        """
        about = self._policies.get((action, resource))
        if about is None:
            limits = self._limits
            about = (
                _policy(self._read, action, resource),
                None if limits is None else _policy(limits, action, resource),
            )
            self._policies[action, resource] = about
        policy, limit = about
        account = ACCOUNT
        if self.is_own:
            account = _OTHER_ACCOUNT if of_stranger else account_of(principal)
        request = Request(
            principal=principal,
            action=action,
            resource=resource,
            account=account,
            context=Context(keys=keys, is_whole=True),
        )
        if self.is_own:
            return decide(request, identity=_ANYTHING, resource=policy).is_allowed
        return decide(
            request, identity=policy, boundary=limit, resource=_OPEN_TO_ACCOUNT
        ).is_allowed


def _policy(statements: Sequence[tuple[Statement, Policy]], action: str, resource: str) -> Policy:
    """Return the statements that may be about an action on a resource."""
    kept = [
        parsed
        for statement, policy in statements
        if _is_about(statement, "Action", action.lower(), fold=True)
        and _is_about(statement, "Resource", resource)
        for parsed in policy.statements
    ]
    return Policy(statements=tuple(kept))


def _is_about(statement: Statement, element: str, text: str, *, fold: bool = False) -> bool:
    patterns = statement.get(element)
    if patterns is None:
        return True
    return any(
        "${" in p or matches(p.lower() if fold else p, text) is not False for p in as_list(patterns)
    )


def _read(statement: Statement) -> Policy:
    return plain_policy({"Statement": [_named(statement)]})


def _named(statement: Statement) -> Mapping[str, Any]:
    """Return a statement of which all principals are of kinds that the evaluation knows."""
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        return statement
    known = {kind: names for kind, names in principal.items() if kind in ("AWS", "Service")}
    others = [
        f"{kind}:{name}"
        for kind, names in principal.items()
        if kind not in known
        for name in as_list(names)
    ]
    if others:
        known["Service"] = [*as_list(known.get("Service", [])), *others]
    return {**statement, "Principal": known}


class Decided(NamedTuple):
    """A request, and how it is decided before and after.

    Args:
        principal: who makes it.
        action: such as ``s3:GetObject``.
        resource: an ARN, or ``*``.
        before: whether it was allowed.
        after: whether it is allowed.

    """

    principal: str
    action: str
    resource: str
    before: Truth
    after: Truth

    @property
    def is_gained(self) -> bool:
        """Whether it is allowed now, and was not."""
        return _RANKS[self.after] > _RANKS[self.before]

    @property
    def is_lost(self) -> bool:
        """Whether it was allowed, and is not any more."""
        return _RANKS[self.after] < _RANKS[self.before]


class Requests:
    """Requests about a statement, to be decided by two policies.

    Args:
        old: the policies before.
        new: the policies after.
        holder: the ARN of the role, where its own policies decide.
        statement: of one of them.

    """

    def __init__(self, old: Rules, new: Rules, holder: str, statement: Statement) -> None:
        every = [*old.statements, *new.statements, *(old.boundary or ()), *(new.boundary or ())]
        others = [other for other in every if are_about_the_same(statement, other)]
        self._sides = old, new
        self._people = _principals(statement, others) if new.is_own else [holder]
        self._parts = parts(statement, others) if len(others) <= _MOST_STATEMENTS else None
        # A denial also counts for those of the account, whom their own policies may allow it.
        self._of_stranger = statement.get("Effect") != "Deny"

    @property
    def most(self) -> int:
        """How many requests there are at most."""
        if self._parts is None:
            return sys.maxsize
        of_parts = (len(part) for part in self._parts)
        return len(self._people) * math.prod(of_parts)

    def decided(self) -> Iterator[Decided]:
        """Yield the requests, decided by both policies."""
        for action, resource, keys in () if self._parts is None else self._parts.requests():
            for principal in self._people:
                before, after = (
                    side.decide(principal, action, resource, keys, of_stranger=self._of_stranger)
                    for side in self._sides
                )
                yield Decided(principal, action, resource, before, after)


def _principals(statement: Statement, others: Sequence[Statement]) -> list[str]:
    """Return principals that a statement is about: one of each kind."""
    own = [p for name in ("Principal", "NotPrincipal") for p in _texts(statement.get(name))]
    everyone = "*" in own or "NotPrincipal" in statement
    found = {name: None for text in own for name in _instances(text)}
    if everyone:
        found[_STRANGER] = None
    for other in others:
        for text in _texts(other.get("Principal")):
            if everyone or text.endswith(":root") or any(_may_be(o, text) for o in own):
                found |= dict.fromkeys(_instances(text))
    return list(found)


def _may_be(account: str, text: str) -> bool:
    """Whether a principal is within an account that is named by its root or number."""
    number = account_of(account)
    return f"::{number}:" in text and (account.endswith(":root") or account == number)


def account_of(principal: str) -> str:
    """Return the account in an ARN; a text that is not an ARN is returned as it is."""
    parts = principal.split(":")
    return parts[4] if parts[0] == "arn" and len(parts) > 4 else principal


def _texts(principal: Any) -> Iterator[str]:
    if isinstance(principal, str):
        yield principal
    elif isinstance(principal, dict):
        for kind, names in principal.items():
            for name in as_list(names):
                yield name if kind in ("AWS", "Service") else f"{kind}:{name}"


def _instances(text: str) -> Iterator[str]:
    """Yield principals that a text of a policy is about."""
    if text == "*":
        yield _STRANGER
    elif text.endswith(":root") and text.startswith("arn:"):
        yield f"arn:aws:iam::{account_of(text)}:role/Xyzzy"
    elif len(text) == 12 and text.isdecimal():
        yield f"arn:aws:iam::{text}:role/Xyzzy"
    elif not text.startswith("arn:") or text.count(":") >= 5:
        yield text
