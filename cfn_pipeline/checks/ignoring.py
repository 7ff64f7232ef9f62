"""Rules that templates ignore, each with a reason.

::

    Metadata:
      cfn-pipeline:
        ignore:
          W9104: The report is read by people
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.template.positions import Path


class Ignored(NamedTuple):
    """An entry of ``ignore`` in Metadata.

    Args:
        rule: the rule's id.
        reason: why the rule is ignored; empty if the entry gives none.
        resource: the logical id of the resource that has the entry; None for the whole template.
        path: the place of the entry in the template.

    """

    rule: str
    reason: str
    resource: str | None
    path: Path

    @property
    def where(self) -> str:
        """The place, as messages show it."""
        return "template" if self.resource is None else f"resource {self.resource}"


def ignored(template: Template) -> Iterator[Ignored]:
    """Yield the rules that a template and its resources ignore."""
    yield from _entries(template.section("Metadata"), ("Metadata",), None)
    for resource in template.resources.values():
        path: Path = ("Resources", resource.logical_id, "Metadata")
        yield from _entries(resource.body.get("Metadata"), path, resource.logical_id)


def _entries(metadata: Any, path: Path, resource: str | None) -> Iterator[Ignored]:
    match metadata:
        case {"cfn-pipeline": {"ignore": dict(entries)}}:
            for rule, reason in entries.items():
                yield Ignored(
                    rule=str(rule),
                    reason=reason.strip() if isinstance(reason, str) else "",
                    resource=resource,
                    path=(*path, "cfn-pipeline", "ignore", str(rule)),
                )
        case {"cfn-pipeline": {"ignore": rules}}:
            # A list or a single id has no place for reasons.
            for rule in rules if isinstance(rules, list) else [rules]:
                yield Ignored(
                    rule=str(rule),
                    reason="",
                    resource=resource,
                    path=(*path, "cfn-pipeline", "ignore"),
                )
        case _:
            pass
