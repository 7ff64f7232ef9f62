"""Values that are made up."""

import re
from typing import Any

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from cfn_pipeline.rehearsal.local_aws.placeholders import (
    depends_on_account,
    placeholder,
    placeholder_export,
)


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ({"Type": "String"}, "rehearsal"),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "a"),
        ({"Type": "String", "MaxLength": 3}, "1"),
        ({"Type": "String", "AllowedPattern": "[A-Z].*"}, "Rehearsal1"),
        ({"Type": "String", "AllowedPattern": r"\d{12}"}, "123456789012"),
        ({"Type": "String", "AllowedPattern": "[^@]+@.+"}, "rehearsal@example.com"),
        ({"Type": "String", "AllowedPattern": "fs-[0-9a-f]{8,40}"}, "fs-0123456789abcdef0"),
        ({"Type": "Number"}, "1"),
        ({"Type": "Number", "MinValue": 80}, "80"),
        ({"Type": "Number", "MaxValue": 0}, "0"),
        ({"Type": "Number", "MaxValue": "65535"}, "1"),
        ({"Type": "CommaDelimitedList"}, "rehearsal"),
        ({"Type": "String", "AllowedPattern": "[a-z]{40}"}, None),
        ({"Type": "String", "AllowedPattern": "(?<bad"}, None),
        ({"Type": "AWS::EC2::Nothing::Id"}, None),
    ],
)
def test_values_of_parameters(
    aws: EmbeddedAws, declaration: dict[str, Any], value: str | None
) -> None:
    assert placeholder(declaration, aws.account) == value


@pytest.mark.parametrize(
    ("type_", "pattern"),
    [
        ("AWS::EC2::VPC::Id", r"vpc-\w+"),
        ("List<AWS::EC2::VPC::Id>", r"vpc-\w+"),
        ("AWS::EC2::Subnet::Id", r"subnet-\w+"),
        ("List<AWS::EC2::Subnet::Id>", r"subnet-\w+,subnet-\w+"),
        ("AWS::EC2::SecurityGroup::Id", r"sg-\w+"),
        ("List<AWS::EC2::AvailabilityZone::Name>", r"us-east-1\w,us-east-1\w"),
        ("AWS::EC2::Image::Id", r"ami-\w+"),
        ("AWS::EC2::KeyPair::KeyName", "rehearsal"),
        ("AWS::Route53::HostedZone::Id", r"Z\w+"),
    ],
)
def test_ids_of_what_the_account_has(aws: EmbeddedAws, type_: str, pattern: str) -> None:
    assert depends_on_account({"Type": type_})
    value = placeholder({"Type": type_}, aws.account)
    assert value is not None
    assert re.fullmatch(pattern, value)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("network-vpc", r"vpc-\w+"),
        ("network-PrivateSubnets", r"subnet-\w+,subnet-\w+"),
        ("app-sg", r"sg-\w+"),
        ("deploy-role", r"arn:aws:iam::123456789012:role/\w+"),
        ("my-key", r"arn:aws:kms:us-east-1:123456789012:key/[\w-]+"),
        ("cluster", "rehearsal"),
    ],
)
def test_exports(aws: EmbeddedAws, name: str, pattern: str) -> None:
    assert re.fullmatch(pattern, placeholder_export(name, aws.account))
