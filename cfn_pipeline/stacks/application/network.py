"""The network: parameters for VPC and subnets, security groups, and the rules between them."""

from typing import Any

from troposphere import Parameter, Ref
from troposphere.ec2 import (
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    SecurityGroupRule,
)

from cfn_pipeline.model.aspects import Network
from cfn_pipeline.model.values import present
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Backend, Frontend
from cfn_pipeline.stacks.application.stack import ApplicationStack

ANYWHERE = "0.0.0.0/0"

#: A range of documentation's. A rule to it replaces AWS's default rule, which allows everything.
_NOWHERE = "192.0.2.0/32"


def network(stack: ApplicationStack, _network: Network, *, subnets: str) -> None:
    """Add VPC and subnets as parameters, the security groups, and the rules between them.

    Args:
        stack: to which they are added.
        subnets: the description of the subnets.

    """
    stack.parameter(Parameter(ids.VPC, Type="AWS::EC2::VPC::Id", Description="Target VPC"))
    capacity = stack.capacity
    frontends, backends = stack.all(Frontend), stack.all(Backend)
    if frontends or capacity.subnets.data == Ref(ids.SUBNETS).data:
        stack.parameter(
            Parameter(ids.SUBNETS, Type="List<AWS::EC2::Subnet::Id>", Description=subnets)
        )
    stack.add(*(frontend.security_group for frontend in frontends), capacity.security_group)
    for frontend in frontends:
        _connect(
            stack,
            "ApplicationLoadBalancerToApplication",
            frontend.security_group,
            capacity.security_group,
            capacity.ports,
            frontend.rule,
        )
    for backend in backends:
        stack.add(backend.security_group)
        _connect(
            stack,
            "ApplicationToApplicationDatabase",
            capacity.security_group,
            backend.security_group,
            (backend.port, backend.port),
            backend.rule,
        )


def _connect(
    stack: ApplicationStack,
    title: str,
    source: SecurityGroup,
    target: SecurityGroup,
    ports: tuple[int, int],
    description: str | None,
) -> None:
    """Allow the members of one group to reach those of another on TCP ports."""
    about = present(Description=description)
    allowed: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": ports[0], "ToPort": ports[1]}
    stack.add(
        SecurityGroupEgress(
            f"{title}Egress",
            **about,
            GroupId=Ref(source),
            DestinationSecurityGroupId=Ref(target),
            **allowed,
        ),
        SecurityGroupIngress(
            f"{title}Ingress",
            **about,
            GroupId=Ref(target),
            SourceSecurityGroupId=Ref(source),
            **allowed,
        ),
    )


def anywhere(protocol: str, port: int, description: str | None = None) -> SecurityGroupRule:
    """Allow one port from, or to, every address."""
    return _rule(protocol, port, ANYWHERE, description)


def nowhere(description: str | None = None) -> SecurityGroupRule:
    """Allow nothing, in place of AWS's default rule for egress, which allows everything."""
    return _rule("icmp", -1, _NOWHERE, description)


def _rule(protocol: str, port: int, cidr: str, description: str | None) -> SecurityGroupRule:
    return SecurityGroupRule(
        **present(Description=description),
        IpProtocol=protocol,
        FromPort=port,
        ToPort=port,
        CidrIp=cidr,
    )
