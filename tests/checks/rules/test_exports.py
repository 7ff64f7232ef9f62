"""Exports and imports, of what is given together."""

from typing import Any

import pytest

from cfn_pipeline.analysis.system import System, Template
from cfn_pipeline.checks import check_system
from tests.checks.examples import findings, ids


def _exporting(*names: Any) -> dict[str, Any]:
    return {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {
            f"Output{number}": {"Value": {"Ref": "Topic"}, "Export": {"Name": name}}
            for number, name in enumerate(names)
        },
    }


def _importing(*names: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Network": {"Type": "String", "Default": "net"}, "Open": {"Type": "String"}},
        "Resources": {
            f"Topic{number}": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Fn::ImportValue": name}},
            }
            for number, name in enumerate(names)
        },
    }


@pytest.mark.parametrize(
    "exported, imported, fine",
    [
        ("net-topic", "net-topic", True),
        ("net-topic", {"Fn::Sub": "${Network}-topic"}, True),
        ("net-topics", {"Fn::Sub": "${Network}-topic"}, False),
        ({"Fn::Sub": "${AWS::StackName}-topic"}, "net-topic", True),
        ({"Fn::Sub": "${AWS::StackName}-queue"}, {"Fn::Sub": "${Open}-topic"}, True),
        ("net-topic", {"Fn::Sub": "${Open}-topic"}, True),
        ("net-topic", "vpc-of-somebody-else", True),
    ],
)
def test_near_misses(exported: Any, imported: Any, fine: bool) -> None:
    found = findings(_exporting(exported), _importing(imported))
    assert ids(found) == ([] if fine else ["E9712"])


def test_a_used_export_is_no_near_miss() -> None:
    assert findings(_exporting("net-topic"), _importing("net-topic", "net-topic2")) == []


def test_what_a_whole_system_lacks_is_nowhere() -> None:
    contents = [_exporting("net-topic"), _importing("net-topic", "net-database", "vpc-main")]
    templates = [Template(f"{n}.yml", content) for n, content in enumerate(contents)]
    assert check_system(System(templates=templates)) == []
    [finding] = check_system(System(templates=templates, is_rendered=True))
    assert "no template exports 'net-database'; export it" in finding.message


def test_one_template_may_import_what_it_likes() -> None:
    assert findings(_importing("net-topic")) == []


def test_outputs_of_which_one_is_there() -> None:
    template = _exporting("net-topic", "net-topic")
    assert ids(findings(template)) == ["E9713"]
    template["Outputs"]["Output0"]["Condition"] = "IsProd"
    template["Outputs"]["Output1"]["Condition"] = "IsDev"
    assert findings(template) == []
