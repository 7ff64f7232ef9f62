"""The load balancer in front of the service."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from troposphere import Equals, GetAtt, If, Not, Parameter, Ref, Sub, Tags
from troposphere.ec2 import SecurityGroup
from troposphere.elasticloadbalancingv2 import (
    Action,
    Matcher,
    TargetGroup,
    TargetGroupAttribute,
)
from troposphere.elasticloadbalancingv2 import LoadBalancer as ApplicationLoadBalancer

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.load_balancers import LoadBalancer
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.resources import elasticloadbalancingv2 as elb
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Frontend
from cfn_pipeline.stacks.application.network import anywhere, nowhere, private_subnets
from cfn_pipeline.stacks.application.parameters import deletion_protection
from cfn_pipeline.stacks.application.stack import ApplicationStack

CERTIFICATE = "CertificateArn"
HAS_CERTIFICATE = "HasCertificate"
#: Said explicitly: checks go to the containers' own ports.
HEALTH_CHECK_PORT = {"HealthCheckPort": "traffic-port"}


def http_load_balancer(stack: ApplicationStack, load_balancer: LoadBalancer) -> Frontend:
    """Add a load balancer that forwards HTTP to the service, and its address.

    Raises:
        ModelError: it has a certificate.

    """
    if load_balancer.certificate is not None:
        raise ModelError(
            f"{stack.application.where}: this edition has no HTTPS; remove certificate, or use the "
            "edition current"
        )
    target_group_of = partial(target_group, stack, load_balancer, {})
    stack.add(
        _load_balancer(stack, load_balancer, {}),
        elb.http_listener(ids.LISTENER, load_balancer=ids.LOAD_BALANCER, action=_forward()),
        target_group_of(ids.TARGET_GROUP),
    )
    _add_address(stack, load_balancer)
    return Frontend(
        security_group=_security_group(SecurityGroupIngress=[anywhere("tcp", 80)]),
        subnets=_subnets(stack, load_balancer),
        target_group=Ref(ids.TARGET_GROUP),
        target_group_of=target_group_of,
        depends_on=[ids.LISTENER],
    )


def https_load_balancer(stack: ApplicationStack, load_balancer: LoadBalancer) -> Frontend:
    """Add a load balancer that accepts HTTPS when it is given a certificate, and its address.

    With a certificate, HTTP is redirected; without one, it is forwarded. Whether the load
    balancer can be deleted is a parameter, and its access log goes to the log bucket.
    """
    target_group_of = partial(target_group, stack, load_balancer, HEALTH_CHECK_PORT)
    certificate = stack.parameter(
        Parameter(
            CERTIFICATE,
            Type="String",
            Description="ARN of a certificate for HTTPS; empty: HTTP only",
            Default=load_balancer.certificate or "",
            AllowedPattern="(arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+)?",
            ConstraintDescription="the ARN of a certificate in ACM, or nothing",
        )
    )
    protection = stack.parameter(deletion_protection(stack.application))
    stack.template.add_condition(HAS_CERTIFICATE, Not(Equals(certificate, "")))
    redirect_or_forward = If(HAS_CERTIFICATE, elb.redirect_to_https(), _forward())
    stack.add(
        _load_balancer(
            stack,
            load_balancer,
            {
                "routing.http.drop_invalid_header_fields.enabled": "true",
                "deletion_protection.enabled": protection,
                "access_logs.s3.enabled": "true",
                "access_logs.s3.bucket": stack.log_bucket,
                "access_logs.s3.prefix": Ref("AWS::StackName"),
            },
        ),
        elb.http_listener(
            ids.LISTENER, load_balancer=ids.LOAD_BALANCER, action=redirect_or_forward
        ),
        elb.https_listener(
            ids.HTTPS_LISTENER,
            load_balancer=ids.LOAD_BALANCER,
            certificate=certificate,
            action=_forward(),
            Condition=HAS_CERTIFICATE,
        ),
        target_group_of(ids.TARGET_GROUP),
    )
    _add_address(stack, load_balancer)
    return Frontend(
        security_group=_security_group(
            SecurityGroupIngress=[
                anywhere("tcp", 80, "HTTP, redirected to HTTPS if there is a certificate"),
                anywhere("tcp", 443, "HTTPS"),
            ],
            SecurityGroupEgress=[nowhere("No egress except to the containers")],
        ),
        rule="Requests from the load balancer to containers",
        subnets=_subnets(stack, load_balancer),
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


def _load_balancer(
    stack: ApplicationStack, load_balancer: LoadBalancer, attributes: dict[str, Value]
) -> ApplicationLoadBalancer:
    return elb.load_balancer(
        ids.LOAD_BALANCER,
        internal=load_balancer.internal,
        subnets=_subnets(stack, load_balancer),
        security_group=Ref(ids.LOAD_BALANCER_SECURITY_GROUP),
        attributes=attributes,
        Tags=Tags(Name=Sub("${AWS::StackName}-alb")),
    )


def _subnets(stack: ApplicationStack, load_balancer: LoadBalancer) -> Ref:
    return private_subnets(stack) if load_balancer.internal else Ref(ids.SUBNETS)


def target_group(
    stack: ApplicationStack,
    load_balancer: LoadBalancer,
    health_check: Mapping[str, Any],
    title: str,
) -> TargetGroup:
    """Return a target group of the service; ``health_check``: properties beside its path."""
    codes = load_balancer.health_check_codes
    return TargetGroup(
        title,
        Protocol="HTTP",
        Port=stack.application.containers[0].port,
        VpcId=Ref(ids.VPC),
        **present(TargetType=stack.capacity.target_type),
        **health_check,
        **present(
            HealthCheckPath=load_balancer.health_check_path,
            HealthCheckIntervalSeconds=load_balancer.health_check_interval,
            HealthCheckTimeoutSeconds=load_balancer.health_check_timeout,
            HealthyThresholdCount=load_balancer.healthy_threshold,
            UnhealthyThresholdCount=load_balancer.unhealthy_threshold,
            Matcher=None if codes is None else Matcher(HttpCode=codes),
        ),
        TargetGroupAttributes=[
            TargetGroupAttribute(Key="deregistration_delay.timeout_seconds", Value="30")
        ],
    )


def _forward() -> Action:
    return Action(Type="forward", TargetGroupArn=Ref(ids.TARGET_GROUP))


def _add_address(stack: ApplicationStack, load_balancer: LoadBalancer) -> None:
    kind = "Private" if load_balancer.internal else "Public"
    stack.output(
        f"{kind}URL",
        f"{kind} DNS name of Application Load Balancer",
        GetAtt(ids.LOAD_BALANCER, "DNSName"),
    )
