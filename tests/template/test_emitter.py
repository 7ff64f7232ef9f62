"""What a person, and two YAML readers, find in what is emitted."""

import datetime
import io
import unicodedata
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from troposphere import Ref, Template
from troposphere.s3 import Bucket

from cfn_pipeline import TemplateError, emit, load


def read_as_yaml_1_2(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


def emitted(**properties: Any) -> str:
    """Emit properties of a resource and return their lines alone."""
    text = emit({"Resources": {"R": {"Type": "T", "Properties": properties}}})
    lines = text.splitlines()[4:]
    return "\n".join(line.removeprefix(" " * 6) for line in lines)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
@example("1e5")
@example("1.5e3")
@example("0o17")
@example("012345678901")
@example("1_000")
@example("190:20:30")
@example("0x1F")
@example("-_")
@example(".inf")
@example("y")
@example("No")
@example("~")
@example("null")
@example("=")
@example("<<")
@example("2010-09-09")
@example("")
@example(" ")
@example("a\u0085b")
@example("a\u2028b\n")
@example("\ufeff")
@example("\x7f")
@example("tab\tinside\n  and \nmore")
@example("\tfirst\n")
@example("  indented first\nline")
@example("\n\n  after blank lines\n")
@example("ends with two\n\n")
@example("\n")
@example("trailing space \nhere")
@example("carriage\r\nreturn")
@example("# no comment")
@example("key: value")
@example("- item")
@example("!Ref X")
@example("😀")
@example("a\n--- \nb")
def test_any_string_is_read_back_by_both_kinds_of_reader(text: str) -> None:
    emitted = emit({"A": text, "B": [text, {"C": text}], "D": {"E": text}})
    expected = {"A": text, "B": [text, {"C": text}], "D": {"E": text}}
    assert yaml.safe_load(emitted) == expected
    assert read_as_yaml_1_2(emitted) == expected
    assert load(emitted) == expected


@given(TEXTS.filter(lambda text: len(text) < 500))
@example("")
@example("a\nb")
@example("? ")
def test_any_key_is_read_back(key: str) -> None:
    assert load(emit({"Top": {key: 1}})) == {"Top": {key: 1}}


_SCALARS = st.one_of(
    TEXTS, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)
_NAMES = st.sampled_from(["Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Select"])
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXTS, inner, max_size=4),
        st.builds(lambda name, body: {name: body}, _NAMES, inner),
        st.builds(lambda body: {"Fn::Base64": {"Fn::Sub": body}}, TEXTS),
        st.builds(lambda a, b: {"Fn::And": [{"Condition": a}, b]}, TEXTS, inner),
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS.filter(lambda key: len(key) < 500), _TREES, max_size=4))
def test_any_tree_is_read_back(tree: dict[str, Any]) -> None:
    assert load(emit(tree)) == _get_att_as_lists(tree)


def _get_att_as_lists(node: Any) -> Any:
    """GetAtt has two long forms; it is read back in the one with a list."""
    if isinstance(node, dict):
        if set(node) == {"Fn::GetAtt"} and isinstance(node["Fn::GetAtt"], str):
            logical_id, dot, attribute = node["Fn::GetAtt"].partition(".")
            if dot and logical_id and attribute:
                return {"Fn::GetAtt": [logical_id, attribute]}
        return {key: _get_att_as_lists(value) for key, value in node.items()}
    return [_get_att_as_lists(item) for item in node] if isinstance(node, list) else node


def test_functions_have_their_short_forms() -> None:
    assert emitted(
        A={"Ref": "AWS::Region"},
        B={"Fn::GetAtt": ["Database", "Endpoint.Address"]},
        C={"Fn::Sub": "${AWS::StackName}-alb"},
        D={"Fn::ImportValue": "secrets-key"},
        E={"Fn::If": ["HasCertificate", {"Ref": "Certificate"}, ""]},
        F={"Fn::Join": [",", [{"Ref": "A"}, "b"]]},
        G={"Fn::Select": [0, {"Fn::GetAZs": ""}]},
    ) == "\n".join(
        [
            "A: !Ref AWS::Region",
            "B: !GetAtt Database.Endpoint.Address",
            "C: !Sub ${AWS::StackName}-alb",
            "D: !ImportValue secrets-key",
            "E: !If [HasCertificate, !Ref Certificate, '']",
            "F: !Join [',', [!Ref A, b]]",
            "G: !Select [0, !GetAZs '']",
        ]
    )


def test_a_short_form_inside_a_short_form_leaves_the_outer_one_long() -> None:
    text = emitted(
        UserData={"Fn::Base64": {"Fn::Sub": "#!/bin/bash\necho ${A}\n"}},
        Key={"Fn::ImportValue": {"Fn::Sub": "${A}-key"}},
    )
    assert text == "\n".join(
        [
            "UserData:",
            "  Fn::Base64: !Sub |",
            "    #!/bin/bash",
            "    echo ${A}",
            "Key:",
            "  Fn::ImportValue: !Sub ${A}-key",
        ]
    )


def test_a_long_list_of_a_function_becomes_a_block() -> None:
    assert emitted(
        A={"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"Fn::Sub": ["${B}\n", {"B": "x"}]}]}
    ) == "\n".join(
        [
            "A: !If",
            "  - C",
            "  - !Ref AWS::NoValue",
            "  - !Sub",
            "    - |",
            "      ${B}",
            "    - B: x",
        ]
    )


def test_condition_is_a_function_only_inside_condition_functions() -> None:
    template = {
        "Conditions": {
            "Both": {"Fn::And": [{"Condition": "A"}, {"Fn::Not": [{"Condition": "B"}]}]}
        },
        "Resources": {"R": {"Type": "T", "Condition": "Both", "Metadata": {"Condition": "x"}}},
    }
    text = emit(template)
    assert "Both: !And [!Condition A, !Not [!Condition B]]" in text
    assert "      Condition: x" in text
    assert load(text) == template


def test_numbers_booleans_and_words_that_look_like_them() -> None:
    assert emitted(A=80, B="80", C=True, D="true", E=1.5, F="0123", G="latest") == "\n".join(
        ["A: 80", "B: '80'", "C: true", "D: 'true'", "E: 1.5", "F: '0123'", "G: latest"]
    )


def test_sections_and_attributes_stand_in_anatomy_order() -> None:
    text = emit(
        {
            "Outputs": {"O": {"Value": 1, "Description": "d"}},
            "Custom": 1,
            "Resources": {
                "A": {"Properties": {"Z": 1, "B": 2}, "DependsOn": "B", "Type": "T"},
                "B": {"Type": "T"},
            },
            "Description": "d",
            "Parameters": {"P": {"Default": 1, "Type": "Number"}},
            "AWSTemplateFormatVersion": "2010-09-09",
        },
        header="made by a test\n\nfrom nothing",
    )
    assert text == (
        "# made by a test\n#\n# from nothing\n"
        "AWSTemplateFormatVersion: '2010-09-09'\n"
        "Description: d\n\n"
        "Parameters:\n  P:\n    Type: Number\n    Default: 1\n\n"
        "Resources:\n"
        "  A:\n    Type: T\n    DependsOn: B\n    Properties:\n      Z: 1\n      B: 2\n\n"
        "  B:\n    Type: T\n\n"
        "Outputs:\n  O:\n    Description: d\n    Value: 1\n\n"
        "Custom: 1\n"
    )


def test_a_troposphere_template_is_taken_as_it_is() -> None:
    template = Template(Description="d")
    template.add_resource(Bucket("B", BucketName=Ref("Name")))
    assert "BucketName: !Ref Name" in emit(template)


def test_empty_things() -> None:
    assert emit({}) == "{}\n"
    assert emitted(A=[], B={}, C="", D=None) == "A: []\nB: {}\nC: ''\nD: null"


@pytest.mark.parametrize(
    "value, said",
    [
        (datetime.date(2010, 9, 9), r"A\.0: a date "),
        ({1: 2}, r"A\.0\.1: keys must be strings \(got 1\)"),
        ({"k" * 1001: 2}, r"A\.0: the key 'kkk.*1001 characters in quotes"),
        ("\ud800", r"A: .*surrogate"),
        ({"\ud800": 1}, r"A\.0: .*surrogate"),
        ({"'" * 600: 2}, r"A\.0: the key .*1200 characters in quotes"),
        ({"Fn::Sub": b"x"}, r"A\.0.*: a bytes "),
    ],
)
def test_what_no_template_can_hold_is_refused_with_its_path(value: Any, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        emit({"A": [value]})


@pytest.mark.parametrize("text", ["a\u202eb", "\u2066a: 1\n", "\u200f", "\u061cä\n\nb"])
def test_marks_that_change_the_direction_of_text_are_visible(text: str) -> None:
    """Or a reader would review something else than what CloudFormation reads."""
    content = {"Description": text, "Resources": {text.strip(): [text, {"a": text}]}}
    written = emit(content)
    assert load(written) == content == read_as_yaml_1_2(written)
    assert not [c for c in written if unicodedata.category(c) == "Cf"]
