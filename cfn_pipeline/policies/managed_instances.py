"""The permissions of ECS Managed Instances, and of ECS to manage them.

AWS's own policies for it allow the same in all regions, and pass roles with certain names only.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
"""

from collections.abc import Callable

from awacs import ec2, ecs, iam
from awacs.aws import Action, Condition, Statement, StringEquals

from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import pass_roles
from cfn_pipeline.policies.documents import allow


def manage_instances(
    arn: Callable[[str], Value],
    *,
    images: Value,
    security_group: Value,
    instance_role: Value,
    ec2_service: Value,
) -> list[Statement]:
    """Start instances with one role and one security group; ECS's own role ends them.

    What is made has ECS's tag, and only what has it is used.

    Args:
        arn: makes the ARN of a resource of EC2.
        images: the ARNs of images.
        security_group: the ARN of the instances' security group.
        instance_role: the ARN of the instances' role.
        ec2_service: the service to which it is passed.

    """
    return [
        allow(
            ec2.CreateFleet,
            ec2.CreateLaunchTemplate,
            ec2.RunInstances,
            on=arn("*"),
            sid="MakeManagedInstances",
            condition=_equals("aws:RequestTag/AmazonECSManaged", "true"),
        ),
        allow(
            ec2.CreateTags,
            on=arn("*"),
            sid="TagWhatIsMade",
            condition=_equals(
                "ec2:CreateAction", ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]
            ),
        ),
        allow(
            ec2.CreateLaunchTemplateVersion,
            ec2.ModifyLaunchTemplate,
            ec2.RunInstances,
            on=arn("launch-template/*"),
            sid="UseManagedLaunchTemplates",
            condition=_equals("ec2:ResourceTag/AmazonECSManaged", "true"),
        ),
        allow(
            ec2.CreateFleet,
            ec2.RunInstances,
            on=[images, security_group, arn("subnet/*")],
            sid="UseImagesAndNetwork",
        ),
        allow(*_DESCRIBE, sid="ReadInstancesAndNetworks"),
        pass_roles([instance_role], service=ec2_service, sid="PassInstanceRole"),
    ]


def link_spot(role: Value) -> Statement:
    """Let EC2 have its role for Spot Instances, which the first of an account makes."""
    return allow(iam.CreateServiceLinkedRole, on=role, sid="LinkSpotRole")


def join_as_managed(cluster: Value, instances: Value) -> list[Statement]:
    """Allow a managed instance to join one cluster; ``instances``: of the cluster."""
    return [
        allow(
            ecs.RegisterContainerInstance,
            ecs.SubmitAttachmentStateChanges,
            ecs.SubmitTaskStateChange,
            on=cluster,
            sid="JoinCluster",
        ),
        allow(
            ecs.Poll,
            Action("ecs", "PutSystemLogEvents"),
            ecs.StartTelemetrySession,
            on=instances,
            sid="ReportToCluster",
        ),
        allow(ecs.DiscoverPollEndpoint, sid="DiscoverClusterEndpoint"),
    ]


_DESCRIBE = (
    ec2.DescribeAvailabilityZones,
    ec2.DescribeInstances,
    ec2.DescribeInstanceTypeOfferings,
    ec2.DescribeInstanceTypes,
    ec2.DescribeLaunchTemplates,
    ec2.DescribeNetworkInterfaces,
    ec2.DescribeSecurityGroups,
    ec2.DescribeSubnets,
    ec2.DescribeVpcs,
)


def _equals(key: str, value: str | list[str]) -> Condition:
    return Condition(StringEquals({key: value}))
