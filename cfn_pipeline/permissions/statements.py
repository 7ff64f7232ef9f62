"""Statements that a reviewer understands, of what a template needs."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cfn_pipeline.permissions import catalogue, tables
from cfn_pipeline.permissions.patterns import Stacks
from cfn_pipeline.permissions.protection import protection
from cfn_pipeline.permissions.references import Arn, bound
from cfn_pipeline.permissions.template_needs import TemplateNeeds

Statement = dict[str, Any]

#: What IAM binds to the boundary of the role that is made or changed.
BOUNDED = (
    *("iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreateRole", "iam:CreateUser"),
    *("iam:PutRolePolicy", "iam:PutUserPolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
)

#: What has a statement of its own.
_APART = ("iam:PassRole", "kms:CreateGrant")

#: The end of the id of a statement that is bound by the tag of a stack.
_OF_STACK = "OfStack"

#: What nothing binds: a group can be given any policy, and has no boundary.
_UNBOUNDED = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy")


def statements(
    templates: Sequence[TemplateNeeds], stacks: Stacks, boundary: Any | None
) -> list[Statement]:
    """Return what the role that deploys templates must be allowed, and no more.

    Args:
        templates: what each needs; each is deployed to each of the stacks.
        stacks: the stacks' names, or patterns of them.
        boundary: the ARN of the boundary that roles must have, or a function that gives it;
            None: roles are made without one.

    """
    granted = _Granted(stacks)
    for template in templates:
        for stack in stacks:
            granted.add(template, stack)
    found = [
        *granted.reading(),
        *granted.changing(boundary),
        *_granting(granted),
        *_passing(
            granted,
            {
                json.dumps(bound(arn, stack))
                for t in templates
                for arn in t.roles
                for stack in stacks
            },
            {name for t in templates for name in t.passed_to},
        ),
        *_linking({service for t in templates for service in t.linked}),
        # Whatever else may be allowed, what bounds roles must not be loosened.
        *(protection(boundary) if boundary is not None and granted.uses_boundary else ()),
    ]
    # Two services may have a type of the same name.
    taken: set[str] = set()
    for number, statement in enumerate(found):
        if statement["Sid"] in taken:
            statement["Sid"] += str(number)
        taken.add(statement["Sid"])
    return found


class _Granted:
    """Actions by what they are for, with the ARNs on which they are."""

    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self._by_type: dict[str, dict[str, dict[str, Arn]]] = {}

    def add(self, template: TemplateNeeds, stack: str) -> None:
        keyed: dict[str, tuple[str, Arn | None]] = {}
        for (type_, action), arns in template.arns.items():
            known = self._by_type.setdefault(type_, {}).setdefault(action, {})
            for arn in arns:
                mark = str(arn)
                if mark not in keyed:
                    value = bound(arn, stack)
                    keyed[mark] = (json.dumps(value), value)
                key, value = keyed[mark]
                if value is not None:
                    known[key] = value

    def arns(self, action: str) -> dict[str, Arn]:
        found: dict[str, Arn] = {}
        for actions in self._by_type.values():
            found |= actions.get(action, {})
        return found

    def types(self, action: str) -> list[str]:
        """Return the types that an action is for."""
        return [type_ for type_, actions in self._by_type.items() if actions.get(action)]

    def has(self, action: str) -> bool:
        return any(action in actions for actions in self._by_type.values())

    @property
    def uses_boundary(self) -> bool:
        """Whether something is done that only a boundary keeps within bounds."""
        return any(self.has(action) for action in BOUNDED)

    def reading(self) -> list[Statement]:
        """Return what looks: first that which AWS binds to nothing."""
        everywhere: set[str] = set()
        bound: dict[str, dict[str, dict[str, Arn]]] = {}
        for type_, actions in self._by_type.items():
            for action, arns in actions.items():
                if catalogue.access(action) in catalogue.READING:
                    if '"*"' in arns:
                        everywhere.add(action)
                    else:
                        bound.setdefault(type_, {})[action] = arns
        found = [_statement("ReadAnything", _without_covered(everywhere), ["*"])]
        found += self._by_noun("Read", bound, everywhere)
        return [statement for statement in found if statement["Action"]]

    def changing(self, boundary: Any | None) -> list[Statement]:
        """Return what changes something, but for what is done to roles under a boundary."""
        bound: dict[str, dict[str, dict[str, Arn]]] = {}
        for type_, actions in self._by_type.items():
            for action, arns in actions.items():
                if catalogue.access(action) in catalogue.READING or action in _APART:
                    continue
                if boundary is None or action not in (*BOUNDED, *_UNBOUNDED):
                    bound.setdefault(type_, {})[action] = arns
        found = self._by_noun("Deploy", bound, set())
        return found if boundary is None else [*found, *self._limited(boundary)]

    def _limited(self, boundary: Any) -> list[Statement]:
        """Return what is done to roles and users that have the boundary."""
        alike: dict[tuple[str, ...], list[str]] = {}
        for action in BOUNDED:
            if arns := self.arns(action):
                alike.setdefault(tuple(sorted(arns)), []).append(action)
        condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
        return [
            _statement(
                "DeployWithinBoundary",
                actions,
                list(self.arns(actions[0]).values()),
                condition,
            )
            for actions in alike.values()
        ]

    def _by_noun(
        self,
        verb: str,
        bound: Mapping[str, Mapping[str, Mapping[str, Arn]]],
        everywhere: set[str],
    ) -> list[Statement]:
        """Return a statement for each type and service, and one more for tags where they differ."""
        found: list[Statement] = []
        told: dict[tuple[str, str], set[str]] = {}
        for type_ in sorted(bound):
            groups: dict[str, dict[str, Mapping[str, Arn]]] = {}
            for action, arns in sorted(bound[type_].items()):
                key = (action, _key_service(type_, action))
                fresh = set(arns) - told.get(key, set())
                if fresh and action not in everywhere:
                    told[key] = told.get(key, set()) | set(arns)
                    groups.setdefault(_suffix(type_, action, arns), {})[action] = arns
            _merge_tags(groups)
            for suffix, actions in groups.items():
                union = {key: arn for arns in actions.values() for key, arn in arns.items()}
                values = [union[key] for key in sorted(union)]
                services = {_key_service(type_, action) for action in actions}
                condition = None if "" in services else _through(services)
                if suffix == _OF_STACK:
                    condition = _tagged(self._stacks)
                sid = f"{verb}{_noun(type_)}{suffix}"
                found.append(_statement(sid, list(actions), values, condition))
        return found


def _key_service(type_: str, action: str) -> str:
    """Return the service that uses a key for who makes a resource; empty: any, or no use of one."""
    uses = action.startswith("kms:") and catalogue.access(action) not in catalogue.READING
    return tables.KEY_SERVICES.get(type_, "") if uses else ""


def _through(services: Collection[str]) -> dict[str, Any]:
    """Return the condition that a key is used by a service, for who calls it."""
    names = [
        {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"}
        for service in sorted(services)
    ]
    return {"StringEquals": {"kms:ViaService": names if len(names) > 1 else names[0]}}


def _tagged(stacks: Stacks) -> dict[str, Any]:
    """Return the condition that CloudFormation has made a resource for one of the stacks."""
    operator = "StringLike" if any("*" in stack for stack in stacks) else "StringEquals"
    return {operator: {"aws:ResourceTag/aws:cloudformation:stack-name": list(stacks)}}


def _suffix(type_: str, action: str, arns: Mapping[str, Arn]) -> str:
    """Name a further statement of a type: another service's, of tags, or bound to nothing."""
    if action in tables.BY_TAG:
        return _OF_STACK
    service = action.split(":")[0]
    own = catalogue.own_service(type_) or ("" if not type_ else service)
    tags = "Tags" if catalogue.access(action) == "Tagging" else ""
    if '"*"' in arns:
        return f"OnAnyResource{tags}"
    if service != own:
        return "".join(part.capitalize() for part in service.split("-")) + tags
    return tags


def _merge_tags(groups: dict[str, dict[str, Mapping[str, Arn]]]) -> None:
    """Let tags stand with the rest, where that binds them no less."""
    tags, rest = groups.get("Tags", {}), groups.get("", {})
    union = {key for arns in rest.values() for key in arns}
    if tags and all(set(arns) == union for arns in tags.values()):
        groups[""] = {**rest, **tags}
        del groups["Tags"]


def _noun(type_: str) -> str:
    return tables.NOUNS.get(type_) or (type_.split("::")[-1] if type_ else "Values")


def _without_covered(actions: set[str]) -> list[str]:
    """Leave out what a wildcard among the actions covers."""
    wild = [action.rstrip("*") for action in actions if action.endswith("*")]
    return sorted(
        a for a in actions if a.endswith("*") or not any(a.startswith(start) for start in wild)
    )


def _statement(
    sid: str,
    actions: Sequence[str],
    arns: Sequence[Any],
    condition: Mapping[str, Any] | None = None,
) -> Statement:
    statement: Statement = {
        "Sid": "".join(character for character in sid if character.isalnum()),
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": [resource_value(arn) for arn in without_covered(arns)],
    }
    if condition is not None:
        statement["Condition"] = condition
    return statement


def without_covered(arns: Sequence[Any]) -> list[Any]:
    """Leave out the ARNs that others, which end with ``*``, stand for."""
    begins = [a[:-1] for a in arns if isinstance(a, str) and re.fullmatch(r"[^*?]+\*", a)]
    return [
        arn
        for arn in arns
        if not isinstance(arn, str)
        or not any(arn.startswith(begin) and arn != f"{begin}*" for begin in begins)
    ]


def joined(statements: Sequence[Statement], stacks: Stacks) -> list[Statement]:
    """Return statements in which names that begin with a stack's stand for all that do."""
    begins = sorted({f"{stack.split('*')[0].removesuffix('-')}-" for stack in stacks})
    begins += [begin.lower() for begin in begins if begin.lower() not in begins]
    name = re.compile(f"([:/])({'|'.join(map(re.escape, begins))})[^:/]*")

    def shorter(value: Any) -> Any:
        match value:
            case {"Fn::Sub": str(text)}:
                return {"Fn::Sub": name.sub(r"\1\2*", text)}
            case str(text):
                return name.sub(r"\1\2*", text)
            case _:
                return value

    found = []
    for statement in statements:
        values = [shorter(value) for value in statement["Resource"]]
        unique = {json.dumps(value, sort_keys=True): value for value in values}
        found.append({**statement, "Resource": [*unique.values()]})
    return found


def resource_value(arn: Arn) -> Any:
    """Return an ARN as a template takes it."""
    return {"Fn::Sub": arn} if isinstance(arn, str) and "${" in arn else arn


def _granting(granted: _Granted) -> list[Statement]:
    """Let keys be used by what is deployed, through the services alone."""
    arns = granted.arns("kms:CreateGrant")
    if not arns:
        return []
    services = {
        _key_service(type_, "kms:CreateGrant") for type_ in granted.types("kms:CreateGrant")
    }
    condition = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    if "" not in services:
        condition |= _through(services)
    return [_statement("CreateKeyGrants", ["kms:CreateGrant"], list(arns.values()), condition)]


def _passing(granted: _Granted, own: Collection[str], services: set[str]) -> list[Statement]:
    """Let roles be passed: the templates' own to what trusts them, and those that are named."""
    arns = granted.arns("iam:PassRole")
    made = [arn for key, arn in arns.items() if key in own]
    named = [arn for key, arn in arns.items() if key not in own]
    values = [resource_value(service) for service in sorted(services)]
    condition = {"StringEqualsIfExists": {"iam:PassedToService": values}} if services else None
    found = []
    if made:
        found.append(_statement("PassRoles", ["iam:PassRole"], made, condition))
    if named:
        found.append(_statement("PassNamedRoles", ["iam:PassRole"], named))
    return found


def _linking(services: set[str]) -> list[Statement]:
    if not services:
        return []
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*"
    return [
        _statement(
            "CreateServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            [role],
            {"StringEquals": {"iam:AWSServiceName": sorted(services)}},
        )
    ]
