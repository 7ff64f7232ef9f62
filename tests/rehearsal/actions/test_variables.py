"""Variables in settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.rehearsal.actions.variables import check_variable, resolve
from cfn_pipeline.rehearsal.outcome import ActionFailed

KNOWN = {"Built": {"TAG": "one", "EMPTY": ""}, "variables": {"Who": "me"}}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("#{Built.TAG}", "one"),
        ("a#{Built.TAG}b#{variables.Who}", "aonebme"),
        ("#{Built.TAG", "#{Built.TAG"),
        ("${Built.TAG}", "${Built.TAG}"),
        ('{"a": "#{Built.TAG}"}', '{"a": "one"}'),
    ],
)
def test_values_take_the_place_of_references(text: str, becomes: str) -> None:
    assert resolve(text, KNOWN) == becomes


@pytest.mark.parametrize("text", ["#{Built.OTHER}", "#{Other.TAG}", "#{Built.EMPTY}"])
def test_what_nobody_has_made(text: str) -> None:
    with pytest.raises(ActionFailed, match=text.replace("{", r"\{")):
        resolve(text, KNOWN)


@given(st.text())
def test_other_texts_stay_as_they_are(text: str) -> None:
    if "#{" not in text:
        assert resolve(text, KNOWN) == text


@pytest.mark.parametrize(
    ("operator", "value", "is_met"),
    [
        ("EQ", "one", True),
        ("EQ", "On", False),
        ("NE", "two", True),
        ("NE", "one", False),
        ("CONTAINS", "n", True),
        ("CONTAINS", "x", False),
        ("MATCHES", "o.e", True),
        ("MATCHES", "o", False),
    ],
)
def test_a_rule_compares_a_variable(operator: str, value: str, is_met: bool) -> None:
    rule = {"Variable": "#{Built.TAG}", "Operator": operator, "Value": value}
    assert check_variable(rule, KNOWN)[0] is is_met


def test_a_rule_with_an_unknown_operator_fails() -> None:
    with pytest.raises(ActionFailed, match="unknown Operator 'LT': use EQ"):
        check_variable({"Variable": "#{Built.TAG}", "Operator": "LT", "Value": "1"}, KNOWN)
