"""On which ARNs an action must be allowed."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import product
from typing import Any

from cfn_pipeline.permissions import catalogue, references, referred, tables
from cfn_pipeline.permissions.names import BELONGS_TO
from cfn_pipeline.permissions.needs import Need, Unknown
from cfn_pipeline.permissions.patterns import (
    begins_with_stack,
    bind,
    has_unknown,
    is_open,
    known_of,
    made_name,
    name_patterns,
    of_stack,
    within_stack,
)
from cfn_pipeline.permissions.references import PREFIX, Arn
from cfn_pipeline.permissions.referring import Reference, Referred
from cfn_pipeline.permissions.serverless import made_of

_KEPT = {"Partition": "AWS::Partition", "Region": "AWS::Region", "Account": "AWS::AccountId"}
_NAME = re.compile(
    r"\{(\w*?(?:Alias|Name|NameWithPath|NameWithoutLeadingSlash|IdWithPath|SecretId))\}"
)
_PLACEHOLDER = re.compile(r"(?<!\$)\{(\w+)\}")
_MANY = 8
_SHOWN = 3
#: Services whose resources have ids that AWS generates: docs/permissions.md lists them.
_WITH_IDS = ("ec2", "elasticfilesystem", "elasticloadbalancing")
#: Actions that look, and see what is secret.
_SECRET = ("secretsmanager:GetSecretValue",)
_BALANCERS = {"application": "app", "gateway": "gwy", "network": "net"}
_OF_BALANCERS = ("listener/{}", "listener-rule/{}", "loadbalancer/{}/")
_VERBS = (
    *("Delete", "Deregister", "Terminate", "Remove", "Release", "Create", "Put", "Register"),
    *("Run", "Allocate", "Request"),
)


class Scope:
    """The ARNs that a template's own names allow, in whatever stack."""

    def __init__(self, template: Mapping[str, Any], values: Mapping[str, str]) -> None:
        self._template = template
        self.known = known_of(template, values)
        #: The template's resources by logical id.
        self.resources = self.known.resources
        self._texts = {
            name: json.dumps(properties) for name, (_, properties) in self.resources.items()
        }
        self._named_ones: set[tuple[str, str]] = set()
        self._names: dict[tuple[str, str], dict[str, None]] = {}
        self._cache: dict[tuple[str, tuple[str, ...]], list[Arn]] = {}
        self._unsure: list[tuple[Unknown, str]] = []
        self._unknown: dict[Unknown, None] = {}
        self._imported_by_name: dict[Unknown, None] = {}
        self._wide: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
        self._collect_names()

    def _collect_names(self) -> None:
        # What is named itself comes first: a bucket's policy has the bucket's name.
        made = self.resources
        ordered = sorted(made, key=lambda n: catalogue.name_property(made[n][0]) is None)
        for logical_id in ordered:
            type_, properties = made[logical_id]
            is_named = catalogue.name_property(type_) is not None
            names = [
                self._sure(name, logical_id, catalogue.name_property(type_) or "Path")
                for name in name_patterns(logical_id, self.known)
            ]
            for number, one in enumerate(made_of(logical_id, type_, properties)):
                own = names if not number else [made_name(one.type, one.logical_id)]
                for kind in own_kinds(one.type):
                    if is_named or kind not in self._named_ones:
                        self._names.setdefault(kind, {}).update(dict.fromkeys(own))
                    if is_named:
                        self._named_ones.add(kind)

    def _sure(self, name: str, logical_id: str, property_: str) -> str:
        """Return a name that stands for the stack's own where something of it is not known."""
        type_, properties = self.resources.get(logical_id, ("", {}))
        # Of a name that another resource has, that one tells.
        if has_unknown(name) and not references.is_own(properties.get(property_), self.known):
            remedy = references.remedy(
                self.known, properties, property_, "or let the name begin with the stack's"
            )
            self._unsure.append((Unknown(resource=logical_id, type=type_, remedy=remedy), name))
        return within_stack(name)

    def unknown(self, stacks: Sequence[str]) -> list[Unknown]:
        """Return the names that are not known, and what to do about each.

        What begins as the stacks' names do is bound well enough.
        """
        unsure = [
            entry
            for entry, name in self._unsure
            if not all(begins_with_stack(name, stack) for stack in stacks)
        ]
        imported = self._imported_by_name if any("*" in stack for stack in stacks) else ()
        return [*dict.fromkeys(unsure), *self._unknown, *imported, *self._wide_ones()]

    def _wide_ones(self) -> Iterator[Unknown]:
        """Yield what is allowed on others' resources, since the template does not name them."""
        for (resource, type_), (actions, kinds) in self._wide.items():
            remedy = f"allowed on every {_some(kinds)} of the account: {_some(actions)}"
            yield Unknown(resource=resource, type=type_, remedy=remedy, kind="note")

    def arns(self, need: Need) -> list[Arn]:
        """Return the ARNs on which an action must be allowed; ``["*"]``: on all."""
        if (by_rule := tables.ARNS.get(f"{need.type} {need.action}")) is not None:
            return [by_rule]
        service = need.action.split(":")[0]
        by_reference = referred.of(need.action)
        if by_reference and (found := self._referred(by_reference, need)) is not None:
            return found
        kinds: Sequence[str] = catalogue.resources_of(need.action)
        if not kinds or "*" in need.action or _lists(need.action):
            return ["*"]
        if (holders := self._holders(need, service, kinds)) is not None:
            return holders
        kinds = tuple(self._kinds(need, service, kinds))
        if (service, kinds) not in self._cache:
            kinds_here = [kind for kind in kinds if kind not in self._other_balancers]
            found = [arn for kind in kinds_here or kinds for arn in self._arns_of(service, kind)]
            # Of the many kinds none is the template's: whatever the account has there.
            everything = f"{PREFIX}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:*"
            self._cache[service, kinds] = found or [everything]
        self._look_for_wide(need, service, kinds)
        return self._cache[service, kinds]

    def _look_for_wide(self, need: Need, service: str, kinds: Sequence[str]) -> None:
        """Note the kinds of resources that a resource does not make, and that have no name here."""
        is_read = catalogue.access(need.action) in catalogue.READING
        if service in _WITH_IDS or (is_read and need.action not in _SECRET):
            return
        arns = self._cache[service, tuple(kinds)]
        own = {kind for owner, kind in own_kinds(need.type) if owner == service}
        wide = [k for k in kinds if k not in own and _filled(_form(service, k), {}) in arns]
        if not kinds:
            wide = [f"resource of {service}"]
        if wide:
            actions, told = self._wide.setdefault((need.resource, need.type), ({}, {}))
            actions[need.action] = None
            told.update(dict.fromkeys(wide))

    def _referred(self, by_reference: Referred, need: Need) -> list[Arn] | None:
        _, properties = self.resources.get(need.resource, ("", {}))
        found = by_reference(Reference(need, properties, self._template, self.known, self.own))
        if found is None:
            return None
        for entry in found.unknown:
            self._unknown[entry] = None
        for unsure in found.unsure:
            self._unsure.append(unsure)
        if any(references.depends_on_stack(arn) for arn in found.arns):
            remedy = (
                "the name of an import contains the stack's name; give the names of the stacks, "
                "such as orders-dev, instead of a pattern"
            )
            entry = Unknown(resource=need.resource, type=need.type, remedy=remedy)
            self._imported_by_name[entry] = None
        return found.arns

    @cached_property
    def _other_balancers(self) -> frozenset[str]:
        """The kinds of load balancers, listeners and rules that the template does not make."""
        types = {
            json.dumps(properties.get("Type", "application"))
            for type_, properties in self.resources.values()
            if type_ == "AWS::ElasticLoadBalancingV2::LoadBalancer"
        }
        known = {json.dumps(type_): short for type_, short in _BALANCERS.items()}
        if not types or not types <= set(known):
            return frozenset()
        others = [short for type_, short in known.items() if type_ not in types]
        return frozenset(form.format(short) for form in _OF_BALANCERS for short in others)

    def own(self, service: str, kind: str) -> list[Arn]:
        """Return the ARNs of the template's own resources of a kind; none: it makes none."""
        return self._arns_of(service, kind) if (service, kind) in self._names else []

    def _holders(self, need: Need, service: str, kinds: Sequence[str]) -> list[Arn] | None:
        """Return the ARNs of those that a resource names, where it changes what is others'."""
        properties_of = BELONGS_TO.get(need.type, {})
        about = {name: kind for name, kind in properties_of.items() if kind in kinds}
        if not about:
            return None
        type_, properties = self.resources.get(need.resource, ("", {}))
        names: dict[str, dict[str, None]] = {}
        found: list[Arn] = []
        for property_, kind in about.items():
            for value in references.listed(properties.get(property_), self.known):
                for name in references.names_of(value, self.known, need.resource, property_):
                    if name.startswith("arn:"):
                        found.append(name)
                        continue
                    sure = self._sure(name, need.resource, property_)
                    names.setdefault(kind, {})[sure] = None
                    if service == "iam" and not (
                        has_unknown(name) or references.is_own(value, self.known)
                    ):
                        self._tell_foreign(need, type_, f"{kind} {bind(name, '*')}")
        if not names and not found:
            # The property may have been there before: then it was one of the stack's.
            names = {kind: {made_name("", ""): None} for kind in about.values()}
        for kind, known in names.items():
            found += self._arns_of(service, kind, list(known))
        return found

    def _tell_foreign(self, need: Need, type_: str, what: str) -> None:
        remedy = f"the template does not make the {what}, which the role may change all the same"
        entry = Unknown(resource=need.resource, type=type_, remedy=remedy, kind="note")
        self._unknown[entry] = None

    def _kinds(self, need: Need, service: str, kinds: Sequence[str]) -> Sequence[str]:
        """Return those of the kinds on which an action can be that a resource is about."""
        said = tables.KINDS.get(f"{need.type} {need.action}") or tables.KINDS.get(need.action)
        if said is not None:
            return said
        own = [kind for owner, kind in own_kinds(need.type) if owner == service]
        tags = catalogue.access(need.action) == "Tagging" or "Tags" in need.action
        beside = made_beside(need.type) if tags else ()
        near = [kind for kind in kinds if kind in own or (service, kind) in beside]
        if (tags or len(kinds) > _MANY) and near:
            return near
        if len(kinds) > _MANY:
            return [k for k in kinds if (service, k) in self._names]
        properties = self._texts.get(need.resource, "{}")
        return [
            kind
            for kind in kinds
            if kind in own
            or (
                (service, kind) in self._names
                if (service, kind) in tables.ONLY_OWN
                else (service, kind) not in tables.KIND_WITH
                or re.search(tables.KIND_WITH[service, kind], properties)
            )
        ]

    def _arns_of(self, service: str, kind: str, names: Sequence[str] | None = None) -> list[Arn]:
        form = _form(service, kind)
        named = _NAME.findall(form)
        if not named:
            return [_filled(form, {})]
        known = names or list(self._names.get((service, kind), ()))
        if not known:
            known = [of_stack(name) for name in tables.KIND_NAMES.get((service, kind), [])]
        if not known and service == "iam":
            known = [made_name("", "")]  # What others have there is not the stack's to change.
        choices = [known or self._names_of(service, named[-1]) or ["*"]]
        # The same stack's cluster, where it makes one.
        choices += [self._names_of(service, parent) or ["*"] for parent in named[:-1]]
        found = [
            _filled(form, dict(zip((named[-1], *named[:-1]), chosen, strict=True)))
            for chosen in product(*choices)
        ]
        return list(dict.fromkeys(_more(service, kind, found)))

    def arns_of_resource(self, logical_id: str) -> list[Arn]:
        """Return the ARNs that a resource of the template may have; empty if not known."""
        type_, _ = self.resources[logical_id]
        names = [within_stack(name) for name in name_patterns(logical_id, self.known)]
        for service, kind in own_kinds(type_)[:1]:
            return self._arns_of(service, kind, names)
        return []

    def _names_of(self, service: str, placeholder: str) -> list[str]:
        """Return the names for which a part of another's name stands, where they are known."""
        for owner, kind in self._names:
            if owner == service and catalogue.arn(service, kind).endswith(f"{{{placeholder}}}"):
                return list(self._names[owner, kind])
        return []


def _some(names: Iterable[str]) -> str:
    first, more = [*names][:_SHOWN], len([*names]) - _SHOWN
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


@cache
def own_kinds(type_: str) -> tuple[tuple[str, str], ...]:
    """Return the kinds of resources that a type makes, each with its service.

    These are the kinds on which its deletion, or else its creation, is allowed.
    """
    by_hand = tables.BY_HAND.get(type_)
    listed = (catalogue.handlers(type_) if by_hand is None else by_hand) or {}
    service = catalogue.own_service(type_)
    wanted = tables.OWN.get(type_)
    for operation in ("delete", "create"):
        own = [
            action
            for action in listed.get(operation, ())
            if catalogue.access(action) in ("Write", "Permissions management")
            and action.split(":")[0] == service
        ]
        for verb in _VERBS:
            exact = [a for a in own if a == f"{service}:{verb}{type_.split('::')[-1]}"]
            kinds = [
                kind
                for action in exact or own
                if action.split(":")[1].startswith(verb)
                for kind in catalogue.resources_of(action)
            ]
            if kinds and wanted is None:
                return tuple((service, kind) for kind in dict.fromkeys(kinds))
    return tuple((service, kind) for kind in wanted or ())


@cache
def made_beside(type_: str) -> tuple[tuple[str, str], ...]:
    """Return the kinds of resources that a type makes beside itself, such as a final snapshot."""
    listed = catalogue.handlers(type_) or {}
    found: dict[tuple[str, str], None] = {}
    for action in dict.fromkeys(action for actions in listed.values() for action in actions):
        service, _, name = action.partition(":")
        if name.startswith(("Create", "Copy")) and catalogue.access(action) == "Write":
            for kind in catalogue.resources_of(action):
                if name.lower().endswith(re.sub("[^a-z]", "", kind.lower())):
                    found[service, kind] = None
    return tuple(kind for kind in found if kind not in own_kinds(type_))


@cache
def _form(service: str, kind: str) -> str:
    """Return the form of an ARN, without what only may be there, such as an event bus."""
    form = re.sub(r"\[[^\]]*\]", "", catalogue.arn(service, kind))
    return re.sub(r"\$\{(\w+)\}", lambda part: f"${{{_KEPT[part[1]]}}}", form)


def _filled(form: str, names: Mapping[str, str]) -> str:
    """Return an ARN; what has no name is anything."""
    return re.sub(r"\*\*+", "*", _PLACEHOLDER.sub(lambda part: names.get(part[1], "*"), form))


def _lists(action: str) -> bool:
    """Tell whether an action looks through everything, whatever it can be bound to."""
    name = action.split(":")[1]
    return catalogue.access(action) == "List" and name.startswith("Describe")


def _more(service: str, kind: str, arns: list[str]) -> list[str]:
    """Return the forms in which the services themselves write the ARNs, where they differ."""
    if (service, kind) == ("logs", "log-group"):
        return [form for arn in arns for form in (arn, f"{arn}:*")]
    if (service, kind) == ("kms", "alias"):
        return [arn.replace(":alias/alias/", ":alias/") for arn in arns]
    if (service, kind) == ("secretsmanager", "Secret"):
        return [arn if is_open(arn) else f"{arn}-??????" for arn in arns]
    return arns
