"""docs/chapter.md: the mistakes that it names are found by the rules that it names."""

import re
from functools import cache

import pytest

from cfn_pipeline import BOOK, check, render, todobackend
from tests.command import ROOT

PAGE = (ROOT / "docs" / "chapter.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| [1-8] \| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \| ([EWI]\d{4}) \|$", PAGE, re.MULTILINE
)


@cache
def _book() -> dict[str, str]:
    return dict(render(todobackend, edition=BOOK))


def test_the_book_has_none_of_the_mistakes() -> None:
    assert {finding.rule for finding in check(_book())}.isdisjoint(rule for *_, rule in ROWS)


@pytest.mark.parametrize("file, before, after, rule", ROWS)
def test_a_mistake_is_found(file: str, before: str, after: str, rule: str) -> None:
    assert before in _book()[file]
    changed = {**_book(), file: _book()[file].replace(before, after, 1)}
    assert rule in {finding.rule for finding in check(changed)}


def test_every_question_has_an_answer() -> None:
    assert re.findall(r"^\*\*(\d)\. [A-Z]", PAGE, re.MULTILINE) == list("12345678")
    assert len(ROWS) == 12
