"""What deploying a template takes, in whatever stack: read once for each content."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from cfn_pipeline.permissions import tables
from cfn_pipeline.permissions.needs import Need, Unknown, needs, unknown_resources
from cfn_pipeline.permissions.roles import (
    Allowed,
    allowed,
    assuming_services,
    unknown_policies,
)
from cfn_pipeline.permissions.scoping import Arn, Scope


class TemplateNeeds:
    """What deploying a template takes; a mark stands for the stack's name in each ARN."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template
        self._scope = Scope(template)
        #: The actions that CloudFormation uses, each with each reason.
        self.needs: Sequence[Need] = needs(template)

    @cached_property
    def arns(self) -> Mapping[tuple[str, str], Sequence[Arn]]:
        """The ARNs on which each action is needed, by type of resource and action."""
        found: dict[tuple[str, str], dict[str, Arn]] = {}
        asked: set[tuple[str, str, str, str]] = set()
        for need in self.needs:
            # To create, to update and to delete takes the same ARNs.
            key = (need.type, need.action, need.resource, need.source)
            if key not in asked:
                asked.add(key)
                arns = self._scope.arns(need)
                known = found.setdefault((need.type, need.action), {})
                known |= {arn if isinstance(arn, str) else json.dumps(arn): arn for arn in arns}
        return {key: list(arns.values()) for key, arns in found.items()}

    @cached_property
    def passed_to(self) -> set[str]:
        """The services to which CloudFormation passes the template's roles."""
        return assuming_services(self._scope.resources)

    @cached_property
    def linked(self) -> set[str]:
        """The services whose service-linked role the template needs."""
        types = {type_ for type_, _ in self._scope.resources.values()}
        return {s for type_ in types for s in tables.SERVICE_LINKED.get(type_, ())}

    @cached_property
    def allowed(self) -> Sequence[Allowed]:
        """What the template's own roles are allowed."""
        return list(allowed(self._scope))

    def unknown(self, *, bounded: bool) -> list[Unknown]:
        """Return what is not covered, and what to do about it.

        ``bounded``: whether the template's roles must have a permissions boundary.
        """
        found = unknown_resources(self._template, bounded=bounded)
        return [*found, *(unknown_policies(self._scope.resources) if bounded else ())]


def needs_of(template: Mapping[str, Any]) -> TemplateNeeds:
    """Return what deploying a template takes; templates that say the same are read once."""
    return _read(json.dumps(template))


@lru_cache(maxsize=32)
def _read(text: str) -> TemplateNeeds:
    return TemplateNeeds(json.loads(text))
