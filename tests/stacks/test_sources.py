"""Sources: how they are rendered, what starts the pipeline, and what its role may do."""

from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import (
    Approve,
    AzureDevOps,
    Bitbucket,
    CodeCommit,
    ECRSource,
    GitLab,
    ModelError,
    Patterns,
    Pipeline,
    Push,
    S3Source,
    Stage,
    emit,
    iam_template,
    load,
    pipeline_template,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.model.sources import Source
from tests.cfn_lint import lint

SOURCES: dict[str, Source] = {
    "gitlab": GitLab(name="Source", repository="acme/shop/orders", output="App"),
    "bitbucket": Bitbucket(name="Source", repository="acme/orders", output="App"),
    "azure": AzureDevOps(name="Source", repository="acme/shop/orders", output="App"),
    "codecommit": CodeCommit(name="Source", repository="orders", branch="trunk", output="App"),
    "s3": S3Source(name="Source", bucket="acme-code", key="orders.zip", output="App"),
    "ecr": ECRSource(name="Base-Image", repository="acme/base", tag="1", output="App"),
}


def pipeline(source: Source) -> Pipeline:
    stages = [Stage("Source", [source]), Stage("Last", [Approve(name="Approve")])]
    return Pipeline(name="orders", stages=stages)


def files(source: Source) -> dict[str, str]:
    described = pipeline(source)
    return {
        "pipeline.yml": emit(pipeline_template(described)),
        "iam.yml": emit(iam_template(described)),
    }


def allowed(source: Source) -> dict[str, list[Any]]:
    role = load(files(source)["iam.yml"])["Resources"]["CodePipelineRole"]["Properties"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    return {call: s["Resource"] for s in statements for call in s["Action"]}


@pytest.mark.parametrize("name", SOURCES)
def test_checks_and_cfn_lint_find_nothing(name: str, tmp_path: Path) -> None:
    texts = files(SOURCES[name])
    assert check_system(read_texts(texts)) == []
    for file, text in texts.items():
        (tmp_path / file).write_text(text)
        assert lint(tmp_path / file) == []


@pytest.mark.parametrize("name", ["gitlab", "bitbucket", "azure"])
def test_connected_ones_need_no_rule(name: str) -> None:
    template = load(files(SOURCES[name])["pipeline.yml"])
    assert "StartRole" not in template["Resources"]
    assert "GitHubOwner" not in template["Parameters"]
    assert (
        "connection to the repositories" in template["Parameters"]["ConnectionArn"]["Description"]
    )
    action = template["Resources"]["Pipeline"]["Properties"]["Stages"][0]["Actions"][0]
    assert action["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    assert action["Configuration"]["FullRepositoryId"] == SOURCES[name].repository  # type: ignore[attr-defined]
    assert "codeconnections:UseConnection" in allowed(SOURCES[name])


@pytest.mark.parametrize(
    ("name", "rule", "pattern", "call"),
    [
        (
            "codecommit",
            "SourceChanged",
            {
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [
                    {
                        "Fn::Sub": "arn:${AWS::Partition}:codecommit:${AWS::Region}:"
                        "${AWS::AccountId}:orders"
                    }
                ],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": ["trunk"],
                },
            },
            "codecommit:UploadArchive",
        ),
        (
            "s3",
            "SourceChanged",
            {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": ["acme-code"]}, "object": {"key": ["orders.zip"]}},
            },
            "s3:ListBucket",
        ),
        (
            "ecr",
            "BaseImageChanged",
            {
                "source": ["aws.ecr"],
                "detail-type": ["ECR Image Action"],
                "detail": {
                    "action-type": ["PUSH"],
                    "result": ["SUCCESS"],
                    "repository-name": ["acme/base"],
                    "image-tag": ["1"],
                },
            },
            "ecr:DescribeImages",
        ),
    ],
)
def test_a_rule_starts_the_pipeline(
    name: str, rule: str, pattern: dict[str, Any], call: str
) -> None:
    resources = load(files(SOURCES[name])["pipeline.yml"])["Resources"]
    properties = resources[rule]["Properties"]
    assert properties["EventPattern"] == pattern
    arn = "arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:${Pipeline}"
    assert properties["Targets"] == [
        {
            "Id": "Pipeline",
            "Arn": {"Fn::Sub": arn},
            "RoleArn": {"Fn::GetAtt": ["StartRole", "Arn"]},
        }
    ]
    policy = resources["StartRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    assert policy["Statement"][0]["Resource"] == [{"Fn::Sub": arn}]
    configuration = resources["Pipeline"]["Properties"]["Stages"][0]["Actions"][0]["Configuration"]
    assert configuration.get("PollForSourceChanges") == (None if name == "ecr" else "false")
    assert call in allowed(SOURCES[name])


def test_filters_of_paths_are_those_of_every_connection() -> None:
    push = Push(branches=Patterns(includes=["main"]), paths=Patterns(includes=["orders/**"]))
    source = GitLab(name="Source", repository="acme/shop", output="App", push=[push])
    properties = load(files(source)["pipeline.yml"])["Resources"]["Pipeline"]["Properties"]
    assert properties["Triggers"][0]["GitConfiguration"]["Push"] == [
        {"Branches": {"Includes": ["main"]}, "FilePaths": {"Includes": ["orders/**"]}}
    ]


def test_a_source_without_filters_beside_one_with_filters_starts_the_pipeline_too() -> None:
    push = Push(paths=Patterns(includes=["orders/**"]))
    filtered = GitLab(name="Files", repository="acme/files", output="Files", push=[push])
    plain = GitLab(name="Source", repository="acme/orders", output="App", branch="trunk")
    stages = [
        Stage("Source", [filtered, plain]),
        Stage("Last", [Approve(name="Approve")]),
    ]
    text = emit(pipeline_template(Pipeline(name="orders", stages=stages)))
    triggers = load(text)["Resources"]["Pipeline"]["Properties"]["Triggers"]
    assert [trigger["GitConfiguration"] for trigger in triggers] == [
        {"SourceActionName": "Files", "Push": [{"FilePaths": {"Includes": ["orders/**"]}}]},
        {"SourceActionName": "Source", "Push": [{"Branches": {"Includes": ["trunk"]}}]},
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: GitLab(name="S", repository="orders", output="App"),
            "invalid repository 'orders': use 'group/name', with subgroups",
        ),
        (
            lambda: CodeCommit(name="S", repository="acme/orders", output="App"),
            "invalid repository 'acme/orders': use 'name'",
        ),
        (lambda: ECRSource(name="S", repository="Acme", output="App"), "'Acme'"),
    ],
)
def test_names_that_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert message in str(caught.value)
