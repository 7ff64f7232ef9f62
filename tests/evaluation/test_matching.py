"""Patterns of IAM."""

import time

from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.analysis.partial_text import ANYTHING, may_match
from cfn_pipeline.evaluation.matching import _certain, matches

CHARACTERS = ["a", "b", ":", "/", "arn:aws:s3:::", "\U000f0000", ANYTHING]


@given(
    st.lists(st.sampled_from([*CHARACTERS, "*", "?"]), max_size=8).map("".join),
    st.lists(st.sampled_from(CHARACTERS), max_size=8).map("".join),
)
def test_a_quick_answer_is_that_of_the_whole_comparison(pattern: str, text: str) -> None:
    certain = True if _certain(pattern).fullmatch(text) else None
    assert matches(pattern, text) is (certain if may_match(pattern, text) else False)


def test_many_wildcards_take_no_time() -> None:
    start = time.process_time()
    assert matches("*a" * 2000, "stack/" + "*a" * 2000 + "/b") is None
    assert matches("arn:a:b:c:d:" + "*a" * 2000, "arn:a:b:c:d:" + "a" * 2000 + "b") is None
    assert time.process_time() - start < 3
