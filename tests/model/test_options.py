"""What pipelines of type V2 can do beside: filters of changes, modes, conditions."""

from dataclasses import replace
from typing import Any

import pytest
from troposphere import Template

from cfn_pipeline import (
    Action,
    Approve,
    Condition,
    GitHub,
    ModelError,
    Patterns,
    Pipeline,
    PullRequest,
    Push,
    Rule,
    Stage,
    emit,
    iam_template,
    load,
    pipeline_template,
)

SOURCE = GitHub(name="Source", repository="acme/orders", output="Application")
ALARM = Rule(
    name="NoAlarm",
    provider="CloudWatchAlarm",
    configuration={"AlarmName": "orders", "WaitTime": "5"},
)
WINDOW = Rule(
    name="Office", provider="DeploymentWindow", configuration={"Cron": "* * 9-17 ? * MON-FRI *"}
)


def pipeline(
    source: GitHub = SOURCE, mode: str | None = None, kind: str = "V2", **stage: Any
) -> Pipeline:
    last = Stage("Last", [Approve(name="Approve")], **stage)
    return Pipeline(
        name="orders",
        stages=[Stage("Source", [source]), last],
        execution_mode=mode,
        pipeline_type=kind,
    )


def rendered(described: Pipeline) -> dict[str, Any]:
    template = load(emit(pipeline_template(described)))
    properties: dict[str, Any] = template["Resources"]["Pipeline"]["Properties"]
    return properties


def test_filters_become_triggers_of_the_source() -> None:
    source = replace(
        SOURCE,
        push=[
            Push(
                branches=Patterns(includes=["main"]),
                paths=Patterns(includes=["orders/**"], excludes=["**/*.md"]),
            ),
            Push(tags=Patterns(includes=["v*"])),
        ],
        pull_requests=[PullRequest(branches=Patterns(includes=["main"]), events=["OPEN"])],
    )
    assert rendered(pipeline(source))["Triggers"] == [
        {
            "ProviderType": "CodeStarSourceConnection",
            "GitConfiguration": {
                "SourceActionName": "Source",
                "Push": [
                    {
                        "Branches": {"Includes": ["main"]},
                        "FilePaths": {"Includes": ["orders/**"], "Excludes": ["**/*.md"]},
                    },
                    {"Tags": {"Includes": ["v*"]}},
                ],
                "PullRequest": [{"Events": ["OPEN"], "Branches": {"Includes": ["main"]}}],
            },
        }
    ]
    assert "Triggers" not in rendered(pipeline())


def test_conditions_and_mode() -> None:
    described = pipeline(
        mode="QUEUED",
        before_entry=Condition(rules=[WINDOW], result="SKIP"),
        on_success=Condition(rules=[ALARM], result="ROLLBACK"),
        on_failure="RETRY",
    )
    properties = rendered(described)
    assert properties["ExecutionMode"] == "QUEUED"
    stage = properties["Stages"][1]
    kind = {"Category": "Rule", "Owner": "AWS", "Version": "1"}
    assert stage["BeforeEntry"] == {
        "Conditions": [
            {
                "Result": "SKIP",
                "Rules": [
                    {
                        "Name": "Office",
                        "RuleTypeId": {**kind, "Provider": "DeploymentWindow"},
                        "Configuration": {"Cron": "* * 9-17 ? * MON-FRI *"},
                    }
                ],
            }
        ]
    }
    assert stage["OnSuccess"]["Conditions"][0]["Result"] == "ROLLBACK"
    assert stage["OnFailure"] == {
        "Result": "RETRY",
        "RetryConfiguration": {"RetryMode": "FAILED_ACTIONS"},
    }
    assert "ReadAlarms" in emit(
        iam_template(described, pull="b/image", push="orders", deploys=[Template()])
    )
    assert rendered(pipeline(on_failure="ROLLBACK"))["Stages"][1]["OnFailure"] == {
        "Result": "ROLLBACK"
    }


@pytest.mark.parametrize(
    "make, said",
    [
        (
            lambda: pipeline(
                replace(SOURCE, push=[Push(tags=Patterns(includes=["v*"]))]), kind="V1"
            ),
            "push and pull_requests need pipeline_type V2",
        ),
        (lambda: pipeline(kind="V1", on_failure="RETRY"), "conditions need pipeline_type V2"),
        (
            lambda: pipeline(mode="PARALLEL", on_failure="ROLLBACK"),
            "ROLLBACK is not possible in execution_mode",
        ),
        (lambda: pipeline(on_failure="PANIC"), "unknown on_failure 'PANIC'; use ROLLBACK or RE"),
        (
            lambda: pipeline(before_entry=Condition(rules=[WINDOW], result="ROLLBACK")),
            "result of before_entry must be FAIL or SKIP",
        ),
        (
            lambda: pipeline(on_success=Condition(rules=[WINDOW], result="SKIP")),
            "result of on_success must be FAIL or ROLLBACK",
        ),
        (
            lambda: Pipeline(
                name="orders",
                stages=[
                    Stage("Source", [SOURCE], on_failure="ROLLBACK"),
                    Stage("Last", [Approve(name="Approve")]),
                ],
            ),
            "ROLLBACK is not possible in the first stage",
        ),
        (lambda: Condition(rules=[]), "rules is empty"),
        (lambda: Condition(rules=[ALARM], result="PANIC"), "unknown result 'PANIC'"),
        (lambda: Rule(name="R", provider="Magic"), "unknown rule provider 'Magic'; use Cloud"),
        (lambda: Rule(name="R", provider="LambdaInvoke"), "LambdaInvoke needs FunctionName"),
        (lambda: Rule(name="R", provider="VariableCheck"), "VariableCheck needs Operator"),
        (
            lambda: Condition(rules=[ALARM, ALARM]),
            "rule name 'NoAlarm' is used twice; names must be unique",
        ),
        (lambda: Approve(name="A", topic="x"), "invalid topic 'x': use its ARN"),
        (lambda: Action(name="A"), "an Action has no type; use a subclass"),
        (
            lambda: iam_template(pipeline(), pull="A b", push="o/k", deploys=[Template()]),
            "invalid ECR repository name 'A b': use lower-case",
        ),
        (lambda: Push(), "branches, paths and tags are absent"),
        (
            lambda: Push(tags=Patterns(includes=["v"]), paths=Patterns(includes=["a"])),
            "tags cannot be combined with branches or paths",
        ),
        (lambda: PullRequest(events=["OPEN"]), "branches and paths are absent"),
        (
            lambda: PullRequest(branches=Patterns(includes=["a"]), events=["MERGED"]),
            "unknown event 'MERGED'; use OPEN",
        ),
        (lambda: Patterns(), "includes and excludes are empty"),
        (lambda: Patterns(includes=["a"] * 9), "includes has 9 patterns; CodePipeline allows 8"),
        (lambda: Patterns(excludes=["a" * 256]), "256 characters"),
        (
            lambda: replace(SOURCE, push=[Push(tags=Patterns(includes=["v"]))] * 4),
            "push has 4 filters; CodePipeline allows 3",
        ),
    ],
)
def test_what_is_refused(make: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        make()
