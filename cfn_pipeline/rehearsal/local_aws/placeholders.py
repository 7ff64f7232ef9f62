"""Values of parameters that nobody gives: made up so that a rehearsal can begin."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cfn_pipeline.rehearsal.local_aws.account import Account

__all__ = ["depends_on_account", "invented", "invented_export"]

#: Texts of many forms, the first of which fits is taken.
_TEXTS = (
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
)


def depends_on_account(declaration: Mapping[str, Any]) -> bool:
    """Tell whether a parameter is the id of something that an account has, such as a VPC."""
    type_ = str(declaration.get("Type", ""))
    return "AWS::" in type_ and not type_.startswith("AWS::SSM::")


def invented(declaration: Mapping[str, Any], account: Account) -> str | None:
    """Return a value that a parameter may have; None: none comes to mind.

    Ids of what an account has are those of what is in the account.

    Args:
        declaration: the parameter, as the template declares it.
        account: where the value is to be used.

    """
    type_ = str(declaration.get("Type", "String"))
    if depends_on_account(declaration):
        single = type_.removeprefix("List<").removesuffix(">")
        find = _FINDERS.get(single)
        found = [] if find is None else find(account)
        return ",".join(found if type_.startswith("List<") else found[:1]) or None
    if declaration.get("AllowedValues"):
        return str(declaration["AllowedValues"][0])
    if type_ in ("Number", "List<Number>"):
        if "MinValue" in declaration:
            return str(declaration["MinValue"])
        most = declaration.get("MaxValue", 1)
        return "1" if float(most) >= 1 else str(most)
    candidates = [text.format(number=account.number, region=account.region) for text in _TEXTS]
    fitting = (text for text in candidates if _fits(text, declaration))
    return next(fitting, None)


def invented_export(name: str, account: Account) -> str:
    """Return a value for an export that no template has, guessed from its name."""
    said = name.lower()
    for words, find in (
        (("subnet",), _subnets),
        (("securitygroup", "security-group", "-sg"), _security_groups),
        (("vpc",), _vpcs),
    ):
        if any(word in said for word in words) and (found := find(account)):
            return ",".join(found)
    arn = f"arn:aws:{{}}:{account.region}:{account.number}:{{}}"
    if "role" in said:
        return f"arn:aws:iam::{account.number}:role/rehearsal"
    if "key" in said:
        return arn.format("kms", "key/00000000-0000-4000-8000-000000000000")
    return "rehearsal"


def _fits(text: str, declaration: Mapping[str, Any]) -> bool:
    least, most = (
        int(declaration.get(key, end)) for key, end in (("MinLength", 0), ("MaxLength", 4096))
    )
    pattern = declaration.get("AllowedPattern")
    try:
        matches = pattern is None or re.fullmatch(str(pattern), text) is not None
    except re.error:  # a pattern of Java's that is none of Python's
        matches = False
    return matches and least <= len(text) <= most


def _vpcs(account: Account) -> list[str]:
    """Return the default VPC, or any other if there is none."""
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
