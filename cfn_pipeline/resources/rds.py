"""Amazon RDS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_RDS.html."""

from collections.abc import Sequence

from troposphere import Tags
from troposphere.rds import DBInstance, DBSubnetGroup

from cfn_pipeline.model.application import Database
from cfn_pipeline.model.values import Value, given

__all__ = ["db_instance", "db_subnet_group"]


def db_instance(
    title: str,
    *,
    database: Database,
    engine: str,
    engine_version: str,
    instance_class: str,
    storage_type: str,
    password: Value,
    security_groups: Sequence[Value],
    subnet_group: Value,
    name_tag: Value,
    availability_zone: Value | None = None,
) -> DBInstance:
    """Make a database server for one application.

    Args:
        title: the logical id.
        database: what the application says; its version and class win over those given here.
        engine: ``mysql``, in any case.
        engine_version: such as 8.4.7.
        instance_class: such as db.t4g.micro.
        storage_type: such as gp3.
        password: the owner's, as a reference, never in clear.
        security_groups: what reaches it.
        subnet_group: where it may be.
        name_tag: how it is called.
        availability_zone: where it is; absent: RDS decides.

    """
    return DBInstance(
        title,
        Engine=engine,
        EngineVersion=database.engine_version or engine_version,
        DBInstanceClass=database.instance_class or instance_class,
        AllocatedStorage=str(database.allocated_storage),
        StorageType=storage_type,
        MasterUsername=database.username,
        MasterUserPassword=password,
        DBName=database.name,
        VPCSecurityGroups=list(security_groups),
        DBSubnetGroupName=subnet_group,
        MultiAZ=False,
        **given(AvailabilityZone=availability_zone),
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
