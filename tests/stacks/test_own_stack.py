"""Applications with a template of their own: everything else is derived from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from troposphere import Template, sqs

from cfn_pipeline import (
    BOOK,
    Application,
    Build,
    CfnPipelineError,
    Container,
    EditionError,
    Environment,
    GitHubRepository,
    ModelError,
    OutputError,
    OwnStack,
    TemplateError,
    load,
    render,
    write,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.config.reading import read_config_file
from cfn_pipeline.project import rendering
from tests.cfn_lint import lint

STACK = """\
# Ours, and it stays so.
Parameters:
  Version: {Type: String}
  Retention: {Type: Number}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {MessageRetentionPeriod: !Ref Retention}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Path: !Sub /${AWS::StackName}/
      PermissionsBoundary: !ImportValue {"Fn::Sub": "${AWS::StackName}-boundary"}
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: ReadQueue
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - {Effect: Allow, Action: sqs:ReceiveMessage, Resource: !GetAtt Queue.Arn}
"""
PLAIN = "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}\n"


def application(stack: OwnStack, **options: Any) -> Application:
    return Application(
        name="orders", source=GitHubRepository("acme/orders"), stack=stack, **options
    )


def built(stack: OwnStack, **options: Any) -> dict[str, dict[str, Any]]:
    return rendering(application(stack, **options)).templates


def troposphere_template() -> Template:
    template = Template()
    template.add_resource(sqs.Queue("Queue"))
    return template


def statements(template: dict[str, Any], *roles: str) -> dict[str, Any]:
    policies = [
        policy["PolicyDocument"]
        for name in roles
        for policy in template["Resources"][name]["Properties"]["Policies"]
    ]
    return {s["Sid"]: s for policy in policies for s in policy["Statement"]}


def test_roles_capabilities_and_configuration_follow_the_template(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(STACK)
    own = OwnStack(str(tmp_path / "orders.yaml"), version_parameter="Version")
    environments = [Environment("dev", parameters={"Retention": "60"}), Environment("prod")]
    rendered = rendering(application(own, environments=environments), folder=tmp_path)
    pipeline = rendered.templates["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]
    deploy = pipeline["Stages"][2]["Actions"][0]["Configuration"]
    assert deploy["TemplatePath"] == "DeploymentRepository::orders.yaml"
    assert deploy["Capabilities"] == "CAPABILITY_IAM"
    assert json.loads(deploy["ParameterOverrides"]) == {
        "Version": {"Fn::GetParam": ["ApplicationVersion", "version.json", "Version"]}
    }
    deployment = json.dumps(rendered.templates["environment-dev.yml"])
    assert "sqs:CreateQueue" in deployment
    assert "ecs:" not in deployment
    assert json.loads(rendered.files["dev.json"]) == {"Parameters": {"Retention": "60"}}
    assert rendered.missing == {"prod": ["Retention"]}
    assert (
        "--template-file orders.yaml --stack-name orders-dev --capabilities CAPABILITY_IAM"
        in (rendered.files["Makefile"])
    )


PARAMETER = "arn:${AWS::Partition}:ssm:${AWS::Region}:"
STORED = """\
Parameters:
  Ami:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
  Size: {Type: AWS::SSM::Parameter::Value<String>, Default: /orders/size}
  Colour: {Type: AWS::SSM::Parameter::Value<String>}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Colour}}
"""


def test_the_pipeline_reads_the_parameters_that_the_template_stands_for() -> None:
    environments = [
        Environment("dev", parameters={"Colour": "colour"}),
        Environment("prod", parameters={"Colour": "/orders/colour", "Size": "/orders/large"}),
    ]
    templates = built(OwnStack(template=STORED), environments=environments)
    [read] = [
        s
        for s in statements(templates["iam.yml"], "CodePipelineRole").values()
        if s["Action"] == ["ssm:GetParameters"]
    ]
    assert [arn["Fn::Sub"] for arn in read["Resource"]] == [
        f"{PARAMETER}:parameter/aws/service/ami-amazon-linux-latest/*",
        *(
            f"{PARAMETER}${{AWS::AccountId}}:parameter/{name}"
            for name in ("orders/size", "colour", "orders/large", "orders/colour")
        ),
    ]
    deployment = json.dumps(templates["environment-prod.yml"])
    assert "parameter/orders/large" in deployment
    assert "parameter/orders/size" not in deployment
    assert "ReadParameters" not in statements(
        built(OwnStack(template=PLAIN))["iam.yml"], "CodePipelineRole"
    )


def test_a_name_in_systems_manager_is_none_with_a_wildcard() -> None:
    template = STORED.replace("/orders/size", "/orders/*")
    with pytest.raises(CfnPipelineError, match=r"/orders/\*"):
        built(
            OwnStack(template=template),
            environments=[Environment("dev", parameters={"Colour": "a"})],
        )


def test_the_file_of_a_person_is_not_rewritten(tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text(STACK)
    described = application(OwnStack(str(tmp_path / "stack.yml"), version_parameter="Version"))
    assert write(described, tmp_path)
    assert (tmp_path / "stack.yml").read_text() == STACK
    assert not any(change.written for change in write(described, tmp_path))
    # Elsewhere, a copy is rendered, and renewed.
    other = tmp_path / "other"
    write(described, other)
    assert (other / "stack.yml").read_text().startswith("# Rendered by cfn-pipeline")
    (tmp_path / "stack.yml").write_text(STACK.replace("ReadQueue", "UseQueue"))
    write(described, other)
    assert "UseQueue" in (other / "stack.yml").read_text()
    (other / "stack.yml").write_text(PLAIN)
    with pytest.raises(OutputError, match="was not rendered by cfn-pipeline"):
        write(described, other)


def test_a_configuration_file_names_it_relative_to_itself(tmp_path: Path) -> None:
    (tmp_path / "stack.yml").write_text(STACK)
    (tmp_path / "cfn-pipeline.yml").write_text(
        "applications:\n"
        "  - {name: orders, source: acme/orders, stack: {path: stack.yml}}\n"
        "  - {name: bills, source: acme/bills, stack: stack.yml}\n"
    )
    for described in read_config_file(tmp_path / "cfn-pipeline.yml"):
        assert described.stack is not None
        assert described.stack.path == str(tmp_path / "stack.yml")


@pytest.mark.parametrize(
    "template",
    [PLAIN, load(PLAIN), troposphere_template()],
    ids=["text", "mapping", "troposphere"],
)
def test_a_template_may_be_text_mapping_or_troposphere(template: Any) -> None:
    files = render(application(OwnStack(template=template)))
    assert load(files["stack.yml"])["Resources"] == {"Queue": {"Type": "AWS::SQS::Queue"}}
    assert "Capabilities" not in files["pipeline.yml"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"build": None},
        {"build": Build(images=False, image="aws/codebuild/standard:7.0", docker=False)},
        {"build": Build(image="aws/codebuild/standard:7.0", cache="LOCAL")},
    ],
    ids=["default", "no build", "no images", "standard image"],
)
def test_checks_and_cfn_lint_find_nothing(options: dict[str, Any], tmp_path: Path) -> None:
    described = application(OwnStack(template=PLAIN), **options)
    rendered = rendering(described)
    assert check_system(read_texts(rendered.files, parsed=rendered.templates)) == []
    for name in rendered.templates:
        (tmp_path / name).write_text(rendered.files[name])
        assert lint(tmp_path / name) == []


def test_without_a_build_there_is_none() -> None:
    rendered = rendering(application(OwnStack(template=PLAIN), build=None))
    assert not {"codebuild.yml", "ecr.yml", "Dockerfile.codebuild", "buildspec.yml"} & {
        *rendered.files
    }
    roles = rendered.templates["iam.yml"]
    assert "CodeBuildRole" not in roles["Resources"]
    assert "BuildRole" not in roles["Outputs"]
    assert "RunBuilds" not in statements(roles, "CodePipelineRole")
    pipeline = rendered.templates["pipeline.yml"]["Resources"]["Pipeline"]["Properties"]
    assert [stage["Name"] for stage in pipeline["Stages"]] == ["Source", "Dev", "Prod"]
    assert "build-image" not in rendered.files["Makefile"]


def test_an_unknown_type_and_a_role_without_boundary_have_a_way_out() -> None:
    unknown = "Resources: {Thing: {Type: 'Acme::Foo::Bar'}}"
    with pytest.raises(TemplateError, match=r"permissions=, such as \['foo:CreateBar'\]"):
        built(OwnStack(template=unknown))
    template = built(OwnStack(template=unknown, permissions=["foo:*"]))["environment-dev.yml"]
    assert {
        "Sid": "DeployOtherTypes",
        "Effect": "Allow",
        "Action": ["foo:*"],
        "Resource": ["*"],
    } in template["Resources"]["DeploymentPolicy1"]["Properties"]["PolicyDocument"]["Statement"]
    free = STACK.replace("PermissionsBoundary", "Description")
    free = free.replace('!ImportValue {"Fn::Sub": "${AWS::StackName}-boundary"}', "free")
    with pytest.raises(TemplateError, match="is !ImportValue orders-dev-boundary; boundary=False"):
        built(OwnStack(template=free))
    without = built(OwnStack(template=free, boundary=False))["environment-dev.yml"]
    assert "PermissionsBoundary" not in without["Resources"]


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: OwnStack(), "path or template is required (got neither)"),
        (lambda: OwnStack("a.yml", template=PLAIN), "path or template is required (got both)"),
        (lambda: OwnStack("stack"), "invalid path 'stack'"),
        (lambda: OwnStack("a.yml", permissions=["sqs"]), "invalid action 'sqs' in permissions"),
        (
            lambda: application(OwnStack("a.yml"), container=Container(name="a", cpu=1, memory=6)),
            "container cannot be combined with stack; remove one of them",
        ),
        (
            lambda: application(OwnStack("a.yml", version_parameter="Tag"), build=None),
            "build is None; remove one of them",
        ),
        (lambda: built(OwnStack("absent.yml")), "absent.yml: cannot be read: No such file"),
        (
            lambda: built(OwnStack(template=STACK, version_parameter="Tag")),
            "unknown parameter 'Tag' in version_parameter; the template's parameters are Version",
        ),
        (
            lambda: Application(name="orders", source=GitHubRepository("acme/orders")),
            "container, scheduled_tasks or stack is required; add one of them",
        ),
    ],
)
def test_mistakes_have_one_message(make: Any, message: str) -> None:
    with pytest.raises(CfnPipelineError) as caught:
        make()
    assert message in str(caught.value)


def test_the_book_has_none() -> None:
    with pytest.raises(EditionError, match="the book edition has no OwnStack"):
        render(application(OwnStack(template=PLAIN)), edition=BOOK)


def test_an_environment_cannot_set_what_the_template_lacks() -> None:
    environments = [Environment("dev", parameters={"Colour": "red"})]
    with pytest.raises(ModelError, match="unknown parameter 'Colour'; the parameters of stack"):
        built(OwnStack(template=PLAIN), environments=environments)
