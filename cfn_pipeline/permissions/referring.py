"""What is asked of a resource that refers to something, and the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.permissions.needs import OF_PARAMETER, Need, Unknown
from cfn_pipeline.permissions.patterns import Known
from cfn_pipeline.permissions.references import Arn, remedy


@frozen(kw_only=False)
class Reference(Frozen):
    """A need, the properties of its resource, and the template.

    Args:
        need: what is needed.
        properties: of its resource; empty: it is for the template as a whole.
        template: the whole template.
        known: what values can refer to.
        own: gives the ARNs of the template's own resources of a service and kind.

    """

    need: Need
    properties: Mapping[str, Any]
    template: Mapping[str, Any]
    known: Known
    own: Callable[[str, str], list[Arn]]

    def unknown(self, property_: str, way_out: str, value: Any = None) -> Unknown:
        """Return that a value is not known, and what to do."""
        about = self.properties if value is None else {property_: value}
        # A resource may have the logical id of a parameter, though CloudFormation refuses it.
        made = {} if self.need.source == OF_PARAMETER else self.known.resources
        type_ = self.need.type or made.get(self.need.resource, ("Parameter",))[0]
        return Unknown(
            resource=self.need.resource,
            type=type_,
            remedy=remedy(self.known, about, property_, way_out),
        )


@dataclass(kw_only=True)
class Found:
    """The ARNs that a resource refers to, and what is not known of them."""

    arns: list[Arn] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    unsure: list[tuple[Unknown, str]] = field(default_factory=list)

    def add(self, arn: Arn) -> None:
        """Add an ARN that is not there yet."""
        if arn not in self.arns:
            self.arns.append(arn)


#: Gives what a resource refers to; None: the action is on what the template makes.
Referred = Callable[[Reference], Found | None]
