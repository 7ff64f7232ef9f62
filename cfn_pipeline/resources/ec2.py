"""Amazon EC2: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html."""

from collections.abc import Sequence

from troposphere import Tags
from troposphere.ec2 import (
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    SecurityGroupRule,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["egress", "ingress", "rule", "security_group"]


def rule(
    *, protocol: str, port: int, cidr: str, description: str | None = None
) -> SecurityGroupRule:
    """Allow one port to or from a range of addresses, within a group."""
    return SecurityGroupRule(
        **given(Description=description),
        IpProtocol=protocol,
        FromPort=port,
        ToPort=port,
        CidrIp=cidr,
    )


def security_group(
    title: str,
    *,
    description: Value,
    vpc: Value,
    ingress: Sequence[SecurityGroupRule] = (),
    egress: Sequence[SecurityGroupRule] = (),
    name_tag: Value | None = None,
) -> SecurityGroup:
    """Make a security group.

    Args:
        title: the logical id.
        description: what it protects.
        vpc: where it is.
        ingress: who reaches its members, by address; empty: nobody but by rules of their own.
        egress: what its members reach, by address; empty: AWS lets them reach everything.
        name_tag: how it is called; absent: by its id.

    """
    tags = None if name_tag is None else Tags(Name=name_tag)
    return SecurityGroup(
        title,
        GroupDescription=description,
        VpcId=vpc,
        **given(
            SecurityGroupIngress=list(ingress) or None,
            SecurityGroupEgress=list(egress) or None,
            Tags=tags,
        ),
    )


def ingress(
    title: str, *, group: Value, source_group: Value, ports: tuple[int, int]
) -> SecurityGroupIngress:
    """Let the members of another group in, on TCP ports from the first to the second."""
    return SecurityGroupIngress(
        title,
        GroupId=group,
        SourceSecurityGroupId=source_group,
        IpProtocol="tcp",
        FromPort=ports[0],
        ToPort=ports[1],
    )


def egress(
    title: str, *, group: Value, destination_group: Value, ports: tuple[int, int]
) -> SecurityGroupEgress:
    """Let members out to those of another group, on TCP ports from the first to the second."""
    return SecurityGroupEgress(
        title,
        GroupId=group,
        DestinationSecurityGroupId=destination_group,
        IpProtocol="tcp",
        FromPort=ports[0],
        ToPort=ports[1],
    )
