"""A pipeline of one's own and the roles that fit it."""

from typing import Any

import pytest
from troposphere import ImportValue, Ref, Template

from cfn_pipeline import (
    Approve,
    CodeBuild,
    CreateChangeSet,
    DeleteStack,
    ExecuteChangeSet,
    GitHub,
    GitHubOAuth,
    Pipeline,
    ReplaceFailedStack,
    Stage,
    emit,
    iam_template,
    load,
    pipeline_template,
)

CODE = GitHub(name="Source", repository="acme/orders", output="Application")
BUILD = CodeBuild(name="Build", input=CODE.artifact, output="Built")
CHANGE = CreateChangeSet(name="Change", stack="orders", template=CODE.artifact / "stack.yml")


def pipeline(*actions: Any, source: Any = CODE) -> Pipeline:
    return Pipeline(name="orders", stages=[Stage("Source", [source]), Stage("Work", actions)])


def parameters(source: Any) -> list[str]:
    template = pipeline_template(pipeline(Approve(name="Approve"), source=source))
    return [p for p in template.to_dict()["Parameters"] if p != "NotificationEmail"]


@pytest.mark.parametrize(
    "source, wanted",
    [
        (CODE, ["ConnectionArn"]),
        (GitHub(name="S", repository="orders", output="A"), ["GitHubOwner", "ConnectionArn"]),
        (GitHub(name="S", repository="a/b", output="A", connection="arn:aws:c"), []),
        (GitHubOAuth(name="S", repository="b", output="A"), ["GitHubOwner", "GitHubTokenSecret"]),
        (GitHubOAuth(name="S", repository="a/b", output="A", token=Ref("Token")), []),
    ],
)
def test_what_a_source_does_not_name_is_a_parameter(source: Any, wanted: list[str]) -> None:
    assert parameters(source) == wanted


def test_a_pipeline_of_one_s_own() -> None:
    template = load(
        emit(
            pipeline_template(
                pipeline(
                    BUILD,
                    (CHANGE, DeleteStack(name="Delete", stack="old")),
                    ExecuteChangeSet(name="Execute", of=CHANGE),
                )
            )
        )
    )
    properties = template["Resources"]["Pipeline"]["Properties"]
    assert properties["PipelineType"] == "V2"
    source, work = properties["Stages"]
    assert source["Actions"][0]["Configuration"] == {
        "ConnectionArn": {"Ref": "ConnectionArn"},
        "FullRepositoryId": "acme/orders",
        "BranchName": "main",
    }
    assert [(a["Name"], a["RunOrder"]) for a in work["Actions"]] == [
        ("Build", 1),
        ("Change", 2),
        ("Delete", 2),
        ("Execute", 3),
    ]
    assert work["Actions"][2]["Configuration"] == {
        "ActionMode": "DELETE_ONLY",
        "StackName": "old",
        "RoleArn": {"Fn::ImportValue": "orders-deployment-role"},
    }


def statements(*actions: Any, source: Any = CODE) -> dict[str, dict[str, Any]]:
    template = load(
        emit(
            iam_template(
                pipeline(*actions, source=source),
                pull="b/image",
                push="o/rders",
                deploys=[Template()],
            )
        )
    )
    [policy] = template["Resources"]["CodePipelineRole"]["Properties"]["Policies"]
    return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}


BASE = ["FindArtifactBucket", "ReadWriteArtifacts", "EncryptArtifacts", "DescribeKey"]


def test_an_action_brings_the_permissions_that_it_needs_and_no_other() -> None:
    oauth = GitHubOAuth(name="S", repository="a/b", output="A")
    assert list(statements(Approve(name="A"), source=oauth)) == BASE
    own = GitHub(name="S", repository="a/b", output="A", connection="arn:aws:c")
    assert statements(Approve(name="A"), source=own)["UseConnection"] == {
        "Sid": "UseConnection",
        "Effect": "Allow",
        "Action": ["codestar-connections:UseConnection", "codeconnections:UseConnection"],
        "Resource": ["arn:aws:c"],
    }
    arn = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b"
    known = GitHub(name="S", repository="a/b", output="A", connection=arn)
    use = statements(Approve(name="A"), source=known)["UseConnection"]
    assert use["Action"] == ["codeconnections:UseConnection"]
    told = statements(Approve(name="A", topic="arn:aws:sns:t"), source=oauth)
    assert told["NotifyApprovers"]["Resource"] == ["arn:aws:sns:t"]


def test_builds() -> None:
    mine = CodeBuild(name="Mine", project="mine", input=CODE.artifact)
    other = CodeBuild(name="Other", project=Ref("Project"), input=CODE.artifact)
    project = "arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:project/"
    third = CodeBuild(name="Third", project=ImportValue("p"), input=CODE.artifact)
    assert statements(BUILD, mine, other, third)["RunBuilds"]["Resource"] == [
        {"Fn::Sub": f"{project}orders"},
        {"Fn::Sub": f"{project}mine"},
        {"Fn::Sub": f"{project}${{Project}}"},
        {"Fn::Join": ["", [{"Fn::Sub": project}, {"Fn::ImportValue": "p"}]]},
    ]


def test_stacks_get_the_calls_of_their_modes() -> None:
    replaced = ReplaceFailedStack(
        name="Replace", stack="orders-dev", template=CODE.artifact / "s.yml", role="arn:aws:r"
    )
    unknown = DeleteStack(name="Delete", stack=Ref("Stack"))
    found = statements(CHANGE, ExecuteChangeSet(name="E", of=CHANGE), replaced, unknown)
    calls = {
        sid: [a.removeprefix("cloudformation:") for a in s["Action"]]
        for sid, s in found.items()
        if sid.startswith("Deploy")
    }
    assert calls == {
        "DeployOrders": [
            *("DescribeStacks", "DescribeStackEvents"),
            *("DescribeChangeSet", "CreateChangeSet", "DeleteChangeSet", "ExecuteChangeSet"),
        ],
        "DeployOrdersDev": [
            *("DescribeStacks", "DescribeStackEvents"),
            *("CreateStack", "UpdateStack", "DeleteStack"),
        ],
        "DeployStack3": ["DescribeStacks", "DescribeStackEvents", "DeleteStack"],
    }
    passed = found["PassDeploymentRole"]
    assert passed["Resource"] == [{"Fn::GetAtt": ["CloudFormationRole", "Arn"]}, "arn:aws:r"]
    assert passed["Condition"] == {
        "StringEqualsIfExists": {"iam:PassedToService": "cloudformation.amazonaws.com"}
    }
