"""Builders that are used alone, in a template of one's own."""

import doctest
import subprocess
import sys
from pathlib import Path

import pytest
from troposphere import GetAtt, Template
from troposphere.kms import Key

from cfn_pipeline import (
    CodeBuild,
    CodeCommit,
    Pipeline,
    Stage,
    UpdateStack,
    deployment_resources,
    emit,
    load,
    pipeline_role,
    private_bucket,
)
from cfn_pipeline.resources import s3
from cfn_pipeline.stacks import builders
from tests.cfn_lint import lint

CODE = CodeCommit(name="Source", repository="orders", output="Code")
QUEUE = "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}"


@pytest.mark.parametrize("module", [builders, s3], ids=lambda module: module.__name__)
def test_examples_run(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


def test_examples_run_outside_the_repository(tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    examples = doctest.script_from_examples(builders.deployment_resources.__doc__ or "")
    script.write_text(examples)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["CloudFormationRole", "DeploymentPolicy1"], done.stderr


def test_a_template_of_ones_own_has_them(tmp_path: Path) -> None:
    pipeline = Pipeline(
        name="orders",
        stages=[
            Stage("Source", [CODE]),
            Stage("Build", [CodeBuild(name="Build", input=CODE.artifact)]),
            Stage("Dev", [UpdateStack(name="D", stack="orders", template=CODE.artifact / "s.yml")]),
        ],
    )
    template = Template()
    template.set_version("2010-09-09")
    template.add_resource(Key("DataKey", EnableKeyRotation=True))
    for resource in deployment_resources(QUEUE, stack="orders"):
        template.add_resource(resource)
    role = pipeline_role(
        pipeline,
        bucket="acme-${AWS::AccountId}",
        key=GetAtt("DataKey", "Arn"),
        role_arn=GetAtt("CloudFormationRole", "Arn"),
    )
    template.add_resource(role)
    template.add_resource(
        private_bucket(
            "Reports",
            expire_after_days=30,
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )
    text = emit(template)
    statements = load(text)["Resources"]["PipelineRole"]["Properties"]["Policies"][0][
        "PolicyDocument"
    ]["Statement"]
    calls = {call: s["Resource"] for s in statements for call in s["Action"]}
    assert calls["iam:PassRole"] == [{"Fn::GetAtt": ["CloudFormationRole", "Arn"]}]
    assert calls["kms:Decrypt"] == [{"Fn::GetAtt": ["DataKey", "Arn"]}]
    assert "project/orders" in str(calls["codebuild:StartBuild"])
    assert "codecommit:UploadArchive" in calls
    (tmp_path / "own.yml").write_text(text)
    assert lint(tmp_path / "own.yml") == []
