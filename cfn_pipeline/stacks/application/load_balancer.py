"""The load balancer in front of the service."""

from functools import partial
from typing import Any

from troposphere import Equals, GetAtt, If, Not, Parameter, Ref, Sub, Tags
from troposphere.ec2 import SecurityGroup
from troposphere.elasticloadbalancingv2 import (
    Action,
    Certificate,
    Listener,
    LoadBalancerAttributes,
    RedirectConfig,
    TargetGroup,
    TargetGroupAttribute,
)
from troposphere.elasticloadbalancingv2 import LoadBalancer as ApplicationLoadBalancer

from cfn_pipeline.model.aspects import LoadBalancer
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Frontend
from cfn_pipeline.stacks.application.network import anywhere, nowhere
from cfn_pipeline.stacks.application.parameters import DELETION_PROTECTION
from cfn_pipeline.stacks.application.stack import ApplicationStack

CERTIFICATE = "CertificateArn"
HAS_CERTIFICATE = "HasCertificate"

#: TLS 1.3, and 1.2 with forward secrecy.
_SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def http_load_balancer(stack: ApplicationStack, load_balancer: LoadBalancer) -> Frontend:
    """Add a load balancer that forwards HTTP to the service, and its address."""
    target_group_of = partial(_target_group, stack, load_balancer, {})
    stack.add(
        _load_balancer({}),
        Listener(
            ids.LISTENER,
            LoadBalancerArn=Ref(ids.LOAD_BALANCER),
            Protocol="HTTP",
            Port=80,
            DefaultActions=[_forward()],
        ),
        target_group_of(ids.TARGET_GROUP),
    )
    _add_address(stack)
    return Frontend(
        security_group=_security_group(SecurityGroupIngress=[anywhere("tcp", 80)]),
        target_group=Ref(ids.TARGET_GROUP),
        target_group_of=target_group_of,
        depends_on=[ids.LISTENER],
    )


def https_load_balancer(stack: ApplicationStack, load_balancer: LoadBalancer) -> Frontend:
    """Add a load balancer that accepts HTTPS when it is given a certificate, and its address.

    With a certificate, HTTP is redirected; without one, it is forwarded. Whether the load
    balancer can be deleted is a parameter, and its access log goes to the log bucket.
    """
    health_check = {"HealthCheckPort": "traffic-port"}
    target_group_of = partial(_target_group, stack, load_balancer, health_check)
    certificate = stack.parameter(
        Parameter(
            CERTIFICATE,
            Type="String",
            Description="ARN of a certificate for HTTPS; empty: HTTP only",
            Default="",
            AllowedPattern="(arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+)?",
            ConstraintDescription="the ARN of a certificate in ACM, or nothing",
        )
    )
    protection = stack.parameter(DELETION_PROTECTION)
    stack.template.add_condition(HAS_CERTIFICATE, Not(Equals(certificate, "")))
    redirect = Action(
        Type="redirect",
        RedirectConfig=RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301"),
    )
    stack.add(
        _load_balancer(
            {
                "routing.http.drop_invalid_header_fields.enabled": "true",
                "deletion_protection.enabled": protection,
                "access_logs.s3.enabled": "true",
                "access_logs.s3.bucket": stack.log_bucket,
                "access_logs.s3.prefix": Ref("AWS::StackName"),
            }
        ),
        Listener(
            ids.LISTENER,
            LoadBalancerArn=Ref(ids.LOAD_BALANCER),
            Protocol="HTTP",
            Port=80,
            DefaultActions=[If(HAS_CERTIFICATE, redirect, _forward())],
        ),
        Listener(
            ids.HTTPS_LISTENER,
            Condition=HAS_CERTIFICATE,
            LoadBalancerArn=Ref(ids.LOAD_BALANCER),
            Protocol="HTTPS",
            Port=443,
            Certificates=[Certificate(CertificateArn=certificate)],
            SslPolicy=_SSL_POLICY,
            DefaultActions=[_forward()],
        ),
        target_group_of(ids.TARGET_GROUP),
    )
    _add_address(stack)
    return Frontend(
        security_group=_security_group(
            SecurityGroupIngress=[
                anywhere("tcp", 80, "HTTP, redirected to HTTPS if there is a certificate"),
                anywhere("tcp", 443, "HTTPS"),
            ],
            SecurityGroupEgress=[nowhere("No egress except to the containers")],
        ),
        rule="Requests from the load balancer to containers",
        target_group=Ref(ids.TARGET_GROUP),
        target_group_of=target_group_of,
        full_name=GetAtt(ids.LOAD_BALANCER, "LoadBalancerFullName"),
        label=Sub(
            f"${{{ids.LOAD_BALANCER}.LoadBalancerFullName}}/"
            f"${{{ids.TARGET_GROUP}.TargetGroupFullName}}"
        ),
        listener=If(HAS_CERTIFICATE, Ref(ids.HTTPS_LISTENER), Ref(ids.LISTENER)),
    )


def _security_group(**rules: Any) -> SecurityGroup:
    return SecurityGroup(
        ids.LOAD_BALANCER_SECURITY_GROUP,
        GroupDescription="Application Load Balancer Security Group",
        VpcId=Ref(ids.VPC),
        **rules,
        Tags=Tags(Name=Sub("${AWS::StackName}-alb-sg")),
    )


def _load_balancer(attributes: dict[str, Value]) -> ApplicationLoadBalancer:
    return ApplicationLoadBalancer(
        ids.LOAD_BALANCER,
        Scheme="internet-facing",
        Subnets=Ref(ids.SUBNETS),
        SecurityGroups=[Ref(ids.LOAD_BALANCER_SECURITY_GROUP)],
        LoadBalancerAttributes=[
            LoadBalancerAttributes(Key=key, Value=value)
            for key, value in {"idle_timeout.timeout_seconds": "30", **attributes}.items()
        ],
        Tags=Tags(Name=Sub("${AWS::StackName}-alb")),
    )


def _target_group(
    stack: ApplicationStack,
    load_balancer: LoadBalancer,
    health_check: dict[str, Any],
    title: str,
) -> TargetGroup:
    return TargetGroup(
        title,
        Protocol="HTTP",
        Port=stack.application.containers[0].port,
        VpcId=Ref(ids.VPC),
        **present(TargetType=stack.capacity.target_type),
        **health_check,
        **present(HealthCheckPath=load_balancer.health_check_path),
        TargetGroupAttributes=[
            TargetGroupAttribute(Key="deregistration_delay.timeout_seconds", Value="30")
        ],
    )


def _forward() -> Action:
    return Action(Type="forward", TargetGroupArn=Ref(ids.TARGET_GROUP))


def _add_address(stack: ApplicationStack) -> None:
    stack.output(
        "PublicURL",
        "Public DNS name of Application Load Balancer",
        GetAtt(ids.LOAD_BALANCER, "DNSName"),
    )
