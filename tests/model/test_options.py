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
    assert "WatchAlarms" in emit(
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
            "filters of changes need",
        ),
        (lambda: pipeline(kind="V1", on_failure="RETRY"), "conditions need pipeline type V2"),
        (lambda: pipeline(mode="PARALLEL", on_failure="ROLLBACK"), "no rollback in execution mode"),
        (lambda: pipeline(on_failure="PANIC"), "on failure it cannot 'PANIC'; use ROLLBACK or RE"),
        (
            lambda: pipeline(before_entry=Condition(rules=[WINDOW], result="ROLLBACK")),
            "before entry a stage can FAIL or SKIP",
        ),
        (
            lambda: pipeline(on_success=Condition(rules=[WINDOW], result="SKIP")),
            "on success a stage can FAIL or ROLLBACK",
        ),
        (
            lambda: Pipeline(
                name="orders",
                stages=[
                    Stage("Source", [SOURCE], on_failure="ROLLBACK"),
                    Stage("Last", [Approve(name="Approve")]),
                ],
            ),
            "nothing to roll back to",
        ),
        (lambda: Condition(rules=[]), "it has no rule"),
        (lambda: Condition(rules=[ALARM], result="PANIC"), "there is no result 'PANIC'"),
        (lambda: Rule(name="R", provider="Magic"), "unknown rule provider 'Magic'; use Cloud"),
        (lambda: Rule(name="R", provider="LambdaInvoke"), "LambdaInvoke are not supported yet"),
        (lambda: Rule(name="R", provider="VariableCheck"), "VariableCheck needs Operator"),
        (lambda: Condition(rules=[ALARM, ALARM]), "2 rules are called 'NoAlarm'"),
        (lambda: Approve(name="A", topic="x"), "'x' is no topic; give its ARN"),
        (lambda: Action(name="A"), "it has no type"),
        (
            lambda: iam_template(pipeline(), pull="A b", push="o/k", deploys=[Template()]),
            "repository name 'A b' is ref",
        ),
        (lambda: Push(), "it filters nothing"),
        (
            lambda: Push(tags=Patterns(includes=["v"]), paths=Patterns(includes=["a"])),
            "tags go with neither",
        ),
        (lambda: PullRequest(events=["OPEN"]), "it filters nothing"),
        (
            lambda: PullRequest(branches=Patterns(includes=["a"]), events=["MERGED"]),
            "there is no event 'MERGED'",
        ),
        (lambda: Patterns(), "neither includes nor excludes"),
        (lambda: Patterns(includes=["a"] * 9), "9 includes"),
        (lambda: Patterns(excludes=["a" * 256]), "256 characters"),
        (
            lambda: replace(SOURCE, push=[Push(tags=Patterns(includes=["v"]))] * 4),
            "4 filters of pushes",
        ),
    ],
)
def test_what_is_refused(make: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        make()
