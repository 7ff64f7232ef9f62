"""Variables in settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.rehearsal.actions.variables import resolve
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
