"""The load balancer in front of the service."""

from collections.abc import Mapping

from troposphere import AWSObject, Equals, GetAtt, If, Not, Output, Parameter, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import elasticloadbalancingv2 as elb
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["forwarding_listener", "http_load_balancer", "https_load_balancer"]

CERTIFICATE = "CertificateArn"
HAS_CERTIFICATE = "HasCertificate"

#: TLS 1.3, and 1.2 with forward secrecy.
_SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

_IDLE = {"idle_timeout.timeout_seconds": "30"}


def http_load_balancer(template: Template, application: Application) -> None:
    """Add a load balancer that forwards HTTP to the service, and its address."""
    add_resources(
        template,
        _load_balancer(_IDLE),
        elb.listener(
            ids.LISTENER,
            load_balancer=Ref(ids.LOAD_BALANCER),
            protocol="HTTP",
            port=80,
            action=elb.forward(Ref(ids.TARGET_GROUP)),
        ),
        _target_group(application),
    )
    _add_address(template)


def https_load_balancer(template: Template, application: Application) -> None:
    """Add a load balancer that speaks HTTPS when it is given a certificate, and its address.

    With a certificate, HTTP is redirected; without one, it is forwarded. Whether the load
    balancer refuses to be deleted is a parameter, and its access log goes to the log bucket.
    """
    template.add_parameter(
        [
            Parameter(
                CERTIFICATE,
                Type="String",
                Description="ARN of a certificate for HTTPS; empty: the load balancer speaks HTTP",
                Default="",
                AllowedPattern="(arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+)?",
                ConstraintDescription="the ARN of a certificate in ACM, or nothing",
            ),
            Parameter(
                ids.DELETION_PROTECTION,
                Type="String",
                Description="Whether load balancer and database refuse to be deleted",
                Default="true",
                AllowedValues=["true", "false"],
            ),
        ]
    )
    template.add_condition(HAS_CERTIFICATE, Not(Equals(Ref(CERTIFICATE), "")))
    load_balancer = _load_balancer(
        {
            **_IDLE,
            "routing.http.drop_invalid_header_fields.enabled": "true",
            "deletion_protection.enabled": Ref(ids.DELETION_PROTECTION),
            "access_logs.s3.enabled": "true",
            "access_logs.s3.bucket": exports.take(exports.log_bucket(application.name)),
            "access_logs.s3.prefix": Ref("AWS::StackName"),
        }
    )
    listener = elb.listener(
        ids.LISTENER,
        load_balancer=Ref(ids.LOAD_BALANCER),
        protocol="HTTP",
        port=80,
        action=If(HAS_CERTIFICATE, elb.redirect_to_https(), elb.forward(Ref(ids.TARGET_GROUP))),
    )
    add_resources(
        template,
        load_balancer,
        listener,
        elb.listener(
            ids.HTTPS_LISTENER,
            condition=HAS_CERTIFICATE,
            load_balancer=Ref(ids.LOAD_BALANCER),
            protocol="HTTPS",
            port=443,
            certificate=Ref(CERTIFICATE),
            ssl_policy=_SSL_POLICY,
            action=elb.forward(Ref(ids.TARGET_GROUP)),
        ),
        _target_group(application, health_check_port="traffic-port"),
    )
    _add_address(template)


def forwarding_listener() -> Value:
    """Name the listener that forwards to the service: HTTPS's where there is a certificate."""
    return If(HAS_CERTIFICATE, Ref(ids.HTTPS_LISTENER), Ref(ids.LISTENER))


def _load_balancer(attributes: Mapping[str, Value]) -> AWSObject:
    return elb.load_balancer(
        ids.LOAD_BALANCER,
        subnets=Ref(ids.SUBNETS),
        security_groups=[Ref(ids.LOAD_BALANCER_SECURITY_GROUP)],
        attributes=attributes,
        name_tag=Sub("${AWS::StackName}-alb"),
    )


def _target_group(application: Application, *, health_check_port: str | None = None) -> AWSObject:
    assert application.container.port is not None  # the application was judged when it was made
    return elb.target_group(
        ids.TARGET_GROUP,
        vpc=Ref(ids.VPC),
        port=application.container.port,
        health_check_port=health_check_port,
        health_check_path=application.health_check_path,
        attributes={"deregistration_delay.timeout_seconds": "30"},
    )


def _add_address(template: Template) -> None:
    template.add_output(
        Output(
            "PublicURL",
            Description="Public DNS name of Application Load Balancer",
            Value=GetAtt(ids.LOAD_BALANCER, "DNSName"),
        )
    )
