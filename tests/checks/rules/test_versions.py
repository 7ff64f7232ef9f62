"""Types, modes and triggers."""

from typing import Any

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline

GATE = {"Conditions": [{"Result": "FAIL", "Rules": []}]}


@pytest.mark.parametrize(
    "change",
    [
        {"ExecutionMode": "QUEUED"},
        {"ExecutionMode": "PARALLEL"},
        {"Variables": [{"Name": "stage"}]},
        {"stage": {"BeforeEntry": GATE}},
        {"stage": {"OnSuccess": GATE}},
        {"stage": {"OnFailure": {"Result": "RETRY"}}},
        {"type": ("Build", "ECRBuildAndPublish", {"ECRRepositoryName": "orders"})},
    ],
)
def test_what_only_v2_has(change: dict[str, Any]) -> None:
    template = good("E9101")
    pipeline(template)["Stages"][1].update(change.pop("stage", {}))
    if "type" in change:
        category, provider, settings = change.pop("type")
        action(template, 1)["ActionTypeId"].update(Category=category, Provider=provider)
        action(template, 1)["Configuration"] = settings
    pipeline(template).update(change)
    for type_, rules in (("V2", []), (None, []), ("V1", ["E9501"])):
        pipeline(template).pop("PipelineType", None)
        pipeline(template).update({} if type_ is None else {"PipelineType": type_})
        assert ids(findings(template)) == rules, type_


@pytest.mark.parametrize("gate, result", [("OnFailure", "ROLLBACK"), ("OnSuccess", "ROLLBACK")])
def test_rollbacks(gate: str, result: str) -> None:
    template = good("E9503")
    del pipeline(template)["Stages"][1]["OnFailure"]
    value: dict[str, Any] = {"Result": result}
    if gate != "OnFailure":
        value = {"Conditions": [{"Result": result, "Rules": []}]}
    pipeline(template)["Stages"][1][gate] = value
    assert findings(template) == []
    pipeline(template)["ExecutionMode"] = "PARALLEL"
    assert ids(findings(template)) == ["E9503"]
    pipeline(template)["ExecutionMode"] = "SUPERSEDED"
    pipeline(template)["Stages"][0][gate] = pipeline(template)["Stages"][1].pop(gate)
    [finding] = findings(template)
    assert "not available for the first stage" in finding.message


def test_a_result_and_conditions() -> None:
    template = good("E9503")
    pipeline(template)["Stages"][1]["OnFailure"] = {
        "Result": "RETRY",
        "Conditions": [{"Result": "ROLLBACK", "Rules": []}],
    }
    assert ids(findings(template)) == ["E9505"]


@pytest.mark.parametrize(
    "source, said",
    [
        ("Build", "no source action has the name 'Build'; use one of them (Source)"),
        ("Archive", "'Archive' is a source action of S3; use one of them (Source)"),
    ],
)
def test_triggers(source: str, said: str) -> None:
    template = good("E9504")
    pipeline(template)["Stages"][0]["Actions"].append(
        {
            "Name": "Archive",
            "ActionTypeId": {
                "Category": "Source",
                "Owner": "AWS",
                "Provider": "S3",
                "Version": "1",
            },
            "OutputArtifacts": [{"Name": "Archive"}],
            "Configuration": {"S3Bucket": "b", "S3ObjectKey": "k"},
        }
    )
    assert findings(template) == []
    pipeline(template)["Triggers"][0]["GitConfiguration"]["SourceActionName"] = source
    [finding] = findings(template)
    assert finding.rule == "E9504"
    assert said in finding.message


def test_two_triggers_for_one_source() -> None:
    template = good("E9504")
    pipeline(template)["Triggers"] *= 2
    assert ids(findings(template)) == ["E9504"]


def test_too_many_filters_and_patterns() -> None:
    template = good("E9506")
    git = pipeline(template)["Triggers"][0]["GitConfiguration"]
    git["Push"] = [{"Branches": {"Includes": [f"b{n}" for n in range(9)]}}]
    assert ids(findings(template)) == ["E9506"]
    git["Push"] = [{"Branches": {"Includes": [f"b{n}"]}} for n in range(4)]
    assert ids(findings(template)) == ["E9506"]
