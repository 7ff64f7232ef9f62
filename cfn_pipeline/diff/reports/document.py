"""A difference as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cfn_pipeline.diff.difference import (
    Change,
    Difference,
    PropertyChange,
    ResourceChange,
    TemplateDifference,
)

_WORDS = ("permissions", "network", "pipelines", "interface")


def document(difference: Difference) -> str:
    """Return a difference as JSON: every value whole, with its consequences and alarms."""
    return json.dumps(to_dict(difference), indent=2) + "\n"


def to_dict(difference: Difference) -> dict[str, Any]:
    """Return a difference as JSON values, with its consequences and alarms."""
    return asdict(difference) | {
        "consequences": sorted(difference.consequences),
        "alarms": difference.alarms,
    }


def from_dict(content: Mapping[str, Any]) -> Difference:
    """Return the difference of which ``to_dict`` has returned the values."""
    return Difference(
        old=content["old"],
        new=content["new"],
        templates=[_template(template) for template in content["templates"]],
        configurations=[Change(**change) for change in content["configurations"]],
        notes=content["notes"],
    )


def _template(content: Mapping[str, Any]) -> TemplateDifference:
    return TemplateDifference(
        file=content["file"],
        kind=content["kind"],
        resources=[
            ResourceChange(
                **change | {"properties": [PropertyChange(**p) for p in change["properties"]]}
            )
            for change in content["resources"]
        ],
        **{key: [Change(**change) for change in content[key]] for key in _WORDS},
    )
