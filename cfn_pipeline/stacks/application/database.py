"""The application's database."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from troposphere import Equals, GetAtt, If, Not, Parameter, Ref, Select, Sub, Tags
from troposphere.ec2 import SecurityGroup, SecurityGroupRule
from troposphere.iam import Role
from troposphere.rds import DBInstance, DBParameterGroup, DBSubnetGroup

from cfn_pipeline.aws.rds import LEAST_STORAGE
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.database import DatabaseInstance, OwnDatabase
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import monitor_database
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Backend, Credentials
from cfn_pipeline.stacks.application.network import nowhere
from cfn_pipeline.stacks.application.parameters import (
    BACKUP_DAYS,
    DATABASE_SUBNETS,
    MULTI_AZ,
    deletion_protection,
)
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import SNAPSHOT

SUBNET_GROUP = "ApplicationDatabaseSubnetGroup"
PARAMETER_GROUP = "ApplicationDatabaseParameterGroup"
MONITORING_ROLE = "ApplicationDatabaseMonitoringRole"

HAS_SUBNETS = "HasDatabaseSubnets"

DESCRIPTION = "Application Database Security Group"


@frozen
class Engine(Frozen):
    """What a database runs on, where the application does not set it.

    Args:
        name: RDS's name of the engine, in any case.
        version: such as 8.4, for RDS's default of its minor versions, or 8.4.11.
        instance_class: such as db.t4g.micro.
        storage_type: such as gp3; absent: the engine has storage of its own.
        allocated_storage: in GiB; absent: the same.
        family_parts: how many numbers of the version the parameter group's family has.
        parameters: of the parameter group.
        logs: which of the engine's logs go to CloudWatch.

    """

    name: str
    version: str
    instance_class: str
    storage_type: str | None = None
    allocated_storage: int | None = None
    family_parts: int = 2
    parameters: Mapping[str, str] = field(default_factory=dict)
    logs: Sequence[str] = ()

    def major(self, version: str) -> str:
        """Return the version without that of the minor version: its parameter groups' family."""
        return ".".join(version.split(".")[: self.family_parts])


def database(stack: ApplicationStack, database: DatabaseInstance, *, engine: Engine) -> Backend:
    """Add a database in the first availability zone, with RDS's defaults, and its subnets."""
    [credentials] = stack.all(Credentials)
    stack.add(
        DBInstance(
            ids.DATABASE,
            **_server(database, engine, database.engine_version or engine.version),
            **_owner(database, credentials),
            MultiAZ=False,
            AvailabilityZone=Sub("${AWS::Region}a"),
            Tags=Tags(Name=Sub("${AWS::StackName}-db")),
        ),
        subnet_group(Ref(ids.SUBNETS)),
    )
    description = Sub(f"${{AWS::StackName}} {DESCRIPTION}")
    return backend(database, credentials, security_group(description, nowhere()))


def protected_database(
    stack: ApplicationStack, database: DatabaseInstance, *, engine: Engine
) -> Backend:
    """Add a database that is encrypted, backed up and monitored, and its subnets.

    Whether it can be deleted, whether it has a standby, how long backups are kept, its subnets and
    the engine's version are parameters. A snapshot is taken before it is deleted.

    RDS upgrades minor versions by itself, and refuses to go back. With a version such as 8.4, the
    database has RDS's default when it is created, and later templates say nothing against upgrades.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html

    Args:
        stack: to which it is added.
        database: what the application sets.
        engine: the defaults.

    """
    [credentials] = stack.all(Credentials)
    version = database.engine_version or engine.version
    subnets = database_subnets(stack)
    stack.add(
        DBInstance(
            ids.DATABASE,
            **SNAPSHOT,
            **_server(
                database, engine, stack.parameter(engine_version(version, engine.major(version)))
            ),
            **_owner(database, credentials),
            MultiAZ=stack.parameter(MULTI_AZ),
            DBParameterGroupName=Ref(PARAMETER_GROUP),
            StorageEncrypted=True,
            KmsKeyId=stack.key,
            BackupRetentionPeriod=stack.parameter(BACKUP_DAYS),
            CopyTagsToSnapshot=True,
            DeletionProtection=stack.parameter(deletion_protection(stack.application)),
            PubliclyAccessible=False,
            EnableIAMDatabaseAuthentication=True,
            AutoMinorVersionUpgrade=True,
            EnableCloudwatchLogsExports=list(engine.logs),
            MonitoringInterval=60,
            MonitoringRoleArn=GetAtt(MONITORING_ROLE, "Arn"),
            Tags=Tags(Name=Sub("${AWS::StackName}-db")),
        ),
        subnet_group(subnets),
        DBParameterGroup(
            PARAMETER_GROUP,
            Description="Connections are encrypted",
            Family=f"{engine.name}{engine.major(version)}",
            Parameters=dict(engine.parameters),
        ),
        monitoring_role(stack),
    )
    group = security_group(DESCRIPTION, nowhere("No egress"))
    return backend(database, credentials, group, rule="Queries from containers to the database")


def database_subnets(stack: ApplicationStack) -> If:
    """Return the subnets of the database, which are a parameter: empty: those of the tasks."""
    subnets = stack.parameter(DATABASE_SUBNETS)
    stack.template.add_condition(HAS_SUBNETS, Not(Equals(Select(0, subnets), "")))
    return If(HAS_SUBNETS, subnets, stack.capacity.subnets)


#: What may follow the major version in a full one of RDS.
_MINOR = "([.][0-9]+(-rds[.][0-9]+)?)?"


def engine_version(version: str, major: str, minor: str = _MINOR) -> Parameter:
    """Return the parameter, whose values fit the family of the database's parameter group.

    Args:
        version: the default.
        major: the part of the version that all of the family have.
        minor: the pattern of what may follow it.

    """
    return Parameter(
        "DatabaseEngineVersion",
        Type="String",
        Description=(
            f"Version of the database: {major} for RDS's default, or one in full, which must not "
            "be lower than the database's"
        ),
        Default=version,
        AllowedPattern=f"{major.replace('.', '[.]')}{minor}",
        ConstraintDescription=f"{major}, or one of its minor versions",
    )


def _server(database: DatabaseInstance, engine: Engine, version: Value) -> dict[str, Any]:
    size = database.allocated_storage or engine.allocated_storage or 0
    least = LEAST_STORAGE.get(str(engine.storage_type), 0)
    if size < least:
        raise ModelError(
            f"{database.where}: allocated_storage must be at least {least} GiB, the least of "
            f"{engine.storage_type} (got {size})"
        )
    return {
        "Engine": engine.name,
        "EngineVersion": version,
        "DBInstanceClass": database.instance_class or engine.instance_class,
        "AllocatedStorage": str(size),
        "StorageType": engine.storage_type,
    }


def _owner(database: DatabaseInstance, credentials: Credentials) -> dict[str, Any]:
    return {
        "MasterUsername": database.username,
        "MasterUserPassword": credentials.password,
        "DBName": database.name,
        "VPCSecurityGroups": [Ref(ids.DATABASE_SECURITY_GROUP)],
        "DBSubnetGroupName": Ref(SUBNET_GROUP),
    }


def subnet_group(subnets: Value) -> DBSubnetGroup:
    """Return the subnets of a database."""
    return DBSubnetGroup(
        SUBNET_GROUP,
        DBSubnetGroupDescription="Application Database Subnet Group",
        SubnetIds=subnets,
        Tags=Tags(Name=Sub("${AWS::StackName}-db-subnet-group")),
    )


def security_group(description: Value, egress: SecurityGroupRule) -> SecurityGroup:
    """Return the security group of a database."""
    return SecurityGroup(
        ids.DATABASE_SECURITY_GROUP,
        GroupDescription=description,
        VpcId=Ref(ids.VPC),
        SecurityGroupEgress=[egress],
        Tags=Tags(Name=Sub("${AWS::StackName}-db-sg")),
    )


def backend(
    database: OwnDatabase,
    credentials: Credentials,
    group: SecurityGroup,
    rule: str | None = None,
    *,
    server: str = ids.DATABASE,
    instances: Sequence[str] = (),
) -> Backend:
    """Return what others must know of a database.

    Args:
        database: what the application sets.
        credentials: with which containers log in.
        group: of the database.
        rule: the description of the rules that let containers through; absent: none.
        server: the logical id of what has the address.
        instances: the logical ids of what must exist, too, before containers can use it.

    """
    host, username, name = database.variables
    return Backend(
        security_group=group,
        rule=rule,
        port=database.engine_port,
        environment={
            host: GetAtt(server, "Endpoint.Address"),
            username: database.username,
            name: database.name,
        },
        credentials=credentials,
        depends_on=list(instances) or [server],
        instances=instances,
    )


def monitoring_role(stack: ApplicationStack) -> Role:
    """Return the role with which RDS writes metrics of the database's operating system.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    return role(
        MONITORING_ROLE,
        description=f"RDS, monitoring the database of {stack.name}",
        trust=trust("monitoring.rds.amazonaws.com", from_account(Ref("AWS::AccountId"))),
        policies={
            "MonitoringPermissions": document(
                *monitor_database(
                    stack.arns.regional("logs", "log-group:RDS*"),
                    stack.arns.regional("logs", "log-group:RDS*:log-stream:*"),
                )
            )
        },
    )
