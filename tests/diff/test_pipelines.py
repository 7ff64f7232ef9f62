"""Pipelines in words."""

import pytest

from tests.diff.small import difference, words

PIPELINE = """\
Pipeline:
  Type: AWS::CodePipeline::Pipeline
  Properties:
    PipelineType: V2
    Triggers:
    - ProviderType: CodeStarSourceConnection
      GitConfiguration: {SourceActionName: App, Push: [{Branches: {Includes: [main]}}]}
    Stages:
    - Name: Source
      Actions:
      - Name: App
        ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeStarSourceConnection}
        Configuration: {FullRepositoryId: acme/app, BranchName: main}
        OutputArtifacts: [{Name: App}]
    - Name: Build
      Actions:
      - Name: Build
        ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1'}
        Configuration: {ProjectName: app}
        InputArtifacts: [{Name: App}]
    - Name: Production
      Actions:
      - Name: Approve
        ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: '1'}
        RunOrder: 1
      - Name: Deploy
        ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: '1'}
        Configuration: {ActionMode: CREATE_UPDATE, StackName: app, TemplatePath: 'App::stack.yml'}
        InputArtifacts: [{Name: App}]
        RunOrder: 2
"""
APPROVAL = PIPELINE[
    PIPELINE.index("      - Name: Approve") : PIPELINE.index("      - Name: Deploy")
]
BUILD = PIPELINE[PIPELINE.index("    - Name: Build") : PIPELINE.index("    - Name: Production")]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (
            "BranchName: main",
            "BranchName: next",
            ["~ BranchName of action Source/App is next; before: main"],
        ),
        (
            "Includes: [main]",
            "Includes: [main, next]",
            [
                "+ starts on a push of App (branches main, next)",
                "- no longer starts on a push of App (branches main)",
            ],
        ),
        (
            APPROVAL,
            "",
            ["- approval Approve is removed from stage Production; Deploy no longer waits for it"],
        ),
        (BUILD, "", ["- stage Build is removed"]),
        ("RunOrder: 2", "RunOrder: 3", ["~ RunOrder of action Production/Deploy is 3; before: 2"]),
        (
            "PipelineType: V2",
            "PipelineType: V2\n    ExecutionMode: QUEUED",
            ["+ execution mode is QUEUED"],
        ),
        (
            "StackName: app",
            "StackName: shop",
            ["~ StackName of action Production/Deploy is shop; before: app"],
        ),
        (
            "Provider: CodeBuild",
            "Provider: Jenkins",
            ["~ action Build/Build is Build by Jenkins instead of Build by CodeBuild"],
        ),
        ("- Name: Production", "- Name: Prod", ["~ stage Prod was Production before"]),
        (
            "      - Name: Deploy",
            "      - Name: Send",
            [
                "+ action Send (Deploy by CloudFormation) is new in stage Production, RunOrder 2",
                "- action Deploy (Deploy by CloudFormation) is removed from stage Production",
            ],
        ),
        (
            "InputArtifacts: [{Name: App}]\n        RunOrder",
            "InputArtifacts: [{Name: App}, {Name: More}]\n        RunOrder",
            ["~ action Production/Deploy reads App, More; before: App"],
        ),
        (
            "    - Name: Production\n",
            "    - Name: Production\n      BeforeEntry: {Conditions: [{Result: FAIL}]}\n",
            ["+ BeforeEntry of stage Production is {Conditions: [{Result: FAIL}]}"],
        ),
    ],
)
def test_changes_in_words(before: str, after: str, lines: list[str]) -> None:
    assert PIPELINE.count(before) == 1
    [part] = difference(PIPELINE, PIPELINE.replace(before, after)).templates
    expected = [f"{line[:2]}Pipeline: {line[2:]}" for line in lines]
    assert words(list(part.pipelines)) == expected


def test_an_approval_that_is_no_longer_asked_for_is_an_alarm() -> None:
    found = difference(PIPELINE, PIPELINE.replace(APPROVAL, ""))
    assert found.consequences == {"broadening"}
    words = "approval Approve of stage Production is no longer asked for"
    assert found.alarms == [f"stack.yml: Pipeline: {words}"]
    back = difference(PIPELINE.replace(APPROVAL, ""), PIPELINE)
    assert (back.consequences, back.alarms) == (set(), [])


def test_stages_in_another_order_and_new_ones() -> None:
    moved = PIPELINE.replace(BUILD, "") + BUILD
    [part] = difference(PIPELINE, moved).templates
    assert words(list(part.pipelines)) == [
        "~ Pipeline: stages run as Source, Production, Build; before: Source, Build, Production"
    ]
    [part] = difference(PIPELINE.replace(BUILD, ""), PIPELINE).templates
    assert words(list(part.pipelines)) == ["+ Pipeline: stage Build is new, after Source: Build"]


def test_an_action_that_moves_to_another_stage() -> None:
    moved = PIPELINE.replace(APPROVAL, "").replace(
        "    - Name: Production", APPROVAL + "    - Name: Production"
    )
    [part] = difference(PIPELINE, moved).templates
    assert words(list(part.pipelines)) == [
        "~ Pipeline: action Approve runs in stage Build, not Production"
    ]


def test_a_pipeline_in_each_case_of_its_conditions() -> None:
    old = "Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}\nResources:\n" + "".join(
        f"  {line}\n" for line in PIPELINE.splitlines()
    )
    new = old.replace("StackName: app", "StackName: !If [IsProd, app-prod, app]")
    [part] = difference(old, new).templates
    value = "If(IsProd, app-prod, app); before: app"
    assert words(list(part.pipelines)) == [
        f"~ Pipeline: StackName of action Production/Deploy is {value}"
    ]


def test_a_new_pipeline() -> None:
    [part] = difference("", PIPELINE).templates
    assert words(list(part.pipelines)) == [
        "+ Pipeline: is new, with the stages Source, Build, Production"
    ]
