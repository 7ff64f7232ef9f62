"""What starts pipelines: which rules, with which role, for which events."""

from typing import Any

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline


def _rule(template: dict[str, Any]) -> Any:
    return template["Resources"]["StartRule"]["Properties"]


@pytest.mark.parametrize(
    "name, rules",
    [
        ("${Pipeline}", []),
        ("orders-delivery", []),
        ("order-delivery", ["E9901"]),
        ("Pipeline", ["E9901"]),
        ("billing", []),  # a pipeline elsewhere
        ("${AWS::StackName}", []),
    ],
)
def test_the_pipeline_of_a_rule(name: str, rules: list[str]) -> None:
    template = good("E9901")
    arn = "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:"
    _rule(template)["Targets"][0]["Arn"] = {"Fn::Sub": arn + name}
    template["Resources"]["StartRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][
        0
    ]["Resource"] = "*"
    assert ids(findings(template)) == rules


def test_a_name_is_no_arn() -> None:
    template = good("E9901")
    _rule(template)["Targets"][0]["Arn"] = {"Ref": "Pipeline"}
    [finding] = findings(template)
    assert finding.rule == "E9901"
    assert "EventBridge takes ARNs" in finding.message


def test_a_role_that_is_not_known() -> None:
    template = good("E9902")
    _rule(template)["Targets"][0]["RoleArn"] = {"Fn::ImportValue": "start-role"}
    assert findings(template) == []


def test_a_trail_of_the_account_may_record_the_events() -> None:
    template = good("W9903")
    del template["Resources"]["Bucket"]["Properties"]["NotificationConfiguration"]
    assert ids(findings(template)) == ["W9903"]
    _rule(template)["EventPattern"]["detail-type"] = ["AWS API Call via CloudTrail"]
    assert findings(template) == []


@pytest.mark.parametrize(
    "type_",
    ["AWS::Lambda::Function", "AWS::Scheduler::Schedule", "AWS::Events::Rule", "Custom::Starter"],
)
def test_something_that_may_start_the_pipeline(type_: str) -> None:
    template = good("W9904")
    action(template, 0)["Configuration"]["PollForSourceChanges"] = "false"
    assert ids(findings(template)) == ["W9904"]
    targets = {"Targets": {"Ref": "Targets"}}
    template["Resources"]["Starter"] = {"Type": type_, "Properties": targets}
    assert findings(template) == []


@pytest.mark.parametrize(
    "change",
    [
        {"RoleArn": {"Fn::Sub": "arn:aws:iam::${Sources}:role/sources"}},
        {"Configuration": {"RepositoryName": {"Fn::ImportValue": "orders-repository"}}},
    ],
)
def test_a_rule_may_be_where_the_source_is(change: dict[str, Any]) -> None:
    template = good("W9904")
    template["Parameters"] = {"Sources": {"Type": "String"}}
    source = action(template, 0)
    source["Configuration"]["PollForSourceChanges"] = "false"
    source["Configuration"].update(change.pop("Configuration", {}))
    source.update(change)
    assert "W9904" not in ids(findings(template))


def test_another_source_starts_the_pipeline() -> None:
    template = good("W9904")
    action(template, 0)["Configuration"]["PollForSourceChanges"] = "false"
    source = pipeline(template)["Stages"][0]["Actions"][0]
    more = {**source, "Name": "More", "OutputArtifacts": [{"Name": "More"}]}
    more["Configuration"] = {"RepositoryName": "more", "BranchName": "main"}
    pipeline(template)["Stages"][0]["Actions"].append(more)
    assert "W9904" not in ids(findings(template))
