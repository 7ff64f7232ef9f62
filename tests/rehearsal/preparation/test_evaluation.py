"""What functions in a pipeline come to, as CloudFormation has it."""

import json
import threading
from itertools import count
from typing import Any

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.preparation.evaluation import evaluation_of

NUMBERS = count(1)


def properties_in(
    aws: EmbeddedAws,
    properties: dict[str, Any],
    parameters: dict[str, str] | None = None,
    **sections: Any,
) -> Any:
    """Return what a pipeline's properties come to."""
    template = {
        "Parameters": {"Branch": {"Type": "String", "Default": "main"}},
        "Conditions": {"IsMain": {"Fn::Equals": [{"Ref": "Branch"}, "main"]}},
        **sections,
        "Resources": {
            "Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties},
            "Bucket": {"Type": "AWS::S3::Bucket"},
            **sections.get("Resources", {}),
        },
    }
    evaluation = evaluation_of(template, "Pipeline")
    name = f"question-{next(NUMBERS)}"
    stacks = Stacks(aws.account, "", threading.Event())
    stacks.deploy(
        Request(stack=name, template=json.dumps(evaluation.template), parameters=parameters or {})
    )
    return {**dict(evaluation.properties(stacks.outputs(name))), "stack": name}


def test_functions_are_what_cloudformation_makes_of_them(aws: EmbeddedAws) -> None:
    found = properties_in(
        aws,
        {
            "Name": "mine",
            "Text": "as it is",
            "Number": 5,
            "Parameter": {"Ref": "Branch"},
            "Bucket": {"Ref": "Bucket"},
            "Arn": {"Fn::GetAtt": ["Bucket", "Arn"]},
            "Sub": {"Fn::Sub": "${Branch}-${AWS::Region}-${AWS::StackName}"},
            "Nested": [{"Deep": {"Fn::Join": ["-", ["a", {"Ref": "Branch"}]]}}],
        },
    )
    stack = found.pop("stack")
    bucket = found.pop("Bucket")
    assert found == {
        "Name": "mine",
        "Text": "as it is",
        "Number": 5,
        "Parameter": "main",
        "Arn": f"arn:aws:s3:::{bucket}",
        "Sub": f"main-us-east-1-{stack}",
        "Nested": [{"Deep": "a-main"}],
    }


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("main", {"Stages": ["one", {"deep": "main"}], "Only": "yes"}),
        ("other", {"Stages": ["one", "no"]}),
    ],
)
def test_conditions(aws: EmbeddedAws, branch: str, expected: dict[str, Any]) -> None:
    found = properties_in(
        aws,
        {
            "Name": "mine",
            "Stages": [
                "one",
                {"Fn::If": ["IsMain", {"deep": {"Ref": "Branch"}}, "no"]},
                {"Fn::If": ["IsMain", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]},
            ],
            "Only": {"Fn::If": ["IsMain", "yes", {"Ref": "AWS::NoValue"}]},
        },
        {"Branch": branch},
    )
    assert {key: found[key] for key in found if key not in ("Name", "stack")} == expected


def test_a_pipeline_without_name_and_those_who_refer_to_it(aws: EmbeddedAws) -> None:
    found = properties_in(
        aws,
        {"Stages": []},
        Outputs={
            "Name": {"Value": {"Ref": "Pipeline"}},
            "Url": {"Value": {"Fn::Sub": "https://x/${Pipeline}?v=${Pipeline.Version}"}},
            "Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}},
        },
    )
    stack = found["stack"]
    assert found["Name"] == f"{stack}-Pipeline"
    outputs = Stacks(aws.account, "", threading.Event()).outputs(stack)
    assert outputs["Name"] == f"{stack}-Pipeline"
    assert outputs["Url"] == f"https://x/{stack}-Pipeline?v=1"


def test_loops_are_refused() -> None:
    properties: dict[str, Any] = {"Stages": {"Fn::ForEach::X": []}}
    template = {"Resources": {"P": {"Properties": properties}}}
    with pytest.raises(RehearsalError, match="rehearse the processed template"):
        evaluation_of(template, "P")
