"""Builders that are used alone, in a template of one's own."""

import doctest
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from troposphere import GetAtt, Ref, Template
from troposphere.kms import Key

from cfn_pipeline import (
    CodeBuild,
    CodeCommit,
    ModelError,
    Pipeline,
    Stage,
    UpdateStack,
    add_template,
    application_template,
    deployment_resources,
    emit,
    load,
    load_balancer_resources,
    pipeline_role,
    private_bucket,
)
from cfn_pipeline.resources import s3
from cfn_pipeline.stacks.builders import combining, load_balancers, roles
from cfn_pipeline.stacks.delivery import build_role
from tests.cfn_lint import lint
from tests.stacks.applications import ORDERS

CODE = CodeCommit(name="Source", repository="orders", output="Code")
QUEUE = "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}"


@pytest.mark.parametrize(
    "module", [roles, combining, load_balancers, build_role, s3], ids=lambda module: module.__name__
)
def test_examples_run(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


def test_examples_run_outside_the_repository(tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    examples = doctest.script_from_examples(roles.deployment_resources.__doc__ or "")
    script.write_text(examples)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["CloudFormationRole", "DeploymentPolicy1"], done.stderr


def test_values_take_the_place_of_parameters_and_imports() -> None:
    values: dict[str, Any] = {
        "VpcId": "vpc-1a",
        "ApplicationSubnets": ["subnet-1a", Ref("Other")],
        "key": "k",
    }
    template = application_template(ORDERS, values={**values, "ApplicationImageTag": "7"})
    resources = load(emit(template))["Resources"]
    assert not {"VpcId", "ApplicationSubnets", "ApplicationImageTag"} & {*template.parameters}
    [task] = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"]
    text, named = task["Image"]["Fn::Sub"]
    assert (text[-23:], named) == (":${ApplicationImageTag}", {"ApplicationImageTag": "7"})
    balancer = resources["ApplicationLoadBalancer"]["Properties"]
    assert balancer["Subnets"] == ["subnet-1a", {"Ref": "Other"}]
    text = json.dumps(resources)
    assert "${AWS::StackName}-key" not in text
    assert "${AWS::StackName}-log-bucket" in text
    statements = resources["ApplicationExecutionRole"]["Properties"]["Policies"][0]
    assert statements["PolicyDocument"]["Statement"][-1]["Resource"] == ["k"]
    with pytest.raises(ModelError, match="unknown parameter 'Vpc' in values; the parameters of"):
        application_template(ORDERS, values={"Vpc": "vpc-1a"})


def test_templates_with_the_same_names_are_not_added() -> None:
    own = application_template(ORDERS)
    with pytest.raises(ModelError, match="both templates have 'VpcId' in parameters; use other"):
        add_template(own, application_template(ORDERS))


def test_a_load_balancer_with_a_certificate_redirects(tmp_path: Path) -> None:
    template = Template()
    template.set_version("2010-09-09")
    made = load_balancer_resources(
        vpc="vpc-0a1b2c3d",
        subnets=["subnet-0a1b2c3d", "subnet-1b2c3d4e"],
        certificate="arn:aws:acm:us-east-1:123456789012:certificate/1f0c3a52-7d1e-4c53-9d0e-01234",
        internal=True,
        log_bucket="acme-logs",
        title="Edge",
    )
    for resource in made:
        template.add_resource(resource)
    resources = load(emit(template))["Resources"]
    assert list(resources) == [
        "EdgeSecurityGroup",
        "Edge",
        "EdgeHttpListener",
        "EdgeHttpsListener",
    ]
    assert resources["EdgeHttpListener"]["Properties"]["DefaultActions"][0]["Type"] == "redirect"
    assert resources["Edge"]["Properties"]["Scheme"] == "internal"
    (tmp_path / "edge.yml").write_text(emit(template))
    assert lint(tmp_path / "edge.yml") == []


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
        parameters=["/orders/image"],
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
    assert "parameter/orders/image" in str(calls["ssm:GetParameters"])
    with pytest.raises(ModelError, match=r"invalid Systems Manager parameter '\*'"):
        pipeline_role(pipeline, bucket="acme", role_arn="arn:aws:iam::1:role/d", parameters=["*"])
    (tmp_path / "own.yml").write_text(text)
    assert lint(tmp_path / "own.yml") == []
