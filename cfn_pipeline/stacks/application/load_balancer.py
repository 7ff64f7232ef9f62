"""The load balancer in front of the service."""

from troposphere import GetAtt, Output, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.resources import elasticloadbalancingv2 as elb
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["load_balancer"]


def load_balancer(template: Template, application: Application) -> None:
    """Add a load balancer that forwards HTTP to the service, and its address."""
    assert application.container.port is not None  # the application was judged when it was made
    add_resources(
        template,
        elb.load_balancer(
            ids.LOAD_BALANCER,
            subnets=Ref(ids.SUBNETS),
            security_groups=[Ref(ids.LOAD_BALANCER_SECURITY_GROUP)],
            attributes={"idle_timeout.timeout_seconds": "30"},
            name_tag=Sub("${AWS::StackName}-alb"),
        ),
        elb.listener(
            ids.LISTENER,
            load_balancer=Ref(ids.LOAD_BALANCER),
            protocol="HTTP",
            port=80,
            action=elb.forward(Ref(ids.TARGET_GROUP)),
        ),
        elb.target_group(
            ids.TARGET_GROUP,
            vpc=Ref(ids.VPC),
            port=application.container.port,
            attributes={"deregistration_delay.timeout_seconds": "30"},
        ),
    )
    template.add_output(
        Output(
            "PublicURL",
            Description="Public DNS name of Application Load Balancer",
            Value=GetAtt(ids.LOAD_BALANCER, "DNSName"),
        )
    )
