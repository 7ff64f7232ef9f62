"""What deploying a template takes, in whatever stack: read once for each content."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from cfn_pipeline.permissions import tables
from cfn_pipeline.permissions.needs import Need, Unknown, needs, unknown_resources
from cfn_pipeline.permissions.patterns import bind, has_unknown, refuse_wildcards, value_pattern
from cfn_pipeline.permissions.references import Arn, listed
from cfn_pipeline.permissions.roles import Allowed, Roles, assuming_services
from cfn_pipeline.permissions.scoping import Scope


class TemplateNeeds:
    """What deploying a template takes; a mark stands for the stack's name in each ARN."""

    def __init__(self, template: Mapping[str, Any], values: Mapping[str, str]) -> None:
        self._template = template
        self._scope = Scope(template, values)
        #: The actions that CloudFormation uses, each with each reason.
        self.needs: Sequence[Need] = needs(template)

    @cached_property
    def arns(self) -> Mapping[tuple[str, str], Sequence[Arn]]:
        """The ARNs on which each action is needed, by type of resource and action."""
        found = {key: self.arns_of(*key) for key in self._by_action}
        return {key: arns for key, arns in found.items() if arns}

    def arns_of(self, type_: str, action: str) -> Sequence[Arn]:
        """Return the ARNs on which a type of resource needs an action."""
        found: dict[str, Arn] = {}
        asked: set[tuple[str, str]] = set()
        merged: dict[int, Sequence[Arn]] = {}
        for need in self._by_action.get((type_, action), ()):
            # To create, to update and to delete takes the same ARNs.
            if (need.resource, need.source) not in asked:
                asked.add((need.resource, need.source))
                arns = self._scope.arns(need)
                # Resources of one type share a list of all their names.
                if id(arns) not in merged:
                    merged[id(arns)] = arns
                    for arn in arns:
                        found[arn if isinstance(arn, str) else json.dumps(arn)] = arn
        return list(found.values())

    @cached_property
    def _by_action(self) -> Mapping[tuple[str, str], Sequence[Need]]:
        found: dict[tuple[str, str], list[Need]] = {}
        for need in self.needs:
            found.setdefault((need.type, need.action), []).append(need)
        return found

    @property
    def roles(self) -> Sequence[Arn]:
        """The ARNs of the template's own roles."""
        return self._scope.own("iam", "role")

    @cached_property
    def passed_to(self) -> set[str]:
        """The services to which CloudFormation passes the template's roles."""
        return assuming_services(self._scope.known)

    @cached_property
    def linked(self) -> set[str]:
        """The services whose service-linked role the template needs."""
        known = self._scope.known
        types = {type_ for type_, _ in known.resources.values()}
        found = {s for type_ in types for s in tables.SERVICE_LINKED.get(type_, ())}
        for name, (type_, properties) in known.resources.items():
            for (kind, property_), services in tables.SERVICE_LINKED_WITH.items():
                found |= set(services) if type_ == kind and property_ in properties else set()
            if type_ == "AWS::IAM::ServiceLinkedRole":
                for value in listed(properties.get("AWSServiceName"), known):
                    text = value_pattern(value, known)
                    refuse_wildcards(text, name, "AWSServiceName")
                    found |= set() if has_unknown(text) else {bind(text, "x")}
        return found

    @cached_property
    def allowed(self) -> Sequence[Allowed]:
        """What the template's own roles are allowed."""
        return self._roles.allowed

    @cached_property
    def _roles(self) -> Roles:
        return Roles(self._scope)

    def unknown(self, stacks: Sequence[str], *, bounded: bool) -> list[Unknown]:
        """Return what is not covered, and what to do about it.

        Args:
            stacks: the stacks' names, or patterns of them.
            bounded: whether the template's roles must have a permissions boundary.

        """
        _ = self.arns  # what is not known is found on the way
        found = [
            *unknown_resources(self._template, bounded=bounded),
            *(self._roles.unknown(stacks) if bounded else ()),
            *self._scope.unknown(stacks),
        ]
        return list(dict.fromkeys(found))


def needs_of(template: Mapping[str, Any], values: Mapping[str, str] | None = None) -> TemplateNeeds:
    """Return what deploying a template takes; templates that say the same are read once.

    Args:
        template: in long form.
        values: of its parameters, where these are not their defaults.

    """
    return _read(json.dumps(template), json.dumps(values or {}))


@lru_cache(maxsize=32)
def _read(template: str, values: str) -> TemplateNeeds:
    return TemplateNeeds(json.loads(template), json.loads(values))
