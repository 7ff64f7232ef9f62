"""Texts of which parts are not known."""

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.analysis.partial_text import (
    ANYTHING,
    Unknowns,
    is_known,
    is_open,
    may_be,
    may_match,
    readable,
)

U = Unknowns()
ACCOUNT, REGION = U.open("AWS::AccountId"), U.open("AWS::Region")
OPEN, OTHER = U.open("a"), U.open("b")
MADE, MADE_TOO = U.generated("a"), U.generated("b")

WORDS = st.text(alphabet="ab:/-", max_size=12)
PATTERNS = st.text(alphabet="ab:/-*?", max_size=12)


def test_the_same_thing_is_the_same_character() -> None:
    assert U.open("a") == OPEN != OTHER
    assert U.generated("a") == MADE != MADE_TOO
    assert is_known("arn:aws")
    assert not any(is_known(f"x{part}y") for part in (ACCOUNT, OPEN, MADE, ANYTHING))
    assert not is_known(None)
    assert is_open(f"x{OPEN}")
    assert not is_open(f"{ACCOUNT}{MADE}")
    assert readable(f"{ACCOUNT}-{REGION}-{OPEN}") == "${AWS::AccountId}-${AWS::Region}-..."


@given(PATTERNS, WORDS)
def test_known_texts_match_as_in_a_shell(pattern: str, text: str) -> None:
    expected = re.fullmatch(fnmatch.translate(pattern), text) is not None
    if pattern.count(":") >= 5 and text.count(":") >= 5:
        expected = all(
            re.fullmatch(fnmatch.translate(p), t)
            for p, t in zip(pattern.split(":", 5), text.split(":", 5), strict=True)
        )
    assert may_match(pattern, text) == expected


@given(WORDS, WORDS)
def test_known_texts_are_the_same_or_not(text: str, other: str) -> None:
    assert may_be(text, other) == (text == other)


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, max_size=3))
def test_an_open_part_may_be_any_text(parts: list[str], values: list[str]) -> None:
    text = OPEN.join(parts)
    filled = parts[0]
    for number, part in enumerate(parts[1:]):
        filled += (values[number] if number < len(values) else "") + part
    assert may_be(text, filled)
    assert may_be(filled, text)
    assert may_be(text, OTHER.join(parts))


@given(WORDS, WORDS)
def test_comparing_is_symmetric(text: str, other: str) -> None:
    for a, b in ((f"{OPEN}{text}", other), (f"{text}{MADE}", f"{other}{OPEN}")):
        assert may_be(a, b) == may_be(b, a)


@pytest.mark.parametrize(
    "text, other, could",
    [
        (ACCOUNT, "123456789012", True),
        (ACCOUNT, "", False),
        (ACCOUNT, "a:b", False),
        (MADE, MADE, True),
        (MADE, MADE_TOO, False),
        (MADE, "todobackend-bucket-1a2b", True),
        (f"{MADE}/x", f"{MADE_TOO}/x", False),
        (f"orders-{OPEN}", f"{OPEN}-topic", True),
        (f"orders-{OPEN}", "bookings-topic", False),
        (f"arn:aws:s3:::{MADE}/*", f"arn:aws:s3:::{MADE}/*", True),
    ],
)
def test_parts(text: str, other: str, could: bool) -> None:
    assert may_be(text, other) is could
    assert may_be(other, text) is could


@pytest.mark.parametrize(
    "pattern, text, could",
    [
        ("*", "arn:aws:s3:::anything", True),
        ("arn:aws:s3:::*", f"arn:aws:s3:::{MADE}/{ANYTHING}", True),
        (f"arn:aws:s3:::{MADE}", f"arn:aws:s3:::{MADE}/{ANYTHING}", False),
        (f"arn:aws:s3:::{MADE_TOO}/*", f"arn:aws:s3:::{MADE}/{ANYTHING}", False),
        (
            f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/todo*",
            f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/todobackend",
            True,
        ),
        (
            f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:project/other",
            f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/todobackend",
            False,
        ),
        ("arn:aws:codebuild:*", f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/x", True),
    ],
)
def test_patterns_of_iam(pattern: str, text: str, could: bool) -> None:
    assert may_match(pattern, text) is could
