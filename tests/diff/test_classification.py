"""Changes of policies are classified as an IAM evaluator decides (``make simulate``)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from cfn_pipeline.diff.difference import Change
from tests.diff.pairs import PAIRS, difference, differences


def _classified(changes: Sequence[Change]) -> str:
    gains, loses = (any(c.effect == e for c in changes) for e in ("broadening", "narrowing"))
    if gains and loses:
        return "both"
    return "broadening" if gains else "narrowing" if loses else "neutral"


def test_the_table_is_large_and_of_every_kind() -> None:
    assert len(PAIRS) >= 60
    assert {pair["is"] for pair in PAIRS} == {"broadening", "narrowing", "both", "neutral"}
    for pair in PAIRS:
        answers = [(row[3] == "A", row[4] == "A") for row in pair["requests"]]
        words = [("Allowed" if b else "Denied", "Allowed" if a else "Denied") for b, a in answers]
        by_answers = differences.classified([b for b, _ in words], [a for _, a in words])
        # Not every pair has a request for both sides of it.
        assert by_answers in (pair["is"], "broadening", "narrowing"), pair["title"]
        assert (by_answers == "neutral") is (pair["is"] == "neutral"), pair["title"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["title"])
def test_a_pair(pair: Mapping[str, Any]) -> None:
    found = difference(pair)
    assert _classified(found.changes) == pair["is"]
    alarms = "; ".join(found.alarms)
    if "alarm" in pair:
        assert pair["alarm"] in alarms
    elif pair["is"] in ("neutral", "narrowing"):
        assert alarms == ""
