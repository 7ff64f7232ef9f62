"""The decision of IAM on a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Literal, NamedTuple

from cfn_pipeline.analysis.partial_text import is_known, is_open, may_be
from cfn_pipeline.evaluation.conditions import Condition, Context, holds
from cfn_pipeline.evaluation.matching import (
    Truth,
    equals,
    every,
    matches,
    opposite,
    same_account,
    some,
)
from cfn_pipeline.evaluation.policies import Element, Policy, Statement, Texts
from cfn_pipeline.frozen import Frozen, frozen

#: The policies that can allow: of the principal, of its boundary, of the resource.
Side = Literal["identity", "boundary", "resource"]

_DIGITS = 12

#: Services whose resources are closed, also for their own account, unless their policy opens them.
_CLOSED = ("kms:", "sts:assumerole")


@frozen
class Request(Frozen):
    """A request to AWS.

    Args:
        principal: the ARN of the role that acts, or the name of a service.
        action: such as ``s3:GetObject``.
        resource: an ARN, or ``*``.
        account: the account of the resource.
        context: what IAM is told besides.

    """

    principal: str
    action: str
    resource: str
    account: str
    context: Context = field(default_factory=Context)

    @property
    def is_of_service(self) -> bool:
        """Whether a service makes the request."""
        return not self.principal.startswith("arn:")

    @property
    def principal_account(self) -> str:
        """The account of the principal; empty for a service."""
        return "" if self.is_of_service else self.principal.split(":", 5)[4]

    @property
    def is_within_account(self) -> Truth:
        """Whether principal and resource are in one account."""
        return same_account(self.principal_account, self.account, self.context.apart)


class Decision(NamedTuple):
    """What IAM decides.

    Args:
        is_allowed: True, False, or None: not known.
        denied_by: the statement that denies; None: none does.
        lacking: the sides that do not allow it, if it is denied without such a statement.
        is_either: whether it is enough that one of these sides allows it.

    """

    is_allowed: Truth
    denied_by: Statement | None = None
    lacking: tuple[Side, ...] = ()
    is_either: bool = False


def decide(
    request: Request,
    *,
    identity: Policy | None = None,
    boundary: Policy | None = None,
    resource: Policy | None = None,
) -> Decision:
    """Return the decision on a request.

    Args:
        request: the request.
        identity: the policies of the role that acts; None: a service acts.
        boundary: its permissions boundary; None: it has none.
        resource: the resource's own policy; None: it has none.

    """
    policies = (identity, boundary, resource)
    denies = [
        (statement, _is_about(statement, request, of_resource=policy is resource))
        for policy in policies
        if policy is not None
        for statement in policy.statements
        if statement.effect != "Allow"
    ]
    for statement, truth in denies:
        if truth and statement.effect == "Deny":
            return Decision(False, denied_by=statement)
    is_undenied = every(opposite(truth) for _, truth in denies) is True and all(
        policy is None or policy.is_whole for policy in policies
    )
    decision = _allowed(request, identity, boundary, resource)
    if decision.is_allowed and not is_undenied:
        return Decision(None)
    return decision


def allows(policy: Policy | None, request: Request) -> Truth:
    """Return whether the policies of a role, or its boundary, allow a request; None: no policy."""
    if policy is None:
        return True
    truth = some(
        _is_about(statement, request, of_resource=False) if statement.effect else None
        for statement in policy.statements
        if statement.effect != "Deny"
    )
    return None if truth is False and not policy.is_whole else truth


def denying(policy: Policy | None, request: Request) -> Statement | None:
    """Return the statement of a role's policies, or boundary, that certainly denies a request."""
    for statement in () if policy is None else policy.statements:
        if statement.effect == "Deny" and _is_about(statement, request, of_resource=False):
            return statement
    return None


def _allowed(
    request: Request, identity: Policy | None, boundary: Policy | None, resource: Policy | None
) -> Decision:
    by_name, by_account = opened(resource, request)
    if request.is_of_service:
        return _decision(by_name, {"resource": by_name})
    by_identity, within = allows(identity, request), allows(boundary, request)
    # Across accounts, the resource's policy must let the role or its account in.
    opens = some((by_name, by_account))
    sides: dict[Side, Truth] = {"identity": by_identity, "boundary": within, "resource": opens}
    across = _decision(every(sides.values()), sides)
    if request.action.lower().startswith(_CLOSED):
        by_both = every((by_account, by_identity))
        inside = _decision(every((within, some((by_name, by_both)))), sides)
    else:
        either = some((by_name, by_identity))
        inside = _decision(every((within, either)), sides, is_either=either is False)
    match request.is_within_account:
        case True:
            return inside
        case False:
            return across
        case _ if inside.is_allowed is across.is_allowed:
            return across
        case _:
            return Decision(None)


def _decision(truth: Truth, sides: dict[Side, Truth], *, is_either: bool = False) -> Decision:
    if truth is not False:
        return Decision(truth)
    lacking = tuple(side for side, allowed in sides.items() if allowed is False)
    return Decision(False, lacking=lacking, is_either=is_either and len(lacking) > 1)


def opened(policy: Policy | None, request: Request) -> tuple[Truth, Truth]:
    """Return whether a resource's policy lets a principal in by name, and by its account."""
    if policy is None:
        return False, False
    names: list[Truth] = []
    accounts: list[Truth] = []
    for statement in policy.statements:
        if statement.effect == "Deny":
            continue
        by_name, by_account = _principals(statement, request)
        rest = _applies(statement, request) if statement.effect else None
        names.append(every((by_name, rest)))
        accounts.append(every((by_account, rest)))
    if not policy.is_whole:
        names.append(None)
        accounts.append(None)
    return some(names), some(accounts)


def unmet(policy: Policy, request: Request) -> Iterator[tuple[Statement, Condition]]:
    """Yield the conditions for which statements do not allow what they would allow without them."""
    for statement in policy.statements:
        if statement.effect != "Allow" or not statement.conditions:
            continue
        bare = replace(statement, conditions=())
        if every((some(_principals(statement, request)), _applies(bare, request))) is not False:
            for condition in statement.conditions:
                if holds(condition, request.context) is False:
                    yield statement, condition


def _is_about(statement: Statement, request: Request, *, of_resource: bool) -> Truth:
    """Return whether a statement applies to a request."""
    who = some(_principals(statement, request)) if of_resource else True
    return every((who, _applies(statement, request)))


def _applies(statement: Statement, request: Request) -> Truth:
    context = request.context
    about = _of_actions(statement, request.action.lower(), context)
    if about is False:
        return False
    on = (
        True
        if statement.resources is None
        else _of_element(statement.resources, request.resource, context)
    )
    if on is False:
        return False
    if statement.conditions is None:
        return None
    return every((about, on, *(holds(condition, context) for condition in statement.conditions)))


def _of_actions(statement: Statement, action: str, context: Context) -> Truth:
    if statement.actions.patterns is None:
        return None
    names, patterns = statement.action_names
    if not action.isascii():  # a part of it is unknown
        patterns = Element((*names, *(patterns.patterns or ())))
    truth = True if action in names else _of_element(patterns, action, context)
    return opposite(truth) if statement.actions.negated else truth


def _of_element(element: Element, text: str, context: Context) -> Truth:
    if element.patterns is None:
        return None
    filled = map(context.filled, element.patterns)
    truth = some(False if p is None else matches(p, text, context.apart) for p in filled)
    return opposite(truth) if element.negated else truth


def _principals(statement: Statement, request: Request) -> tuple[Truth, Truth]:
    """Return whether a statement is about the principal by name, and about its account."""
    principals = statement.principals
    if principals is None:
        return False, False
    if principals.of_type is None:
        return None, None
    found = list(_each(principals.of_type, request))
    by_name, by_account = some(n for n, _ in found), some(a for _, a in found)
    if principals.negated:
        return opposite(some((by_name, by_account))), False
    return by_name, by_account


def _each(of_type: Mapping[str, Texts], request: Request) -> Iterator[tuple[Truth, Truth]]:
    for kind, texts in of_type.items():
        match kind:
            case "AWS" | "*" if texts is None:
                yield None, None
            case "AWS" | "*":
                yield from (_of_aws(text, request) for text in texts or ())
            case "Service" if request.is_of_service and texts is None:
                yield None, False
            case "Service" if request.is_of_service:
                yield from ((_of_service(text, request.principal), False) for text in texts or ())
            case "CanonicalUser":
                yield None, None


def _of_service(text: str, service: str) -> Truth:
    """Return whether a name is the service's, perhaps with a region or of another partition."""
    if may_be(text, service):
        return equals(text, service)
    name, _, rest = text.partition(".")
    regional = ".amazonaws." in f".{rest}." or not is_known(rest)
    return name == service.split(".")[0] and regional


def _of_aws(text: str, request: Request) -> tuple[Truth, Truth]:
    """Return whether a principal AWS is the role by name, and whether it is its account."""
    if text == "*":
        return True, False
    if request.is_of_service:
        return False, False
    apart, account = request.context.apart, request.principal_account
    fields = text.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        if is_open(text):
            return None, None
        return False, same_account(text, account, apart) if _is_account(text) else False
    own = same_account(fields[4], account, apart)
    if own is False:
        return False, False
    name = fields[5]
    if name == "root":
        return False, own
    if is_open(text):
        return equals(text, request.principal, apart), every((own, equals(name, "root")))
    if name.startswith("assumed-role/"):
        role = request.principal.rsplit("/", 1)[-1]
        return (None if may_be(name.split("/")[1], role) else False), False
    return equals(text, request.principal, apart), False


def _is_account(text: str) -> bool:
    return (len(text) == _DIGITS and text.isdecimal()) or not is_known(text)
