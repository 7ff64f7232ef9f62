"""Reports of pairs of real shape are those that a person has read."""

import pytest

from cfn_pipeline.diff.comparing import compare
from cfn_pipeline.diff.states import read_state
from tests.diff import typical
from tests.diff.golden import EXAMPLES, FOLDER, PAIRS, ROOT, has_history, of_example, of_pair

pytestmark = pytest.mark.skipif(not has_history(), reason="git has not all revisions here")

_FIRST, *_OTHERS = EXAMPLES


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair(name: str) -> None:
    for file, text in of_pair(name).items():
        assert text == (FOLDER / file).read_text(encoding="utf-8"), f"python -m {_GOLDEN}"


@pytest.mark.parametrize(
    "name", [_FIRST, *(pytest.param(name, marks=pytest.mark.thorough) for name in _OTHERS)]
)
def test_typical_changes_of_an_example(name: str) -> None:
    for file, text in of_example(name).items():
        assert text.count("\n==") >= 9
        assert text == (FOLDER / file).read_text(encoding="utf-8"), f"python -m {_GOLDEN}"


_GOLDEN = "tests.diff.golden, and read what changes"

#: What each change means, whatever is rendered today: consequences, and words of an alarm.
MEANINGS: dict[str, tuple[set[str], str]] = {
    "a_variable": (set(), ""),
    "a_permission": ({"broadening"}, ""),
    "a_way_to_rights": ({"broadening"}, "iam:PassRole"),
    "a_trust": ({"broadening"}, "can be assumed by AWS arn:aws:iam::999999999999:root"),
    "another_logical_id": ({"replacement"}, ""),
    "another_name": ({"replacement"}, ""),
    "what_is_removed": (set(), ""),
    "no_approval": ({"broadening"}, "no longer asked for"),
    "another_branch": (set(), ""),
    "an_open_port": ({"broadening"}, "open to the internet"),
    "no_export": (set(), ""),
    "a_parameter": (set(), "needs a value"),
}


@pytest.mark.parametrize(
    "name",
    [_FIRST, *(pytest.param(name, marks=pytest.mark.thorough) for name in _OTHERS)],
)
def test_typical_changes_of_what_is_rendered_today(name: str) -> None:
    files = read_state(str(ROOT / "examples" / name)).files
    found = {}
    for change in typical.CHANGES:
        difference = typical.changed(files, change)
        if difference is not None:
            found[change.__name__] = difference
            consequences, words = MEANINGS[change.__name__]
            assert consequences <= difference.consequences, change.__doc__
            assert difference.consequences <= consequences | {"destructive"}, change.__doc__
            assert words in "; ".join(difference.alarms), change.__doc__
    assert len(found) >= 9


@pytest.mark.parametrize("folder", ["templates/current", "templates/book", "examples/fleet"])
def test_a_folder_does_not_differ_from_itself(folder: str) -> None:
    state = read_state(str(ROOT / folder))
    assert not compare(state, state)
