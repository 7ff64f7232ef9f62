"""The collection of rules, and each rule's good and bad template."""

import re

import pytest

from cfn_pipeline.checks import GROUPS, RULES, CheckRule, check_system, selected
from tests.checks.examples import ROOT, place, system

EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))

#: What a bad template breaks besides, since it cannot be helped.
COMPANIONS = {
    "E9103": {"E9101"},
    "E9112": {"W9104"},
    "E9205": {"W9104"},
    "E9704": {"E9727"},
}


def test_ids_are_unique_sorted_and_in_the_range_that_cfn_lint_leaves_to_others() -> None:
    numbers = [rule.id[1:] for rule in RULES]
    assert numbers == sorted(set(numbers))
    for rule in RULES:
        assert re.fullmatch(r"[EWI]9\d{3}", rule.id)
        assert rule.id[2] in GROUPS
    assert {rule.id[2] for rule in RULES} == set(GROUPS)


def test_every_example_belongs_to_a_rule() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] in "EWI"}
    assert folders == {rule.id for rule in RULES}


def _rules(rule: CheckRule) -> list[CheckRule]:
    """Return the rules that are checked by default, and this one."""
    return [other for other in RULES if other is rule or other in selected(RULES)]


@EACH
def test_a_rule_says_what_is_so_what_breaks_and_how_to_mend_it(rule: CheckRule) -> None:
    assert not rule.title.endswith(".")
    for sentence in (rule.impact, rule.fix):
        assert sentence.endswith(".")
    assert (rule.find_in_pipeline is None) != (rule.find_in_system is None)


@EACH
def test_a_rule_says_where_it_is_written_and_how_sure_it_is(rule: CheckRule) -> None:
    pages = r"https://docs\.aws\.amazon\.com/\S+\.html|docs/\w+\.md"
    assert re.fullmatch(
        pages if rule.certainty != "observed" else r"[\w.-]+/[\w.-]+#\d+", rule.source
    )
    assert rule.certainty in ("documented", "observed", "inferred")


@EACH
def test_an_id_begins_with_the_severity_or_a_worse_one(rule: CheckRule) -> None:
    # The severity may change; the id stays.
    assert "EWI".index(rule.id[0]) <= ("error", "warning", "info").index(rule.severity)


@EACH
def test_the_good_template_is_good(rule: CheckRule) -> None:
    assert check_system(system(place(rule.id, "good")), _rules(rule)) == []


@EACH
def test_the_bad_template_is_caught_by_this_rule(rule: CheckRule) -> None:
    found = check_system(system(place(rule.id, "bad")), _rules(rule))
    mine = [finding for finding in found if finding.rule == rule.id]
    assert len(mine) == 1
    assert {finding.rule for finding in found} <= {rule.id} | COMPANIONS.get(rule.id, set())
    [finding] = mine
    assert finding.severity == rule.severity
    # Where, what, and, behind a semicolon (or as a question), the way out.
    where = "stage '|pipeline Pipeline|resource |output |template"
    assert re.match(rf"(?:{where})[^:]*: .*(?:[;:] |\?)", finding.message), finding.message
    assert max(finding.message) < "\U000f0000", "a part that is not known shows"
