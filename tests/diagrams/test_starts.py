"""What starts a pipeline, in pictures."""

from typing import Any

import pytest
import yaml

from cfn_pipeline.diagrams.pictures import PipelinePicture
from tests.diagrams.samples import action, of_file, of_text

CONNECTION = "Source/CodeStarSourceConnection"


def starts(
    source: dict[str, Any], *, properties: dict[str, Any] | None = None, **resources: Any
) -> list[str]:
    stages = [
        {"Name": "Source", "Actions": [source]},
        {"Name": "Approve", "Actions": [action("Approve", "Approval/Manual")]},
    ]
    pipeline = {
        "Type": "AWS::CodePipeline::Pipeline",
        "Properties": {"Name": "shop", "Stages": stages, **(properties or {})},
    }
    text = yaml.safe_dump({"Resources": {"Pipeline": pipeline, **resources}})
    [picture] = of_text(text, "pipeline")
    assert isinstance(picture, PipelinePicture)
    return list(picture.starts)


def git(**filters: Any) -> dict[str, Any]:
    settings = {"SourceActionName": "Code", **filters}
    return {"ProviderType": "CodeStarSourceConnection", "GitConfiguration": settings}


@pytest.mark.parametrize(
    ("filters", "line"),
    [
        ({"Push": [{"Branches": {"Includes": ["main"]}}]}, "a push to branch main (Code)"),
        (
            {"Push": [{"Branches": {"Includes": ["main", "release/*"], "Excludes": ["x"]}}]},
            "a push to branches main, release/* but not x (Code)",
        ),
        ({"Push": [{"Branches": {"Excludes": ["x"]}}]}, "a push to any branch but not x (Code)"),
        ({"Push": [{"Tags": {"Includes": ["v*"]}}]}, "a push of tag v* (Code)"),
        (
            {"Push": [{"FilePaths": {"Includes": ["src/**"], "Excludes": ["src/docs/**"]}}]},
            "a push, with changes in src/** but not src/docs/** (Code)",
        ),
        (
            {"Push": [{"FilePaths": {"Excludes": ["docs/**"]}}]},
            "a push, with changes outside of docs/** (Code)",
        ),
        (
            {"PullRequest": [{"Events": ["OPEN"], "Branches": {"Includes": ["main"]}}]},
            "a pull request (OPEN) to branch main (Code)",
        ),
    ],
)
def test_a_trigger(filters: dict[str, Any], line: str) -> None:
    source = action("Code", CONNECTION, Configuration={"BranchName": "main"})
    assert starts(source, properties={"Triggers": [git(**filters)]}) == [line]


@pytest.mark.parametrize(
    ("kind", "settings", "lines"),
    [
        (CONNECTION, {"BranchName": "main"}, ["a push to branch main (Code)"]),
        (CONNECTION, {"BranchName": "main", "DetectChanges": False}, []),
        ("Source/S3", {"S3Bucket": "b"}, ["a change, by polling (Code)"]),
        ("Source/S3", {"PollForSourceChanges": "false"}, []),
        ("Source/CodeCommit", {"BranchName": "x"}, ["a change to branch x, by polling (Code)"]),
        ("Source/ECR", {"RepositoryName": "r"}, []),
    ],
)
def test_a_source(kind: str, settings: dict[str, Any], lines: list[str]) -> None:
    by_hand = ["a call by hand: nothing in the template starts it"]
    assert starts(action("Code", kind, Configuration=settings)) == (lines or by_hand)


ARN = {"Fn::Sub": "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}"}
TARGETS = [{"Arn": ARN, "Id": "a", "RoleArn": "arn:aws:iam::111111111111:role/start"}]


def test_rules_and_schedules_of_eventbridge() -> None:
    found = starts(
        action("Code", "Source/ECR"),
        Nightly={
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "cron(0 3 * * ? *)",
                "State": "DISABLED",
                "Targets": TARGETS,
            },
        },
        Pushed={
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["aws.ecr"], "detail-type": ["ECR Image Action"]},
                "Targets": TARGETS,
            },
        },
        Other={
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(1 day)",
                "Targets": [{"Arn": "arn:aws:codepipeline:eu-west-1:111111111111:other"}],
            },
        },
        Hourly={
            "Type": "AWS::Scheduler::Schedule",
            "Properties": {
                "ScheduleExpression": "rate(1 hour)",
                "Target": {"Arn": "arn:aws:codepipeline:eu-west-1:111111111111:shop"},
            },
        },
    )
    assert found == [
        "the schedule cron(0 3 * * ? *) (Nightly, disabled)",
        "the event ECR Image Action (Pushed)",
        "the schedule rate(1 hour) (Hourly)",
    ]


def test_what_a_function_may_start_is_not_told() -> None:
    assert starts(action("Code", "Source/ECR"), F={"Type": "AWS::Lambda::Function"}) == []


def test_a_pushed_image_starts_the_pipeline_of_an_example() -> None:
    [picture] = of_file("examples/released-image/pipeline.yml")
    assert isinstance(picture, PipelinePicture)
    assert any(line.startswith("the event ECR Image Action (") for line in picture.starts)


def test_conditions_of_a_stage() -> None:
    [picture] = of_file("examples/pipeline-language/pipeline.yml")
    assert isinstance(picture, PipelinePicture)
    stage = picture.stages[-1]
    assert stage.before is not None
    assert stage.before.sentence == (
        "before entry (OfficeHours: DeploymentWindow * * 8-16 ? * MON-FRI * Europe/Berlin; else "
        "the stage fails)"
    )
    assert [each.sentence for each in stage.after] == [
        "on success (NoAlarm: CloudWatchAlarm jobs-failed; else the stage rolls back)",
        "on failure (the stage rolls back)",
    ]
    assert "DeployGreen" in stage.sentence.split("on success")[0]


@pytest.mark.parametrize(
    ("gate", "properties", "lines"),
    [
        (
            "OnFailure",
            {"Result": "RETRY", "RetryConfiguration": {"RetryMode": "ALL_ACTIONS"}},
            ["CodePipeline tries all its actions again"],
        ),
        ("OnFailure", {"Result": "RETRY"}, ["the stage is tried again"]),
        (
            "BeforeEntry",
            {
                "Conditions": [
                    {
                        "Result": "SKIP",
                        "Rules": [
                            {
                                "Name": "Tagged",
                                "RuleTypeId": {"Category": "Rule", "Provider": "VariableCheck"},
                                "Configuration": {
                                    "Variable": "#{S.Tag}",
                                    "Operator": "EQ",
                                    "Value": "v1",
                                },
                            }
                        ],
                    }
                ]
            },
            ["Tagged: VariableCheck #{S.Tag} EQ v1", "else the stage is skipped"],
        ),
    ],
)
def test_a_condition(gate: str, properties: dict[str, Any], lines: list[str]) -> None:
    stages = [{"Name": "A", "Actions": [action("A", "Approval/Manual")], gate: properties}]
    pipeline = {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Stages": stages}}
    [picture] = of_text(yaml.safe_dump({"Resources": {"P": pipeline}}))
    assert isinstance(picture, PipelinePicture)
    [stage] = picture.stages
    [box] = [*([stage.before] if stage.before else []), *stage.after]
    assert box.lines == lines
