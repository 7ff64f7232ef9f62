"""Elastic Load Balancing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ElasticLoadBalancingV2.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import Ref
from troposphere.elasticloadbalancingv2 import (
    Action,
    Certificate,
    Listener,
    LoadBalancer,
    LoadBalancerAttributes,
    RedirectConfig,
)

from cfn_pipeline.model.values import Value

#: TLS 1.3, and 1.2 with forward secrecy.
_SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def load_balancer(
    title: str,
    *,
    internal: bool,
    subnets: Value | Sequence[Value],
    security_group: Value,
    attributes: Mapping[str, Value],
    **properties: Any,
) -> LoadBalancer:
    """Make an Application Load Balancer.

    Args:
        title: the logical id.
        internal: whether it has private addresses.
        subnets: in two availability zones.
        security_group: its id.
        attributes: by AWS's names.
        properties: more, by AWS's names.

    """
    return LoadBalancer(
        title,
        Scheme="internal" if internal else "internet-facing",
        Subnets=subnets,
        SecurityGroups=[security_group],
        LoadBalancerAttributes=[
            LoadBalancerAttributes(Key=key, Value=value)
            for key, value in {"idle_timeout.timeout_seconds": "30", **attributes}.items()
        ],
        **properties,
    )


def http_listener(title: str, *, load_balancer: str, action: Any) -> Listener:
    """Make a listener for HTTP; ``load_balancer``: its logical id."""
    return Listener(
        title,
        LoadBalancerArn=Ref(load_balancer),
        Protocol="HTTP",
        Port=80,
        DefaultActions=[action],
    )


def https_listener(
    title: str, *, load_balancer: str, certificate: Value, action: Any, **properties: Any
) -> Listener:
    """Make a listener for HTTPS.

    Args:
        title: the logical id.
        load_balancer: the logical id of the load balancer.
        certificate: the ARN of its certificate.
        action: what it does with requests that no rule matches.
        properties: more, by AWS's names.

    """
    return Listener(
        title,
        **properties,
        LoadBalancerArn=Ref(load_balancer),
        Protocol="HTTPS",
        Port=443,
        Certificates=[Certificate(CertificateArn=certificate)],
        SslPolicy=_SSL_POLICY,
        DefaultActions=[action],
    )


def redirect_to_https() -> Action:
    """Return the action that leads from HTTP to HTTPS."""
    return Action(
        Type="redirect",
        RedirectConfig=RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301"),
    )
