"""Elastic Load Balancing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html
"""

from collections.abc import Mapping, Sequence

from troposphere import Tags
from troposphere.elasticloadbalancingv2 import (
    Action,
    Listener,
    LoadBalancer,
    LoadBalancerAttributes,
    TargetGroup,
    TargetGroupAttribute,
)

from cfn_pipeline.model.values import Value

__all__ = ["forward", "listener", "load_balancer", "target_group"]


def load_balancer(
    title: str,
    *,
    subnets: Value,
    security_groups: Sequence[Value],
    attributes: Mapping[str, str],
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
    title: str, *, vpc: Value, port: int, attributes: Mapping[str, str]
) -> TargetGroup:
    """Make a group of targets that speak HTTP; ``port`` holds where a target names none."""
    return TargetGroup(
        title,
        Protocol="HTTP",
        Port=port,
        VpcId=vpc,
        TargetGroupAttributes=[
            TargetGroupAttribute(Key=key, Value=value) for key, value in attributes.items()
        ],
    )


def listener(
    title: str, *, load_balancer: Value, protocol: str, port: int, action: Action
) -> Listener:
    """Listen on a port and do one thing with each request."""
    return Listener(
        title,
        LoadBalancerArn=load_balancer,
        Protocol=protocol,
        Port=port,
        DefaultActions=[action],
    )


def forward(target_group: Value) -> Action:
    """Forward requests to a target group."""
    return Action(Type="forward", TargetGroupArn=target_group)
