"""Where the application runs, who reaches it, and what it reaches."""

from collections.abc import Sequence

from troposphere import Parameter, Ref, Sub, Template
from troposphere.ec2 import SecurityGroupRule

from cfn_pipeline.model.application import Application
from cfn_pipeline.resources import ec2
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["network"]

_ANYWHERE = "0.0.0.0/0"

#: Docker gives containers without a fixed host port one of these.
_DYNAMIC_PORTS = (32768, 60999)
_MYSQL = (3306, 3306)

#: A range that exists in documentation only: an egress rule to it replaces AWS's default rule,
#: which lets everything out.
_NOWHERE = "192.0.2.0/32"


def network(
    template: Template,
    application: Application,
    *,
    instance_ingress: Sequence[SecurityGroupRule] = (),
) -> None:
    """Add VPC and subnets as parameters, security groups, and the rules between them.

    Args:
        template: to which they are added.
        application: whose network it is.
        instance_ingress: who reaches the instances by address; empty: nobody.

    """
    template.add_parameter(
        [
            Parameter(ids.VPC, Type="AWS::EC2::VPC::Id", Description="Target VPC"),
            Parameter(
                ids.SUBNETS,
                Type="List<AWS::EC2::Subnet::Id>",
                Description="Target subnets for EC2 instances",
            ),
        ]
    )
    add_resources(
        template,
        ec2.security_group(
            ids.LOAD_BALANCER_SECURITY_GROUP,
            description="Application Load Balancer Security Group",
            vpc=Ref(ids.VPC),
            ingress=[ec2.rule(protocol="tcp", port=80, cidr=_ANYWHERE)],
            name_tag=Sub("${AWS::StackName}-alb-sg"),
        ),
        ec2.security_group(
            ids.INSTANCES_SECURITY_GROUP,
            description=Sub("${AWS::StackName} Application Autoscaling Security Group"),
            vpc=Ref(ids.VPC),
            ingress=instance_ingress,
            egress=[
                ec2.rule(protocol="udp", port=53, cidr=_ANYWHERE),
                ec2.rule(protocol="tcp", port=80, cidr=_ANYWHERE),
                ec2.rule(protocol="tcp", port=443, cidr=_ANYWHERE),
            ],
        ),
        ec2.egress(
            "ApplicationLoadBalancerToApplicationEgress",
            group=Ref(ids.LOAD_BALANCER_SECURITY_GROUP),
            destination_group=Ref(ids.INSTANCES_SECURITY_GROUP),
            ports=_DYNAMIC_PORTS,
        ),
        ec2.ingress(
            "ApplicationLoadBalancerToApplicationIngress",
            group=Ref(ids.INSTANCES_SECURITY_GROUP),
            source_group=Ref(ids.LOAD_BALANCER_SECURITY_GROUP),
            ports=_DYNAMIC_PORTS,
        ),
    )
    if application.database is not None:
        _add_database_rules(template)


def _add_database_rules(template: Template) -> None:
    add_resources(
        template,
        ec2.security_group(
            ids.DATABASE_SECURITY_GROUP,
            description=Sub("${AWS::StackName} Application Database Security Group"),
            vpc=Ref(ids.VPC),
            egress=[ec2.rule(protocol="icmp", port=-1, cidr=_NOWHERE)],
            name_tag=Sub("${AWS::StackName}-db-sg"),
        ),
        ec2.egress(
            "ApplicationToApplicationDatabaseEgress",
            group=Ref(ids.INSTANCES_SECURITY_GROUP),
            destination_group=Ref(ids.DATABASE_SECURITY_GROUP),
            ports=_MYSQL,
        ),
        ec2.ingress(
            "ApplicationToApplicationDatabaseIngress",
            group=Ref(ids.DATABASE_SECURITY_GROUP),
            source_group=Ref(ids.INSTANCES_SECURITY_GROUP),
            ports=_MYSQL,
        ),
    )
