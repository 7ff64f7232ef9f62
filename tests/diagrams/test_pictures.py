"""What pictures show."""

from typing import Any

import pytest

from cfn_pipeline.diagrams.parts import part_of, spoken
from cfn_pipeline.diagrams.pictures import PipelinePicture, StackPicture
from cfn_pipeline.errors import TemplateError
from tests.diagrams.samples import action, of_file, of_text, pipeline, stack


def test_the_pipeline_of_the_book() -> None:
    [picture] = of_file("templates/book/pipeline.yml")
    assert isinstance(picture, PipelinePicture)
    assert [stage.name for stage in picture.stages] == ["Source", "Build", "Dev", "Production"]
    assert [(a.name, a.kind, tuple(a.inputs), a.order) for a in picture.stages[-1].actions] == [
        ("ChangeSet", "deploy", ("DeploymentRepository", "ApplicationVersion"), 1),
        ("ApproveChangeSet", "approval", (), 2),
        ("DeployChangeSet", "deploy", (), 3),
    ]
    assert picture.description.startswith(
        "Pipeline todobackend. Starts on a change to branch master, by polling (Source, "
        "DeploymentRepository). Stage Source: Source (GitHub; todobackend; branch master; makes "
        "MyApp), then DeploymentRepository (GitHub; "
    )


def test_actions_in_other_accounts_and_regions_have_a_place() -> None:
    [picture] = of_file("examples/three-accounts/pipeline.yml")
    assert isinstance(picture, PipelinePicture)
    places = {stage.name: [a.place for a in stage.actions] for stage in picture.stages}
    assert places["Dev"] == [""]
    assert places["Staging"] == ["account 222222222222"]
    abroad = "account 333333333333, eu-west-1"
    assert places["Prod"] == [abroad, "", abroad]


def test_parameters_are_named_and_actions_stand_in_the_order_in_which_they_run() -> None:
    picture = pipeline(
        [
            action("Second", "Approval/Manual", RunOrder=2),
            action(
                "First",
                "Deploy/CloudFormation",
                Configuration={"ActionMode": "CREATE_UPDATE", "StackName": {"Ref": "Stack"}},
                RoleArn={"Fn::Sub": "arn:aws:iam::${Account}:role/deploy"},
            ),
        ],
        Parameters={"Stack": {"Type": "String"}, "Account": {"Type": "String"}},
    )
    first, second = picture.stages[0].actions
    assert (first.name, second.name) == ("First", "Second")
    assert first.lines == ["CloudFormation", "Deploys stack ${Stack}"]
    assert first.place == "account ${Account}"


def test_a_role_stands_for_an_account_that_is_not_known() -> None:
    role = {"Ref": "Role"}
    picture = pipeline(
        [action("Deploy", "Deploy/S3", RoleArn=role, Region="eu-west-1")],
        Parameters={"Role": {"Type": "String"}},
    )
    assert picture.stages[0].actions[0].place == "with role ${Role}, eu-west-1"


def test_a_pipeline_with_conditions_is_drawn_once_with_the_most_actions() -> None:
    optional = {"Fn::If": ["Wide", action("Check", "Approval/Manual"), {"Ref": "AWS::NoValue"}]}
    picture = pipeline(
        [action("Approve", "Approval/Manual"), optional],
        Parameters={"P": {"Type": "String"}},
        Conditions={"Wide": {"Fn::Equals": [{"Ref": "P"}, "yes"]}},
    )
    assert [a.name for a in picture.stages[0].actions] == ["Approve", "Check"]


def test_the_stack_of_the_book() -> None:
    [picture] = of_file("templates/book/stack.yml")
    assert isinstance(picture, StackPicture)
    every = {r.name: r for part in picture.parts for r in part.resources}
    assert {r.name for r in every.values() if r.is_public} == {
        "ApplicationLoadBalancer",
        "ApplicationLoadBalancerSecurityGroup",
        "ApplicationAutoscalingSecurityGroup",
    }
    assert every["ApplicationDatabase"].data == "databases"
    assert every["ApplicationDatabase"].references == [
        "Secrets",
        "ApplicationDatabaseSecurityGroup",
        "ApplicationDatabaseSubnetGroup",
    ]
    assert every["ApplicationService"].type == "ECS Service"


def test_references_are_those_of_every_function_and_of_depends_on() -> None:
    properties = {
        "A": {"Ref": "One"},
        "B": {"Fn::GetAtt": ["Two", "Arn"]},
        "C": {"Fn::Sub": "${Three.Arn} ${!Four} ${AWS::Region}"},
        "D": {"Fn::Sub": ["${Four} ${Five}", {"Four": {"Ref": "One"}}]},
        "E": {"Ref": "Self"},
    }
    names = ("One", "Two", "Three", "Four", "Five", "Six")
    others = {name: {"Type": "AWS::SNS::Topic"} for name in names}
    picture = stack(
        {"Self": {"Type": "AWS::SQS::Queue", "DependsOn": "Six", "Properties": properties}} | others
    )
    [box] = [r for part in picture.parts for r in part.resources if r.name == "Self"]
    assert sorted(box.references) == ["Five", "One", "Six", "Three", "Two"]


_GROUP = "AWS::EC2::SecurityGroup"
_POLICY = "AWS::S3::BucketPolicy"
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def _statement(**more: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "s3:*", **more}]}}


@pytest.mark.parametrize(
    "type_, properties, expected",
    [
        (_BALANCER, {}, True),
        (_BALANCER, {"Scheme": "internal"}, False),
        (_BALANCER, {"Scheme": {"Fn::ImportValue": "x"}}, False),
        (_GROUP, {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0"}]}, True),
        (_GROUP, {"SecurityGroupIngress": [{"CidrIpv6": "::/0"}]}, True),
        (_GROUP, {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8"}]}, False),
        (_GROUP, {"SecurityGroupEgress": [{"CidrIp": "0.0.0.0/0"}]}, False),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": True}, True),
        ("AWS::RDS::DBInstance", {}, False),
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, True),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, False),
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, True),
        ("AWS::S3::Bucket", {"AccessControl": "Private"}, False),
        (_POLICY, _statement(Principal="*"), True),
        (_POLICY, _statement(Principal={"AWS": "*"}), True),
        (_POLICY, _statement(Principal={"AWS": ["*"]}), True),
        (_POLICY, _statement(Principal="*", Condition={"Bool": {"a": "b"}}), False),
        (_POLICY, _statement(Principal="*", Effect="Deny"), False),
        (_POLICY, _statement(Principal={"AWS": "111111111111"}), False),
        ("AWS::ApiGateway::RestApi", {}, True),
        ("AWS::ApiGateway::RestApi", {"EndpointConfiguration": {"Types": ["PRIVATE"]}}, False),
    ],
)
def test_what_is_public(type_: str, properties: dict[str, Any], expected: bool) -> None:
    [part] = stack({"It": {"Type": type_, "Properties": properties}}).parts
    assert part.resources[0].is_public is expected


@pytest.mark.parametrize(
    "type_, part, words",
    [
        ("AWS::EC2::VPC", "Network", "EC2 VPC"),
        ("AWS::EC2::Instance", "Compute", "EC2 Instance"),
        ("AWS::RDS::DBInstance", "Databases", "RDS DB Instance"),
        ("AWS::S3::Bucket", "Storage", "S3 Bucket"),
        ("AWS::S3::BucketPolicy", "Permissions, keys and secrets", "S3 Bucket Policy"),
        ("AWS::Logs::LogGroup", "Logs and alarms", "CloudWatch Log Group"),
        ("AWS::AutoScaling::AutoScalingGroup", "Compute", "Auto Scaling Group"),
        ("Custom::Migration", "Compute", "Custom Migration"),
        ("AWS::IoT::Thing", "Other resources", "IoT Thing"),
        ("My::Own::Thing::MODULE", "Other resources", "My Own Thing MODULE"),
    ],
)
def test_the_part_and_the_words_of_a_type(type_: str, part: str, words: str) -> None:
    assert part_of(type_) == part
    assert spoken(type_) == words


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(TemplateError, match=r"a\.yml: no pipeline; give a template that has one"):
        of_text("Resources: {A: {Type: 'AWS::SNS::Topic'}}", "pipeline")
    with pytest.raises(TemplateError, match=r"a\.yml: no resource with a type"):
        of_text("Resources: {A: {Kind: b}}")


@pytest.mark.parametrize(
    "mode, line",
    [
        ("CREATE_UPDATE", "Deploys stack shop"),
        ("REPLACE_ON_FAILURE", "Deploys stack shop"),
        ("DELETE_ONLY", "Deletes stack shop"),
        ("CHANGE_SET_REPLACE", "Makes a change set for shop"),
        ("CHANGE_SET_EXECUTE", "Executes the change set of shop"),
        ("OTHER", "Stack shop"),
    ],
)
def test_what_an_action_does_with_a_stack(mode: str, line: str) -> None:
    settings = {"ActionMode": mode, "StackName": "shop"}
    picture = pipeline([action("It", "Deploy/CloudFormation", Configuration=settings)])
    assert picture.stages[0].actions[0].lines == ["CloudFormation", line]
