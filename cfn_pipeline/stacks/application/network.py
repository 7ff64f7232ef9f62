"""The network: parameters for VPC and subnets, security groups, and the rules between them."""

from typing import Any

from troposphere import Parameter, Ref
from troposphere.ec2 import (
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    SecurityGroupRule,
)

from cfn_pipeline.aws.exposure import EVERYWHERE_IPV4
from cfn_pipeline.model.aspects import Network
from cfn_pipeline.model.compute import HTTPS, Compute
from cfn_pipeline.model.egress import Egress
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.policies.documents import pascal_case
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Backend, Frontend, Mount
from cfn_pipeline.stacks.application.stack import ApplicationStack

_NFS = 2049

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
    used = [capacity.subnets, *(f.subnets for f in frontends if f.subnets is not None)]
    if any(s.data == Ref(ids.SUBNETS).data for s in used):
        stack.parameter(
            Parameter(ids.SUBNETS, Type="List<AWS::EC2::Subnet::Id>", Description=subnets)
        )
    for frontend in frontends:
        if isinstance(frontend.security_group, SecurityGroup):
            stack.add(frontend.security_group)
    stack.add(capacity.security_group)
    for frontend in frontends:
        _connect(
            stack,
            "ApplicationLoadBalancerToApplication",
            _id(frontend.security_group),
            Ref(capacity.security_group),
            capacity.ports,
            frontend.rule,
        )
    for backend in backends:
        if isinstance(backend.security_group, SecurityGroup):
            stack.add(backend.security_group)
        _connect(
            stack,
            "ApplicationToApplicationDatabase",
            Ref(capacity.security_group),
            _id(backend.security_group),
            (backend.port, backend.port),
            backend.rule,
        )
    for mount in stack.all(Mount):
        target = mount.security_group
        if isinstance(target, SecurityGroup):
            stack.add(target)
        if target is not None:
            _connect(
                stack,
                f"ApplicationTo{pascal_case(mount.name)}FileSystem",
                Ref(capacity.security_group),
                _id(target),
                (_NFS, _NFS),
                "NFS from containers to the file system",
            )


def _id(group: SecurityGroup | Value) -> Value:
    return Ref(group) if isinstance(group, SecurityGroup) else group


def _connect(
    stack: ApplicationStack,
    title: str,
    source: Value,
    target: Value,
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
            GroupId=source,
            DestinationSecurityGroupId=target,
            **allowed,
        ),
        SecurityGroupIngress(
            f"{title}Ingress",
            **about,
            GroupId=target,
            SourceSecurityGroupId=source,
            **allowed,
        ),
    )


def private_subnets(stack: ApplicationStack) -> Ref:
    """Return private subnets, which are a parameter."""
    return stack.parameter(
        Parameter(
            ids.PRIVATE_SUBNETS,
            Type="List<AWS::EC2::Subnet::Id>",
            Description="Private subnets in two availability zones, which reach services of AWS",
        )
    )


def anywhere(protocol: str, port: int, description: str | None = None) -> SecurityGroupRule:
    """Allow one port from, or to, every address."""
    return _rule(protocol, port, EVERYWHERE_IPV4, description)


def egress(compute: Compute) -> list[SecurityGroupRule]:
    """Allow what tasks may reach: HTTPS, and what the application sets."""
    https = anywhere("tcp", HTTPS.port, "HTTPS, to services of AWS")
    return [https, *further_egress(compute)]


def further_egress(compute: Compute) -> list[SecurityGroupRule]:
    """Allow what the application sets."""
    return [_egress_rule(rule) for rule in compute.egress]


def _egress_rule(rule: Egress) -> SecurityGroupRule:
    description = f"{rule.protocol.upper()} port {rule.port}"
    if not rule.is_to_group:
        return _rule(rule.protocol, rule.port, rule.to, description)
    return SecurityGroupRule(
        Description=description,
        IpProtocol=rule.protocol,
        FromPort=rule.port,
        ToPort=rule.port,
        DestinationSecurityGroupId=rule.to,
    )


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
