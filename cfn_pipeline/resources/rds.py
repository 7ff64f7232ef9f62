"""Amazon RDS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_RDS.html."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import Tags
from troposphere.rds import DBInstance, DBParameterGroup, DBSubnetGroup

from cfn_pipeline.model.application import Database
from cfn_pipeline.model.values import Value, given

__all__ = ["Engine", "Safeguards", "db_instance", "db_parameter_group", "db_subnet_group"]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What a database runs on where its application says nothing.

    Args:
        name: RDS's name of MySQL, in any case.
        version: such as 8.4.8.
        instance_class: such as db.t4g.micro.
        storage_type: such as gp3.
        allocated_storage: in GiB.

    """

    name: str
    version: str
    instance_class: str
    storage_type: str
    allocated_storage: int


@dataclass(frozen=True, kw_only=True)
class Safeguards:
    """What keeps a database's data.

    Args:
        key: the ARN of the key that encrypts storage, backups and snapshots.
        backup_days: how long daily backups are kept.
        deletion_protection: whether it refuses to be deleted.
        logs: which of the engine's logs go to CloudWatch.
        parameter_group: the engine's parameters.
        monitoring_role: with which RDS writes the operating system's metrics each minute.

    """

    key: Value
    backup_days: int
    deletion_protection: Value
    logs: Sequence[str]
    parameter_group: Value
    monitoring_role: Value


def db_instance(
    title: str,
    *,
    database: Database,
    engine: Engine,
    password: Value,
    security_groups: Sequence[Value],
    subnet_group: Value,
    name_tag: Value,
    multi_az: Value | bool,
    availability_zone: Value | None = None,
    safeguards: Safeguards | None = None,
) -> DBInstance:
    """Make a database server for one application.

    Args:
        title: the logical id.
        database: what the application says; its version, class and size win over the engine's.
        engine: what the database runs on.
        password: the owner's, as a reference, never in clear.
        security_groups: what reaches it.
        subnet_group: where it may be.
        name_tag: how it is called.
        multi_az: whether a standby waits in another availability zone.
        availability_zone: where it is; absent: RDS decides.
        safeguards: absent: RDS's defaults: one day of backups, no encryption, no protection.

    """
    kept: dict[str, Any] = {}
    if safeguards is not None:
        kept = {
            "DBParameterGroupName": safeguards.parameter_group,
            "StorageEncrypted": True,
            "KmsKeyId": safeguards.key,
            "BackupRetentionPeriod": safeguards.backup_days,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": safeguards.deletion_protection,
            "PubliclyAccessible": False,
            "EnableIAMDatabaseAuthentication": True,
            "AutoMinorVersionUpgrade": True,
            "EnableCloudwatchLogsExports": list(safeguards.logs),
            "MonitoringInterval": 60,
            "MonitoringRoleArn": safeguards.monitoring_role,
        }
    return DBInstance(
        title,
        Engine=engine.name,
        EngineVersion=database.engine_version or engine.version,
        DBInstanceClass=database.instance_class or engine.instance_class,
        AllocatedStorage=str(database.allocated_storage or engine.allocated_storage),
        StorageType=engine.storage_type,
        MasterUsername=database.username,
        MasterUserPassword=password,
        DBName=database.name,
        VPCSecurityGroups=list(security_groups),
        DBSubnetGroupName=subnet_group,
        MultiAZ=multi_az,
        **given(AvailabilityZone=availability_zone),
        **kept,
        Tags=Tags(Name=name_tag),
    )


def db_subnet_group(
    title: str, *, description: str, subnets: Value, name_tag: Value
) -> DBSubnetGroup:
    """Say where a database may be: subnets in two availability zones at least."""
    return DBSubnetGroup(
        title,
        DBSubnetGroupDescription=description,
        SubnetIds=subnets,
        Tags=Tags(Name=name_tag),
    )


def db_parameter_group(
    title: str, *, description: str, engine: str, version: str, parameters: Mapping[str, str]
) -> DBParameterGroup:
    """Set parameters of an engine, for all its versions that begin as ``version`` does."""
    family = ".".join(version.split(".")[:2])
    return DBParameterGroup(
        title,
        Description=description,
        Family=f"{engine.lower()}{family}",
        Parameters=dict(parameters),
    )
