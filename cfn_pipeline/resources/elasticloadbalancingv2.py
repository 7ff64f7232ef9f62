"""Elastic Load Balancing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html
"""

from collections.abc import Mapping, Sequence

from troposphere import Tags
from troposphere.elasticloadbalancingv2 import (
    Action,
    Certificate,
    Listener,
    LoadBalancer,
    LoadBalancerAttributes,
    RedirectConfig,
    TargetGroup,
    TargetGroupAttribute,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["forward", "listener", "load_balancer", "redirect_to_https", "target_group"]


def load_balancer(
    title: str,
    *,
    subnets: Value,
    security_groups: Sequence[Value],
    attributes: Mapping[str, Value],
    name_tag: Value,
) -> LoadBalancer:
    """Make a load balancer that the internet reaches.

    Args:
        title: the logical id.
        subnets: where it is, in two availability zones at least.
        security_groups: what reaches it and what it reaches.
        attributes: by AWS's keys, such as ``idle_timeout.timeout_seconds``.
        name_tag: how it is called.

    """
    return LoadBalancer(
        title,
        Scheme="internet-facing",
        Subnets=subnets,
        SecurityGroups=list(security_groups),
        LoadBalancerAttributes=[
            LoadBalancerAttributes(Key=key, Value=value) for key, value in attributes.items()
        ],
        Tags=Tags(Name=name_tag),
    )


def target_group(
    title: str,
    *,
    vpc: Value,
    port: int,
    attributes: Mapping[str, str],
    health_check_path: str | None = None,
    health_check_port: str | None = None,
) -> TargetGroup:
    """Make a group of targets that speak HTTP.

    Args:
        title: the logical id.
        vpc: where the targets are.
        port: on which a target listens that names none.
        attributes: by AWS's keys, such as ``deregistration_delay.timeout_seconds``.
        health_check_path: what answers 200 while a target is well; absent: ``/``.
        health_check_port: ``traffic-port``, or a number; absent: traffic-port.

    """
    return TargetGroup(
        title,
        Protocol="HTTP",
        Port=port,
        VpcId=vpc,
        **given(HealthCheckPort=health_check_port, HealthCheckPath=health_check_path),
        TargetGroupAttributes=[
            TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()
        ],
    )


def listener(
    title: str,
    *,
    load_balancer: Value,
    protocol: str,
    port: int,
    action: Value | Action,
    certificate: Value | None = None,
    ssl_policy: str | None = None,
    condition: str | None = None,
) -> Listener:
    """Listen on a port and do one thing with each request.

    Args:
        title: the logical id.
        load_balancer: whose listener it is.
        protocol: HTTP or HTTPS.
        port: its port.
        action: what is done.
        certificate: the ARN of an HTTPS listener's certificate.
        ssl_policy: which versions of TLS an HTTPS listener speaks; absent: AWS's default.
        condition: when it is there; absent: always.

    """
    certificates = None if certificate is None else [Certificate(CertificateArn=certificate)]
    return Listener(
        title,
        **given(Condition=condition),
        LoadBalancerArn=load_balancer,
        Protocol=protocol,
        Port=port,
        **given(Certificates=certificates, SslPolicy=ssl_policy),
        DefaultActions=[action],
    )


def forward(target_group: Value) -> Action:
    """Forward requests to a target group."""
    return Action(Type="forward", TargetGroupArn=target_group)


def redirect_to_https() -> Action:
    """Answer that the same is found on port 443, for good."""
    return Action(
        Type="redirect",
        RedirectConfig=RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301"),
    )
