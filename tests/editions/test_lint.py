"""cfn-lint over the rendered templates, as the command runs it by default."""

from pathlib import Path

import pytest
from cfnlint.match import Match

from cfn_pipeline import edition as load_edition
from tests.cfn_lint import lint
from tests.editions.book_findings import KNOWN

TEMPLATES = Path(__file__).parents[2] / "templates"
BOOK, CURRENT = (
    [TEMPLATES / edition.name / stack.file for stack in edition.stacks]
    for edition in map(load_edition, ("book", "current"))
)
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-east-1", "sa-east-1"]


def found_in(path: Path) -> set[tuple[str, str, str]]:
    return {(path.name, match.rule.id, _logical_id(match)) for match in lint(path)}


def _logical_id(match: Match) -> str:
    path = getattr(match, "path", None) or []
    return str(path[1]) if len(path) > 1 else ""


@pytest.mark.lint
@pytest.mark.parametrize("path", BOOK, ids=lambda path: path.name)
def test_the_book_is_guilty_of_what_is_listed_and_nothing_else(path: Path) -> None:
    assert found_in(path) == {known for known in KNOWN if known[0] == path.name}


def test_every_listed_finding_has_a_file_and_a_reason() -> None:
    assert {file for file, _, _ in KNOWN} <= {path.name for path in BOOK}
    assert all(KNOWN.values())


@pytest.mark.lint
@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.name)
def test_nothing_is_found_in_current_whatever_the_region(path: Path) -> None:
    assert [str(match) for match in lint(path, include=["I"], regions=REGIONS)] == []


def test_current_suppresses_no_finding_of_any_checker() -> None:
    words = ("cfn-lint", "checkov", "SuppressedRules", "cdk_nag")
    assert [
        (path.name, word)
        for path in CURRENT
        for word in words
        if word in path.read_text(encoding="utf-8")
    ] == []
