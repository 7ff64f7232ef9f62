"""Placeholders for parameters and exports that have no value."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cfn_pipeline.aws.name_forms import REGION
from cfn_pipeline.rehearsal.local_aws.account import Account

#: The first one that matches a parameter's constraints is used.
_CANDIDATES = (
    "rehearsal",
    "Rehearsal1",
    "rehearsal@example.com",
    "https://example.com",
    "example.com",
    "arn:aws:codeconnections:{region}:{number}:connection/00000000-0000-4000-8000-000000000000",
    "arn:aws:codestar-connections:{region}:{number}:connection/00000000-0000-4000-8000-000000000000",
    "arn:aws:iam::{number}:role/rehearsal",
    "arn:aws:kms:{region}:{number}:key/00000000-0000-4000-8000-000000000000",
    "arn:aws:acm:{region}:{number}:certificate/00000000-0000-4000-8000-000000000000",
    "arn:aws:secretsmanager:{region}:{number}:secret:rehearsal-a1b2c3",
    "arn:aws:sns:{region}:{number}:rehearsal",
    "arn:aws:s3:::rehearsal",
    "rehearsal/rehearsal",
    "/rehearsal",
    "{number}",
    "{region}",
    "o-rehearsal0",
    "10.0.0.0/16",
    "0.0.0.0/0",
    "8080",
    "true",
    "1",
    "1.0",
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "ami-0123456789abcdef0",
    "fs-0123456789abcdef0",
)


def depends_on_account(declaration: Mapping[str, Any]) -> bool:
    """Return whether a parameter is the id of an account's resource, such as a VPC."""
    type_ = str(declaration.get("Type", ""))
    return "AWS::" in type_ and not type_.startswith("AWS::SSM::")


def placeholder(declaration: Mapping[str, Any], account: Account) -> str | None:
    """Return a placeholder for a parameter; None: no candidate matches its constraints.

    Ids of resources, such as a VPC, are those of resources in the account.

    Args:
        declaration: the parameter in the template.
        account: in which the value is used.

    """
    type_ = str(declaration.get("Type", "String"))
    if depends_on_account(declaration):
        single = type_.removeprefix("List<").removesuffix(">")
        find = _FINDERS.get(single)
        ids = [] if find is None else find(account)
        return ",".join(ids if type_.startswith("List<") else ids[:1]) or None
    if declaration.get("AllowedValues"):
        return str(declaration["AllowedValues"][0])
    if type_ in ("Number", "List<Number>"):
        if "MinValue" in declaration:
            return str(declaration["MinValue"])
        maximum = declaration.get("MaxValue", 1)
        return "1" if float(maximum) >= 1 else str(maximum)
    # A pattern may want another region, such as that of a key.
    named = re.finditer(REGION.pattern, str(declaration.get("AllowedPattern", "")))
    candidates = [
        text.format(number=account.number, region=region)
        for region in (account.region, *(match[0] for match in named))
        for text in _CANDIDATES
    ]
    return next((text for text in candidates if _matches(text, declaration)), None)


def placeholder_export(name: str, account: Account) -> str:
    """Return a placeholder for an export, guessed from its name."""
    lowered = name.lower()
    for words, find in (
        (("subnet",), _subnets),
        (("securitygroup", "security-group", "-sg"), _security_groups),
        (("vpc",), _vpcs),
    ):
        if any(word in lowered for word in words) and (ids := find(account)):
            return ",".join(ids)
    arn = f"arn:aws:{{}}:{account.region}:{account.number}:{{}}"
    if "role" in lowered:
        return f"arn:aws:iam::{account.number}:role/rehearsal"
    if "key" in lowered:
        return arn.format("kms", "key/00000000-0000-4000-8000-000000000000")
    return "rehearsal"


def _matches(text: str, declaration: Mapping[str, Any]) -> bool:
    shortest, longest = (
        int(declaration.get(key, end)) for key, end in (("MinLength", 0), ("MaxLength", 4096))
    )
    pattern = declaration.get("AllowedPattern")
    try:
        matches = pattern is None or re.fullmatch(str(pattern), text) is not None
    except re.error:  # valid in Java, not in Python
        matches = False
    return matches and shortest <= len(text) <= longest


def _vpcs(account: Account) -> list[str]:
    """Return the default VPC, or another one if none is the default."""
    vpcs = account.client("ec2").describe_vpcs()["Vpcs"]
    return [v["VpcId"] for v in sorted(vpcs, key=lambda vpc: not vpc.get("IsDefault"))][:1]


def _subnets(account: Account) -> list[str]:
    [vpc, *_] = [*_vpcs(account), ""]
    subnets = account.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "Subnets"
    ]
    return sorted(subnet["SubnetId"] for subnet in subnets)[:2]


def _security_groups(account: Account) -> list[str]:
    groups = account.client("ec2").describe_security_groups()["SecurityGroups"]
    return [group["GroupId"] for group in groups][:1]


def _zones(account: Account) -> list[str]:
    zones = account.client("ec2").describe_availability_zones()["AvailabilityZones"]
    return [zone["ZoneName"] for zone in zones][:2]


_FINDERS: Mapping[str, Callable[[Account], list[str]]] = {
    "AWS::EC2::AvailabilityZone::Name": _zones,
    "AWS::EC2::Image::Id": lambda _: ["ami-0123456789abcdef0"],
    "AWS::EC2::Instance::Id": lambda _: ["i-0123456789abcdef0"],
    "AWS::EC2::KeyPair::KeyName": lambda _: ["rehearsal"],
    "AWS::EC2::SecurityGroup::GroupName": lambda _: ["default"],
    "AWS::EC2::SecurityGroup::Id": _security_groups,
    "AWS::EC2::Subnet::Id": _subnets,
    "AWS::EC2::VPC::Id": _vpcs,
    "AWS::EC2::Volume::Id": lambda _: ["vol-0123456789abcdef0"],
    "AWS::Route53::HostedZone::Id": lambda _: ["Z0123456789ABCDEFGHIJ"],
}
