"""Volumes: folders of the instances, and file systems in Amazon EFS."""

from collections.abc import Sequence
from typing import Any

from troposphere import (
    AWSObject,
    Equals,
    GetAtt,
    Join,
    Not,
    Parameter,
    Ref,
    Select,
    Split,
    Sub,
    Tags,
    ecs,
    efs,
)
from troposphere.ec2 import SecurityGroup

from cfn_pipeline.model.values import Value, present
from cfn_pipeline.model.volumes import (
    MOST_MOUNT_TARGETS,
    EfsVolume,
    ExistingEfsVolume,
    FileSystem,
    HostVolume,
)
from cfn_pipeline.policies.documents import document, pascal_case
from cfn_pipeline.policies.file_systems import deny_plain_connections, mount
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Mount
from cfn_pipeline.stacks.application.network import nowhere
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import RETAIN

HAS_THIRD_SUBNET = "HasThirdSubnet"

#: The least number of subnets, of which each can have a mount target.
_SURE = 2


def host_volume(_stack: ApplicationStack, volume: HostVolume) -> Mount:
    """Return a volume of a folder, which instances make before they join the cluster."""
    host = ecs.Host(SourcePath=volume.path)
    return Mount(name=volume.name, volume=ecs.Volume(Name=volume.name, Host=host))


def efs_volume(stack: ApplicationStack, volume: EfsVolume) -> Mount:
    """Add a file system, with mount targets in the tasks' subnets and one access point.

    Through the access point, containers see a folder of their own, whose files belong to their
    user. A third mount target is made where there is a third subnet; each is in another
    availability zone.
    https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
    """
    name = pascal_case(volume.name)
    file_system, access_point = f"{name}FileSystem", f"{name}AccessPoint"
    group = SecurityGroup(
        f"{name}FileSystemSecurityGroup",
        GroupDescription=f"File System {volume.name}",
        VpcId=Ref(ids.VPC),
        SecurityGroupEgress=[nowhere("No egress")],
    )
    targets = _mount_targets(stack, name, file_system, group)
    stack.add(
        _file_system(stack, file_system, volume),
        *targets,
        _access_point(access_point, file_system, volume),
    )
    return _mount(
        volume,
        Ref(file_system),
        Ref(access_point),
        arn=GetAtt(file_system, "Arn"),
        access_point_arn=GetAtt(access_point, "Arn"),
        security_group=group,
        depends_on=[target.title for target in targets[:_SURE]],
    )


def existing_efs_volume(stack: ApplicationStack, volume: ExistingEfsVolume) -> Mount:
    """Add parameters for a file system that exists."""
    name = pascal_case(volume.name)
    file_system = _id(stack, f"{name}FileSystemId", "fs", volume.file_system, volume)
    group = stack.parameter(
        Parameter(
            f"{name}FileSystemSecurityGroup",
            Type="AWS::EC2::SecurityGroup::Id",
            Description=f"Security group of the mount targets of volume {volume.name}",
            **present(Default=volume.security_group),
        )
    )
    arns = stack.arns.named("elasticfilesystem", "file-system")
    access_point = None
    if volume.access_point is not None:
        access_point = _id(stack, f"{name}AccessPointId", "fsap", volume.access_point, volume)
    return _mount(
        volume,
        file_system,
        access_point,
        arn=arns(file_system),
        access_point_arn=None
        if access_point is None
        else stack.arns.named("elasticfilesystem", "access-point")(access_point),
        security_group=group,
    )


def _mount(
    volume: FileSystem,
    file_system: Value,
    access_point: Value | None,
    *,
    arn: Value,
    access_point_arn: Value | None,
    **more: Any,
) -> Mount:
    """Return a volume that is mounted with TLS and the role of the tasks."""
    permission = mount(
        arn,
        access_point=access_point_arn,
        read_only=volume.read_only,
        sid=f"Mount{pascal_case(volume.name)}",
    )
    configuration = ecs.EFSVolumeConfiguration(
        FilesystemId=file_system,
        TransitEncryption="ENABLED",
        AuthorizationConfig=ecs.AuthorizationConfig(
            **present(AccessPointId=access_point), IAM="ENABLED"
        ),
    )
    return Mount(
        name=volume.name,
        volume=ecs.Volume(Name=volume.name, EFSVolumeConfiguration=configuration),
        read_only=volume.read_only,
        permissions=[permission],
        **more,
    )


def _file_system(stack: ApplicationStack, title: str, volume: EfsVolume) -> efs.FileSystem:
    return efs.FileSystem(
        title,
        **RETAIN,
        Encrypted=True,
        KmsKeyId=stack.key,
        ThroughputMode="elastic",
        BackupPolicy=efs.BackupPolicy(Status="ENABLED" if volume.backup else "DISABLED"),
        LifecyclePolicies=[
            efs.LifecyclePolicy(TransitionToIA=_after(volume.days_until_infrequent_access)),
            efs.LifecyclePolicy(TransitionToPrimaryStorageClass="AFTER_1_ACCESS"),
        ],
        FileSystemPolicy=dict(document(deny_plain_connections()).JSONrepr()),
        FileSystemTags=Tags(Name=Sub(f"${{AWS::StackName}}-{volume.name}")),
    )


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY{'' if days == 1 else 'S'}"


def _access_point(title: str, file_system: str, volume: EfsVolume) -> efs.AccessPoint:
    user, group = ids.CONTAINER_USER.split(":")
    return efs.AccessPoint(
        title,
        FileSystemId=Ref(file_system),
        PosixUser=efs.PosixUser(Uid=user, Gid=group),
        RootDirectory=efs.RootDirectory(
            Path=f"/{volume.name}",
            CreationInfo=efs.CreationInfo(OwnerUid=user, OwnerGid=group, Permissions="0750"),
        ),
        AccessPointTags=Tags(Name=Sub(f"${{AWS::StackName}}-{volume.name}")),
    )


def _mount_targets(
    stack: ApplicationStack, name: str, file_system: str, group: SecurityGroup
) -> Sequence[AWSObject]:
    subnets = stack.capacity.subnets
    padded = Join(",", [Join(",", subnets), "", ""])
    stack.template.add_condition(
        HAS_THIRD_SUBNET, Not(Equals(Select(_SURE, Split(",", padded)), ""))
    )
    return [
        efs.MountTarget(
            f"{name}MountTarget{number + 1}",
            **_condition(number),
            FileSystemId=Ref(file_system),
            SubnetId=Select(number, subnets),
            SecurityGroups=[Ref(group)],
        )
        for number in range(MOST_MOUNT_TARGETS)
    ]


def _condition(number: int) -> dict[str, Any]:
    return {} if number < _SURE else {"Condition": HAS_THIRD_SUBNET}


def _id(
    stack: ApplicationStack, title: str, prefix: str, default: str | None, volume: FileSystem
) -> Ref:
    kinds = {"fs": "File system", "fsap": "Access point"}
    return stack.parameter(
        Parameter(
            title,
            Type="String",
            Description=f"{kinds[prefix]} of volume {volume.name}",
            AllowedPattern=f"{prefix}-[0-9a-f]{{8,40}}",
            **present(Default=default),
        )
    )
