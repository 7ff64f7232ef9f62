"""What SAM makes of a template."""

from typing import Any

import pytest

from cfn_pipeline.permissions import Permissions, derive

BOUNDARY = "arn:aws:iam::111122223333:policy/limit"


def _derived(type_: str, **properties: Any) -> Permissions:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"It": {"Type": type_, "Properties": properties}},
    }
    return derive([template], stacks=["orders-*"], boundary=BOUNDARY)


@pytest.mark.parametrize(
    "type_, service",
    [
        ("AWS::Serverless::Function", "lambda.amazonaws.com"),
        ("AWS::Serverless::StateMachine", "states.amazonaws.com"),
    ],
)
def test_a_role_is_made_passed_and_given_policies(type_: str, service: str) -> None:
    policies = ["AmazonSQSFullAccess"]
    found = _derived(type_, Policies=policies, PermissionsBoundary=BOUNDARY)
    role = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/orders-*"
    for action in ("iam:CreateRole", "iam:AttachRolePolicy", "iam:PassRole", "iam:DeleteRole"):
        assert found.actions[action] == [role]
    [passing] = [s for s in found.statements if s["Sid"] == "PassRoles"]
    assert passing["Condition"]["StringEqualsIfExists"]["iam:PassedToService"] == [service]


def test_a_role_of_its_own_is_passed_and_none_is_made() -> None:
    role = "arn:aws:iam::111122223333:role/functions"
    found = _derived("AWS::Serverless::Function", Role=role)
    assert found.actions["iam:PassRole"] == [role]
    assert "iam:CreateRole" not in found.actions
    assert not found.unknown


def test_the_boundary_has_what_sam_attaches() -> None:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    found = _derived(
        "AWS::Serverless::Function", Policies=[{"Statement": [statement]}], VpcConfig={}
    )
    assert found.boundary is not None
    [allowed] = found.boundary["Statement"]
    assert {"sqs:SendMessage", "logs:PutLogEvents", "ec2:CreateNetworkInterface"} <= {
        *allowed["Action"]
    }


@pytest.mark.parametrize(
    "type_, properties, remedy",
    [
        ("AWS::Serverless::Function", {}, "set its PermissionsBoundary"),
        ("AWS::Serverless::Application", {"Location": "x"}, "the application's own template"),
        ("AWS::OpsWorks::Stack", {}, "AWS ended OpsWorks Stacks"),
        ("AWS::OpsWorks::App", {}, "AWS ended OpsWorks Stacks"),
    ],
)
def test_what_is_not_covered(type_: str, properties: Any, remedy: str) -> None:
    assert remedy in _derived(type_, **properties).unknown[0].remedy


def test_policy_templates_are_named() -> None:
    policies = [{"DynamoDBCrudPolicy": {"TableName": "x"}}]
    found = _derived("AWS::Serverless::Function", Policies=policies, PermissionsBoundary="x")
    assert [entry.type for entry in found.unknown] == ["DynamoDBCrudPolicy"]


def test_globals_are_those_of_each_function() -> None:
    template = {
        "Globals": {"Function": {"PermissionsBoundary": BOUNDARY}},
        "Resources": {"It": {"Type": "AWS::Serverless::Function", "Properties": {}}},
    }
    assert not derive([template], stacks=["orders-*"], boundary=BOUNDARY).unknown
