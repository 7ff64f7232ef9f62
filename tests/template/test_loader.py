"""Reading a template into its long form."""

import pytest

from cfn_pipeline import TemplateError, load


def test_short_forms_become_long_forms() -> None:
    assert load(
        """
        AWSTemplateFormatVersion: 2010-09-09
        A: !Ref X
        B: !GetAtt X.Y.Z
        C: !GetAtt [X, Y]
        D: !Sub ["${A}", {A: !Ref B}]
        E: !If [C, 1, !Ref AWS::NoValue]
        F: !Transform {Name: AWS::Include, Parameters: {Location: s3}}
        G: !And [!Condition A, !Condition B]
        H: yes
        """
    ) == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "A": {"Ref": "X"},
        "B": {"Fn::GetAtt": ["X", "Y.Z"]},
        "C": {"Fn::GetAtt": ["X", "Y"]},
        "D": {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]},
        "E": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]},
        "F": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3"}}},
        "G": {"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]},
        "H": True,
    }


def test_json_is_read_too() -> None:
    assert load('{\n\t"Resources": {"A": {"Type": "T"}}\n}') == {"Resources": {"A": {"Type": "T"}}}


@pytest.mark.parametrize(
    "text, said",
    [
        ("A: 1\nB:\n  C: 1\n  D: 2\n  C: 3\n", "line 5: duplicate key 'C'.*line 3"),
        ("A: !If\n  X: 1\n  X: 2\n", "line 3: duplicate key 'X'"),
        ("A: [1\nB: 2\n", "line 2: "),
        ("A: *nowhere\n", "line 1: found undefined alias"),
        ("", r"\(got nothing\)"),
        ("- 1\n", r"\(got a list\)"),
        ("just words\n", r"\(got a str\)"),
        ("? [1]\n: 2\n", "line 1: a key must be a single value"),
        ("A: \x01\n", "template.yml"),
        ("[" * 100_000, "template.yml"),
    ],
)
def test_what_is_no_template_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(TemplateError, match=f"(?s)template.yml.*{said}|{said}"):
        load(text, source="template.yml")


@pytest.mark.parametrize("opening", ['{"A": ', "{A: "], ids=["JSON", "YAML"])
def test_depth_is_limited(opening: str) -> None:
    def nested(depth: int) -> str:
        return opening * depth + "1" + "}" * depth

    assert load(nested(150)).keys() == {"A"}
    for depth in (151, 100_000):
        with pytest.raises(TemplateError, match="json, line 1: nested more than 150 levels deep"):
            load(nested(depth), source="stack.json")
