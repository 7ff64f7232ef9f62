"""Where the application runs, who reaches it, and what it reaches."""

from collections.abc import Sequence

from troposphere import Parameter, Ref, Sub, Template
from troposphere.ec2 import SecurityGroupRule

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import ec2
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.document import add_resources

__all__ = ["ANYWHERE", "network", "nowhere"]

ANYWHERE = "0.0.0.0/0"

#: Docker gives containers without a fixed host port one of these.
_DYNAMIC_PORTS = (32768, 60999)
_MYSQL = (3306, 3306)
_SUBNETS = "Public subnets that assign addresses, in two zones, for all that the stack runs"

#: A range that exists in documentation only: an egress rule to it replaces AWS's default rule,
#: which lets everything out.
_NOWHERE = "192.0.2.0/32"


def network(
    template: Template,
    application: Application,
    *,
    load_balancer_ingress: Sequence[SecurityGroupRule],
    instance_egress: Sequence[SecurityGroupRule],
    load_balancer_egress: Sequence[SecurityGroupRule] = (),
    instance_ingress: Sequence[SecurityGroupRule] = (),
    subnets_description: str = _SUBNETS,
    described: bool = True,
) -> None:
    """Add VPC and subnets as parameters, security groups, and the rules between them.

    Args:
        template: to which they are added.
        application: whose network it is.
        load_balancer_ingress: who reaches the load balancer by address.
        instance_egress: what the instances reach by address.
        load_balancer_egress: what the load balancer reaches by address; empty: AWS lets it reach
            everything, so say ``nowhere`` to leave it the instances alone.
        instance_ingress: who reaches the instances by address; empty: nobody.
        subnets_description: which subnets are wanted.
        described: whether the rules between the groups say what they are for.

    """
    template.add_parameter(
        [
            Parameter(ids.VPC, Type="AWS::EC2::VPC::Id", Description="Target VPC"),
            Parameter(
                ids.SUBNETS,
                Type="List<AWS::EC2::Subnet::Id>",
                Description=subnets_description,
            ),
        ]
    )
    what = "Requests from the load balancer to containers" if described else None
    load_balancer = ec2.security_group(
        ids.LOAD_BALANCER_SECURITY_GROUP,
        description="Application Load Balancer Security Group",
        vpc=Ref(ids.VPC),
        ingress=load_balancer_ingress,
        egress=load_balancer_egress,
        name_tag=Sub("${AWS::StackName}-alb-sg"),
    )
    add_resources(
        template,
        load_balancer,
        ec2.security_group(
            ids.INSTANCES_SECURITY_GROUP,
            description=_group_description("Application Autoscaling", described),
            vpc=Ref(ids.VPC),
            ingress=instance_ingress,
            egress=instance_egress,
        ),
        ec2.egress(
            "ApplicationLoadBalancerToApplicationEgress",
            description=what,
            group=Ref(ids.LOAD_BALANCER_SECURITY_GROUP),
            destination_group=Ref(ids.INSTANCES_SECURITY_GROUP),
            ports=_DYNAMIC_PORTS,
        ),
        ec2.ingress(
            "ApplicationLoadBalancerToApplicationIngress",
            description=what,
            group=Ref(ids.INSTANCES_SECURITY_GROUP),
            source_group=Ref(ids.LOAD_BALANCER_SECURITY_GROUP),
            ports=_DYNAMIC_PORTS,
        ),
    )
    if application.database is not None:
        _add_database_rules(template, described)


def _add_database_rules(template: Template, described: bool) -> None:
    what = "Queries from containers to the database" if described else None
    nothing = "The database calls nobody" if described else None
    add_resources(
        template,
        ec2.security_group(
            ids.DATABASE_SECURITY_GROUP,
            description=_group_description("Application Database", described),
            vpc=Ref(ids.VPC),
            egress=[nowhere(nothing)],
            name_tag=Sub("${AWS::StackName}-db-sg"),
        ),
        ec2.egress(
            "ApplicationToApplicationDatabaseEgress",
            description=what,
            group=Ref(ids.INSTANCES_SECURITY_GROUP),
            destination_group=Ref(ids.DATABASE_SECURITY_GROUP),
            ports=_MYSQL,
        ),
        ec2.ingress(
            "ApplicationToApplicationDatabaseIngress",
            description=what,
            group=Ref(ids.DATABASE_SECURITY_GROUP),
            source_group=Ref(ids.INSTANCES_SECURITY_GROUP),
            ports=_MYSQL,
        ),
    )


def _group_description(what: str, described: bool) -> Value:
    """Say what a group protects; checkers see through no function."""
    text = f"{what} Security Group"
    return text if described else Sub(f"${{AWS::StackName}} {text}")


def nowhere(description: str | None = None) -> SecurityGroupRule:
    """Allow nothing, in place of AWS's default rule, which allows everything."""
    return ec2.rule(protocol="icmp", port=-1, cidr=_NOWHERE, description=description)
