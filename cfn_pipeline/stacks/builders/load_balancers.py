"""A load balancer for templates of one's own, in front of one application or several."""

from collections.abc import Sequence

from troposphere import AWSObject, Ref
from troposphere.ec2 import SecurityGroup
from troposphere.elasticloadbalancingv2 import Action, FixedResponseConfig

from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import elasticloadbalancingv2 as elb
from cfn_pipeline.stacks.application.network import anywhere, nowhere


def load_balancer_resources(
    *,
    vpc: Value,
    subnets: Value | Sequence[Value],
    certificate: Value | None = None,
    internal: bool = False,
    log_bucket: Value | None = None,
    title: str = "LoadBalancer",
) -> list[AWSObject]:
    """Make an Application Load Balancer, to whose listener applications add rules.

    It answers 404 where no rule matches. Its security group has no way out but what applications
    add. The last resource is the listener: that for HTTPS, if there is a certificate.

    >>> from troposphere import Output, Parameter, Ref, Template
    >>> from cfn_pipeline import load_balancer_resources
    >>> template = Template()
    >>> vpc = template.add_parameter(Parameter("Vpc", Type="AWS::EC2::VPC::Id"))
    >>> resources = load_balancer_resources(vpc=Ref(vpc), subnets=["subnet-0a1b2c3d", "subnet-1b"])
    >>> for resource in resources:
    ...     print(template.add_resource(resource).title)
    LoadBalancerSecurityGroup
    LoadBalancer
    LoadBalancerHttpListener

    Args:
        vpc: its id.
        subnets: in two availability zones.
        certificate: the ARN of a certificate for HTTPS, to which HTTP is then redirected; absent:
            HTTP only.
        internal: whether it has private addresses; otherwise it is reached from the internet.
        log_bucket: the name of the bucket for access logs, which Elastic Load Balancing may write;
            absent: there are none.
        title: begins the logical ids.

    """
    group = SecurityGroup(
        f"{title}SecurityGroup",
        GroupDescription="Application Load Balancer",
        VpcId=vpc,
        SecurityGroupIngress=[
            anywhere("tcp", 80, "HTTP"),
            *([] if certificate is None else [anywhere("tcp", 443, "HTTPS")]),
        ],
        SecurityGroupEgress=[nowhere("No egress except to applications")],
    )
    attributes: dict[str, Value] = {"routing.http.drop_invalid_header_fields.enabled": "true"}
    if log_bucket is not None:
        attributes |= {
            "access_logs.s3.enabled": "true",
            "access_logs.s3.bucket": log_bucket,
            "access_logs.s3.prefix": Ref("AWS::StackName"),
        }
    balancer = elb.load_balancer(
        title,
        internal=internal,
        subnets=list(subnets) if isinstance(subnets, (list, tuple)) else subnets,
        security_group=Ref(group),
        attributes=attributes,
    )
    answer = Action(
        Type="fixed-response", FixedResponseConfig=FixedResponseConfig(StatusCode="404")
    )
    plain = f"{title}HttpListener"
    if certificate is None:
        return [group, balancer, elb.http_listener(plain, load_balancer=title, action=answer)]
    return [
        group,
        balancer,
        elb.http_listener(plain, load_balancer=title, action=elb.redirect_to_https()),
        elb.https_listener(
            f"{title}HttpsListener", load_balancer=title, certificate=certificate, action=answer
        ),
    ]
