"""Large templates fit into the policies of a role, or are refused with the way out."""

import time
from typing import Any

import pytest

from cfn_pipeline import TemplateError
from cfn_pipeline.permissions import Permissions, derive
from cfn_pipeline.permissions.packing import LONGEST, MOST, size

TYPES = {
    "AWS::SNS::Topic": ("TopicName", "sns:DeleteTopic"),
    "AWS::S3::Bucket": ("BucketName", "s3:DeleteBucket"),
    "AWS::CodeBuild::Project": ("Name", "codebuild:DeleteProject"),
}


def _derived(type_: str, number: int, begin: str) -> Permissions:
    property_, _ = TYPES[type_]
    resources = {
        f"It{n}": {"Type": type_, "Properties": {property_: f"{begin}name-of-number-{n}"}}
        for n in range(number)
    }
    return derive([{"Resources": resources}], stacks=["orders-*"])


def _fits(found: Permissions) -> None:
    assert len(found.policies) <= MOST
    assert all(size(policy) <= LONGEST for policy in found.policies)
    sids = [statement["Sid"] for statement in found.statements]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("begin", ["orders-", "x-"])
def test_each_of_eighty_names_is_allowed(type_: str, begin: str) -> None:
    found = _derived(type_, 80, begin)
    _fits(found)
    ends = {arn.rsplit(begin, 1)[-1] for arn in found.actions[TYPES[type_][1]]}
    assert {f"name-of-number-{n}" for n in range(80)} <= ends
    assert not found.unknown


@pytest.mark.parametrize("type_", TYPES)
def test_five_hundred_names_are_joined_and_it_is_told(type_: str) -> None:
    found = _derived(type_, 500, "orders-")
    _fits(found)
    assert all("orders-*" in arn for arn in found.actions[TYPES[type_][1]])
    assert [entry.kind for entry in found.unknown] == ["note"]
    assert "more names than" in found.unknown[0].remedy


def test_what_cannot_be_joined_is_refused_with_the_way_out() -> None:
    with pytest.raises(TemplateError, match=r"at most 10 for a role; use names that start with"):
        _derived("AWS::SNS::Topic", 500, "x-")


def test_time_is_linear_in_the_number_of_names() -> None:
    def seconds(number: int) -> float:
        start = time.process_time()
        _derived("AWS::SNS::Topic", number, "orders-")
        return time.process_time() - start

    seconds(10)
    assert seconds(800) < 40 * seconds(100)  # 8 times the names; 64 times would be quadratic


def test_a_long_boundary_is_said_in_fewer_words() -> None:
    def role(number: int) -> Any:
        statement = {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": {"Fn::Sub": f"arn:aws:dynamodb:eu-west-1:1:table/orders-table-{number}"},
        }
        policy = {"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}
        return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}

    resources = {f"Role{number}": role(number) for number in range(60)}
    found = derive([{"Resources": resources}], stacks=["orders-*"], boundary="arn:aws:iam::1:x")
    assert found.boundary is not None
    assert size(found.boundary) <= LONGEST
