"""Amazon EC2: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html."""

from collections.abc import Sequence

from troposphere import Tags
from troposphere.ec2 import (
    EBSBlockDevice,
    IamInstanceProfile,
    LaunchTemplate,
    LaunchTemplateBlockDeviceMapping,
    LaunchTemplateData,
    MetadataOptions,
    Monitoring,
    SecurityGroup,
    SecurityGroupEgress,
    SecurityGroupIngress,
    SecurityGroupRule,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["egress", "ingress", "launch_template", "rule", "security_group"]


def rule(
    *, protocol: str, port: int, cidr: str, description: str | None = None
) -> SecurityGroupRule:
    """Allow one port to or from a range of addresses, within a group."""
    return SecurityGroupRule(
        **given(Description=description),
        IpProtocol=protocol,
        FromPort=port,
        ToPort=port,
        CidrIp=cidr,
    )


def security_group(
    title: str,
    *,
    description: Value,
    vpc: Value,
    ingress: Sequence[SecurityGroupRule] = (),
    egress: Sequence[SecurityGroupRule] = (),
    name_tag: Value | None = None,
) -> SecurityGroup:
    """Make a security group.

    Args:
        title: the logical id.
        description: what it protects.
        vpc: where it is.
        ingress: who reaches its members, by address; empty: nobody but by rules of their own.
        egress: what its members reach, by address; empty: AWS lets them reach everything.
        name_tag: how it is called; absent: by its id.

    """
    tags = None if name_tag is None else Tags(Name=name_tag)
    return SecurityGroup(
        title,
        GroupDescription=description,
        VpcId=vpc,
        **given(
            SecurityGroupIngress=list(ingress) or None,
            SecurityGroupEgress=list(egress) or None,
            Tags=tags,
        ),
    )


def ingress(
    title: str,
    *,
    group: Value,
    source_group: Value,
    ports: tuple[int, int],
    description: str | None = None,
) -> SecurityGroupIngress:
    """Let the members of another group in, on TCP ports from the first to the second."""
    return SecurityGroupIngress(
        title,
        **given(Description=description),
        GroupId=group,
        SourceSecurityGroupId=source_group,
        IpProtocol="tcp",
        FromPort=ports[0],
        ToPort=ports[1],
    )


def egress(
    title: str,
    *,
    group: Value,
    destination_group: Value,
    ports: tuple[int, int],
    description: str | None = None,
) -> SecurityGroupEgress:
    """Let members out to those of another group, on TCP ports from the first to the second."""
    return SecurityGroupEgress(
        title,
        **given(Description=description),
        GroupId=group,
        DestinationSecurityGroupId=destination_group,
        IpProtocol="tcp",
        FromPort=ports[0],
        ToPort=ports[1],
    )


def launch_template(
    title: str,
    *,
    image: Value,
    instance_type: str,
    instance_profile: Value,
    security_groups: Sequence[Value],
    user_data: Value,
    volume_gib: int,
) -> LaunchTemplate:
    """Say what instances are made of: session tokens, metrics, an encrypted volume.

    Args:
        title: the logical id.
        image: the AMI.
        instance_type: such as t3.micro.
        instance_profile: the ARN of what gives the instances a role.
        security_groups: what reaches them and what they reach.
        user_data: what an instance runs first.
        volume_gib: the size of the root volume.

    """
    return LaunchTemplate(
        title,
        LaunchTemplateData=LaunchTemplateData(
            ImageId=image,
            InstanceType=instance_type,
            IamInstanceProfile=IamInstanceProfile(Arn=instance_profile),
            SecurityGroupIds=list(security_groups),
            Monitoring=Monitoring(Enabled=True),
            MetadataOptions=MetadataOptions(HttpTokens="required", HttpPutResponseHopLimit=1),
            BlockDeviceMappings=[
                LaunchTemplateBlockDeviceMapping(
                    DeviceName="/dev/xvda",
                    Ebs=EBSBlockDevice(VolumeType="gp3", VolumeSize=volume_gib, Encrypted=True),
                )
            ],
            UserData=user_data,
        ),
    )
