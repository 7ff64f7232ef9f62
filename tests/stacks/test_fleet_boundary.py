"""The boundary of a fleet: whatever policies its roles get, they cannot rise above it."""

import json
from typing import Any

import pytest

from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Request, decide
from cfn_pipeline.evaluation.policies import Policy, allowing, plain_policy
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.repositories import Repository
from cfn_pipeline.stacks.fleet.boundary import boundary_template

ACCOUNT = "111111111111"
IAM = f"arn:aws:iam::{ACCOUNT}"
OWN = f"{IAM}:policy/fleet/platform-boundary"
OF_STACK = f"{IAM}:policy/orders-dev-environment-PermissionsBoundary-1A2B"
EXISTING = f"{IAM}:policy/developers"
ROLE = f"{IAM}:role/fleet/platform-deployment"


def _boundary(**options: Any) -> Policy:
    fleet = Fleet(
        name="platform",
        source=Repository("acme/platform"),
        connection="arn:aws:codestar-connections:eu-central-1:111111111111:connection/x",
        **options,
    )
    properties = boundary_template(fleet).to_dict()["Resources"]["Boundary"]["Properties"]
    text = json.dumps(_plain(properties["PolicyDocument"]))
    return plain_policy(json.loads(text))


def _plain(value: Any) -> Any:
    match value:
        case {"Fn::Sub": str(text)}:
            return text.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", ACCOUNT)
        case dict():
            return {key: _plain(inside) for key, inside in value.items()}
        case list():
            return [_plain(inside) for inside in value]
        case _:
            return value


def _is_allowed(boundary: Policy, action: str, resource: str, limit: str | None) -> bool:
    keys = {} if limit is None else {"iam:PermissionsBoundary": (limit,)}
    request = Request(
        principal=ROLE,
        action=action,
        resource=resource,
        account=ACCOUNT,
        context=Context(keys=keys, is_whole=True),
    )
    decision = decide(request, identity=allowing("*"), boundary=boundary)
    assert decision.is_allowed is not None
    return decision.is_allowed


@pytest.mark.parametrize(
    ("action", "resource", "limit", "is_allowed"),
    [
        ("iam:CreateRole", f"{IAM}:role/orders", OWN, True),
        ("iam:CreateRole", f"{IAM}:role/orders-dev/x", OF_STACK, True),
        ("iam:CreateRole", f"{IAM}:role/orders", None, False),
        ("iam:CreateRole", f"{IAM}:role/orders", f"{IAM}:policy/mine", False),
        ("iam:AttachRolePolicy", f"{IAM}:role/admin", None, False),
        ("iam:PutRolePolicy", f"{IAM}:role/fleet/platform-deployment", OWN, True),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/admin", None, False),
        ("iam:DeleteRolePermissionsBoundary", ROLE, OWN, False),
        ("iam:PutRolePermissionsBoundary", ROLE, EXISTING, False),
        ("iam:PutRolePermissionsBoundary", f"{IAM}:role/orders", OWN, True),
        ("iam:CreatePolicyVersion", OWN, None, False),
        ("iam:SetDefaultPolicyVersion", OWN, None, False),
        ("iam:DeletePolicy", OWN, None, False),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/fleet/other-boundary", None, False),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/fleet/orders-delivery-1", None, True),
        ("iam:CreateUser", f"{IAM}:user/me", OWN, False),
        ("iam:CreateAccessKey", f"{IAM}:user/me", None, False),
        ("iam:AttachUserPolicy", f"{IAM}:user/me", OWN, False),
        ("sts:AssumeRole", f"{IAM}:role/admin", None, False),
        ("organizations:LeaveOrganization", "*", None, False),
        ("dynamodb:CreateTable", "*", None, False),
        ("s3:CreateBucket", "arn:aws:s3:::orders", None, True),
        *(
            (
                f"cloudformation:{call}",
                f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/platform-boundary/1",
                None,
                False,
            )
            for call in ("UpdateStack", "DeleteStack", "CreateChangeSet", "ExecuteChangeSet")
        ),
    ],
)
def test_no_role_rises(action: str, resource: str, limit: str | None, is_allowed: bool) -> None:
    assert _is_allowed(_boundary(), action, resource, limit) is is_allowed


def test_services_and_boundaries_of_ones_own_are_added() -> None:
    boundary = _boundary(
        services=["dynamodb"], parameters={"orders/PermissionsBoundaryArn": EXISTING}
    )
    assert _is_allowed(boundary, "dynamodb:CreateTable", "*", None)
    assert _is_allowed(boundary, "iam:CreateRole", f"{IAM}:role/orders-dev/x", EXISTING)
    assert not _is_allowed(boundary, "iam:CreatePolicyVersion", EXISTING, None)
    assert _is_allowed(_boundary(), "iam:CreatePolicyVersion", EXISTING, None)
