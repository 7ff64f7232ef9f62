"""What a role or the boundary is allowed beyond the names of a template is told."""

import re
from typing import Any

import pytest

from cfn_pipeline.permissions import Permissions, catalogue, derive
from cfn_pipeline.permissions.scoping import own_kinds

BOUNDARY = "arn:aws:iam::111122223333:policy/limit"
OPEN = {"Open": {"Type": "String"}}
HERE = "eu-west-1:111122223333"


def _derived(
    type_: str, properties: Any, *, stack: str = "orders-*", **sections: Any
) -> Permissions:
    template = {
        "Parameters": OPEN,
        "Resources": {"It": {"Type": type_, "Properties": properties}},
        **sections,
    }
    return derive([template], stacks=[stack], boundary=BOUNDARY)


def _told(found: Permissions, kind: str) -> list[str]:
    return [entry.remedy for entry in found.unknown if entry.kind == kind]


# Resources of others

#: Resources of others that no template names, with the kind of each.
STRANGERS = {
    f"arn:aws:lambda:{HERE}:function:stranger": ("lambda", "function"),
    f"arn:aws:lambda:{HERE}:layer:stranger": ("lambda", "layer"),
    f"arn:aws:secretsmanager:{HERE}:secret:stranger-a1b2c3": ("secretsmanager", "Secret"),
    f"arn:aws:ssm:{HERE}:parameter/stranger": ("ssm", "parameter"),
    f"arn:aws:sns:{HERE}:stranger": ("sns", "topic"),
    f"arn:aws:sqs:{HERE}:stranger": ("sqs", "queue"),
    f"arn:aws:states:{HERE}:stateMachine:stranger": ("states", "statemachine"),
    f"arn:aws:dynamodb:{HERE}:table/stranger": ("dynamodb", "table"),
    f"arn:aws:eks:{HERE}:cluster/stranger": ("eks", "cluster"),
    f"arn:aws:ecs:{HERE}:cluster/stranger": ("ecs", "cluster"),
    f"arn:aws:logs:{HERE}:log-group:stranger": ("logs", "log-group"),
    "arn:aws:s3:::stranger": ("s3", "bucket"),
    "arn:aws:route53:::hostedzone/Z0STRANGER": ("route53", "hostedzone"),
    "arn:aws:iam::111122223333:role/stranger": ("iam", "role"),
}
#: What makes a resource use each service.
USES = {
    "FunctionArn": f"arn:aws:lambda:{HERE}:function:mine",
    "LogGroupArn": f"arn:aws:logs:{HERE}:log-group:mine",
    "QueueArn": f"arn:aws:sqs:{HERE}:mine",
    "S3Location": "s3://mine/x",
    "SecretArn": f"arn:aws:secretsmanager:{HERE}:secret:mine-a1b2c3",
    "StateMachineArn": f"arn:aws:states:{HERE}:stateMachine:mine",
    "TableArn": f"arn:aws:dynamodb:{HERE}:table/mine",
    "TopicArn": f"arn:aws:sns:{HERE}:mine",
}


def _matches(pattern: str, arn: str) -> bool:
    for name, value in {"Partition": "aws", "Region": HERE[:9], "AccountId": HERE[10:]}.items():
        pattern = pattern.replace(f"${{AWS::{name}}}", value)
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), arn) is not None


def test_what_any_type_may_change_of_others_is_told() -> None:
    silent = []
    for type_ in sorted(catalogue.types()):
        found = _derived(type_, USES)
        if found.unknown:
            continue
        for action, arns in found.actions.items():
            service = action.split(":")[0]
            if catalogue.access(action) in catalogue.READING and "GetSecretValue" not in action:
                continue
            silent += [
                (type_, action, arn)
                for arn, kind in STRANGERS.items()
                if kind[0] == service and kind not in own_kinds(type_)
                for pattern in arns
                if pattern != "*" and _matches(pattern, arn)
            ]
    assert silent == []


@pytest.mark.parametrize(
    "type_, properties, action",
    [
        ("AWS::Synthetics::Canary", {"Code": {"Handler": "lambda"}}, "lambda:UpdateFunctionCode"),
        ("AWS::Events::Connection", USES, "secretsmanager:GetSecretValue"),
        ("AWS::EKS::Nodegroup", {}, "eks:CreateNodegroup"),
    ],
)
def test_actions_on_every_resource_of_a_kind(type_: str, properties: Any, action: str) -> None:
    notes = _told(_derived(type_, properties), "note")
    assert any(note.startswith("allowed on every ") for note in notes), notes
    assert action in _derived(type_, properties).actions


@pytest.mark.parametrize(
    "type_, properties, action, arn",
    [
        (
            "AWS::EKS::AccessEntry",
            {"ClusterName": "mine", "PrincipalArn": "arn:aws:iam::1:role/x"},
            "eks:CreateAccessEntry",
            "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/mine",
        ),
        (
            "AWS::Route53::RecordSet",
            {"HostedZoneId": "Z1", "Name": "x.example.com", "Type": "A"},
            "route53:ChangeResourceRecordSets",
            "arn:${AWS::Partition}:route53:::hostedzone/Z1",
        ),
        (
            "AWS::Route53::RecordSetGroup",
            {"RecordSets": [{"HostedZoneId": "/hostedzone/Z1"}]},
            "route53:ChangeResourceRecordSets",
            "arn:${AWS::Partition}:route53:::hostedzone/Z1",
        ),
        (
            "AWS::SecretsManager::RotationSchedule",
            {"SecretId": "mine", "RotationLambdaARN": "arn:aws:lambda:eu-west-1:1:function:f"},
            "lambda:InvokeFunction",
            "arn:aws:lambda:eu-west-1:1:function:f",
        ),
    ],
)
def test_what_a_template_names_is_what_is_allowed(
    type_: str, properties: Any, action: str, arn: str
) -> None:
    assert [
        other
        for other in _derived(type_, properties).actions[action]
        if catalogue.can_be_on(action, other)
    ] == [arn]


def test_a_zone_that_is_not_known_is_told() -> None:
    found = _derived("AWS::Route53::RecordSet", {"HostedZoneId": {"Ref": "Open"}})
    [note] = _told(found, "note")
    assert "--parameter Open=VALUE" in note


# Values that only the deployment knows


@pytest.mark.parametrize(
    "type_, properties",
    [
        ("AWS::Lambda::Function", {"Role": "{{resolve:ssm:/role}}"}),
        ("AWS::Lambda::Function", {"Role": {"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/role}}"}}),
        ("AWS::S3::Bucket", {"BucketName": "{{resolve:ssm:/bucket}}"}),
        ("AWS::IAM::AccessKey", {"UserName": "{{resolve:secretsmanager:x:SecretString:user}}"}),
        ("Custom::It", {"ServiceToken": "{{resolve:ssm:/function}}"}),
    ],
)
def test_a_dynamic_reference_gives_no_name(type_: str, properties: Any) -> None:
    found = _derived(type_, properties)
    [told] = _told(found, "uncovered")
    assert "is not known before the deployment" in told
    assert "resolve" not in str(found.actions)


@pytest.mark.parametrize(
    "properties, function",
    [
        ({"Fn::Transform": {"Name": "Macro"}}, "Fn::Transform"),
        ({"Tags": [{"Fn::ForEach::Each": ["x", ["a"], {"Key": "${x}"}]}]}, "Fn::ForEach"),
        ({"Fn::ForEach::Each": ["x", ["RoleName"], {"${x}": "admin"}]}, "Fn::ForEach"),
    ],
)
def test_what_macros_make_of_properties_is_not_covered(properties: Any, function: str) -> None:
    found = _derived("AWS::IAM::Role", {"PermissionsBoundary": BOUNDARY, **properties})
    [told] = _told(found, "uncovered")
    assert told.startswith(f"{function} changes it")


@pytest.mark.parametrize(
    "role",
    [{"Ref": "AWS::NoValue"}, {"Fn::If": ["C", "arn:aws:iam::1:role/r", {"Ref": "AWS::NoValue"}]}],
)
def test_sam_makes_a_role_where_none_is_named(role: Any) -> None:
    properties = {"Role": role, "PermissionsBoundary": BOUNDARY}
    found = _derived("AWS::Serverless::Function", properties)
    assert any("role/orders-" in arn for arn in found.actions["iam:CreateRole"])


# The boundary

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def _with_policy(policies: Any, stack: str = "orders-*", **more: Any) -> Permissions:
    role = {"PermissionsBoundary": BOUNDARY, "Policies": policies}
    resources = {"It": {"Type": "AWS::IAM::Role", "Properties": role}, **more}
    return _derived("", {}, Resources=resources, stack=stack)


def _with_statement(statement: Any, stack: str = "orders-*", **more: Any) -> Permissions:
    document = {"Statement": [statement]}
    return _with_policy([{"PolicyName": "p", "PolicyDocument": document}], stack, **more)


CONDITION = {"StringEquals": {"aws:x": "1"}}


@pytest.mark.parametrize(
    "condition",
    [
        {"Fn::If": ["C", CONDITION, {"Ref": "AWS::NoValue"}]},
        {"StringEquals": {"Fn::If": ["C", {"aws:x": "1"}, {"aws:x": "2"}]}},
        {"StringEquals": {"Ref": "Open"}},
        {"Ref": "Open"},
        [CONDITION],
        "text",
        {"ArnNotLike": {"aws:x": {"Fn::Sub": "arn:aws:sns:::${AWS::StackName}-x"}}},
    ],
)
def test_a_condition_that_is_not_in_the_boundary_is_told(condition: Any) -> None:
    found = _with_statement({**ALLOW, "Condition": condition})
    assert found.boundary is not None
    [statement] = found.boundary["Statement"]
    assert "Condition" not in statement
    assert any("a condition refers to" in note for note in _told(found, "note"))


def test_an_arn_of_which_nothing_is_known_is_told() -> None:
    custom = {"Type": "Custom::It", "Properties": {"ServiceToken": "arn:aws:lambda:x:1:function:f"}}
    for resource in ({"Fn::GetAtt": ["Custom", "Arn"]}, {"Fn::Sub": "${Custom.Arn}/*"}):
        found = _with_statement({**ALLOW, "Resource": resource}, Custom=custom)
        assert any("the ARN of Custom" in note for note in _told(found, "note"))


def test_an_arn_that_is_imported_by_the_stack_s_name_is_told_for_patterns() -> None:
    resource = {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-x"}}
    for stack, number in (("orders-*", 1), ("orders-dev", 0)):
        found = _with_statement({**ALLOW, "Resource": resource}, stack)
        assert len(_told(found, "note")) == number


@pytest.mark.parametrize(
    "policies",
    [
        [{"PolicyName": "p", "PolicyDocument": '{"Statement": []}'}],
        {"Fn::If": ["C", [{"PolicyName": "p", "PolicyDocument": {}}], {"Ref": "AWS::NoValue"}]},
        [
            {
                "PolicyName": "p",
                "PolicyDocument": {"Statement": [{**ALLOW, "Action": [{"Ref": "Open"}]}]},
            }
        ],
        [
            {
                "PolicyName": "p",
                "PolicyDocument": {
                    "Statement": {**ALLOW, "Action": ["s3:GetObject", {"Ref": "Open"}]}
                },
            }
        ],
    ],
)
def test_a_policy_that_is_not_in_the_boundary_is_not_covered(policies: Any) -> None:
    told = _told(_with_policy(policies), "uncovered")
    assert any("is not in the boundary" in remedy for remedy in told), told


def test_an_effect_that_is_not_known_is_told() -> None:
    effect = {"Fn::If": ["C", "Allow", "Deny"]}
    assert any(
        "whether a statement" in n
        for n in _told(_with_statement({**ALLOW, "Effect": effect}), "note")
    )


def test_a_parameter_with_the_logical_id_of_a_resource_is_told_as_a_parameter() -> None:
    template: dict[str, Any] = {
        "Parameters": {"Token": {"Type": "AWS::SSM::Parameter::Value<String>"}},
        "Resources": {"Token": {"Type": "AWS::SSM::Parameter", "Properties": {}}},
    }
    [entry] = derive([template], stacks=["orders"]).unknown
    assert (entry.resource, entry.type) == ("Token", "Parameter")
    template["Parameters"]["Token"]["Type"] = "String"
    assert derive([template], stacks=["orders"]).unknown == []
