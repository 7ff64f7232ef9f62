"""The pairs of policies of scripts/simulate/differences.yml, as templates."""

from collections.abc import Mapping
from typing import Any

import yaml

from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import Difference
from tests.scripts import SCRIPTS, load_script

differences = load_script("simulate/differences.py")
TABLE: dict[str, Any] = yaml.safe_load((SCRIPTS / "simulate" / "differences.yml").read_text())
PAIRS: list[Mapping[str, Any]] = TABLE["pairs"]


def difference(pair: Mapping[str, Any]) -> Difference:
    """Return the difference of a pair, each policy in a template of its own."""
    states = [
        State(name=side, files={"a.yml": yaml.safe_dump(differences.template(pair, side))})
        for side in ("old", "new")
    ]
    return compare(*states)
