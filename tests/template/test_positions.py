"""Where the parts of a text stand."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import emit, load
from cfn_pipeline.template.positions import Position, positions

YAML = """\
# A comment
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub ${A}-b
      Tags:
        - Key: a
          Value: !If [C, x, !Ref Y]
  Queue: {Type: AWS::SQS::Queue}
"""


@pytest.mark.parametrize(
    "path, position",
    [
        ((), (1, 1)),
        (("Resources",), (2, 1)),
        (("Resources", "Topic", "Properties", "TopicName"), (6, 7)),
        (("Resources", "Topic", "Properties", "TopicName", "Fn::Sub"), (6, 18)),
        (("Resources", "Topic", "Properties", "Tags", 0), (8, 11)),
        (("Resources", "Topic", "Properties", "Tags", 0, "Value", "Fn::If", 1), (9, 26)),
        (("Resources", "Topic", "Properties", "Tags", 0, "Value", "Fn::If", 2, "Ref"), (9, 29)),
        (("Resources", "Queue", "Type"), (10, 11)),
        (("Resources", "Queue", "Properties", "QueueName"), (10, 3)),
    ],
)
def test_yaml(path: tuple[Any, ...], position: tuple[int, int]) -> None:
    assert positions(YAML).at(path) == position


def test_json_with_tabs_and_escapes_that_yaml_lacks() -> None:
    text = '{\n\t"A": "\\ud83d\\ude80 \\/",\n\t"B": {"C": [1,\n\t\t{"D": 2}]}\n}'
    assert load(text)["B"]["C"][1] == {"D": 2}
    assert positions(text).at(("B", "C", 1, "D")) == Position(4, 4)
    assert positions(text).at(("B", "C", 0)) == Position(3, 14)


def test_what_cannot_be_read_is_at_its_beginning() -> None:
    assert positions("{{{").at(("A",)) == Position(1, 1)
    assert positions("").at(("A",)) == Position(1, 1)


def test_anchors_have_the_place_where_they_stand() -> None:
    text = "A: &a\n  X: 1\nB: *a\n"
    assert positions(text).at(("A", "X")) == Position(2, 3)
    assert positions(text).at(("B",)) == Position(3, 1)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = []
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, inside in entries:
        found += [(*path, key), *_paths(inside, (*path, key))]
    return found


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "templates").glob("*/*.yml")), ids=str
)
def test_every_key_of_what_is_rendered_stands_where_it_is_said_to(path: Path) -> None:
    text = path.read_text()
    lines, places = text.split("\n"), positions(text)
    for key_path in _paths(load(text)):
        line, column = places.at(key_path)
        rest = lines[line - 1][column - 1 :]
        key = key_path[-1]
        if isinstance(key, str) and not key.startswith("Fn::") and key not in ("Ref", "Condition"):
            assert rest.lstrip("'\"").startswith(key), (key_path, rest)


@given(
    st.recursive(
        st.text("ab: -#", max_size=5),
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(st.text("abc", min_size=1, max_size=3), inside, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_yaml_and_json_have_all_paths(value: Any) -> None:
    content = {"Resources": value}
    for text in (emit(content), json.dumps(content), json.dumps(content, indent="\t")):
        places = positions(text)
        for path in _paths(load(text)):
            line, column = places.at(path)
            assert text.split("\n")[line - 1][column - 1 :].strip()
