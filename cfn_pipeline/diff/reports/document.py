"""A difference as JSON."""

import json
from dataclasses import asdict

from cfn_pipeline.diff.difference import Difference


def document(difference: Difference) -> str:
    """Return a difference as JSON: every value whole, with its consequences and alarms."""
    content = asdict(difference) | {
        "consequences": sorted(difference.consequences),
        "alarms": difference.alarms,
    }
    return json.dumps(content, indent=2) + "\n"
