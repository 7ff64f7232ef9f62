"""The application's database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troposphere import GetAtt, Ref, Sub, Tags
from troposphere.ec2 import SecurityGroup, SecurityGroupRule
from troposphere.iam import Role
from troposphere.rds import DBInstance, DBParameterGroup, DBSubnetGroup

from cfn_pipeline.model.database import Database
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import monitor_database
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Backend, Credentials
from cfn_pipeline.stacks.application.network import nowhere
from cfn_pipeline.stacks.application.parameters import DELETION_PROTECTION, MULTI_AZ
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import SNAPSHOT

SUBNET_GROUP = "ApplicationDatabaseSubnetGroup"
PARAMETER_GROUP = "ApplicationDatabaseParameterGroup"
MONITORING_ROLE = "ApplicationDatabaseMonitoringRole"

_BACKUP_DAYS = 7
_DESCRIPTION = "Application Database Security Group"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What a database runs on, where the application does not set it.

    Args:
        name: RDS's name of the engine, in any case.
        version: such as 8.4.8.
        instance_class: such as db.t4g.micro.
        storage_type: such as gp3.
        allocated_storage: in GiB.
        family_parts: how many numbers of the version the parameter group's family has.
        parameters: of the parameter group.
        logs: which of the engine's logs go to CloudWatch.

    """

    name: str
    version: str
    instance_class: str
    storage_type: str
    allocated_storage: int
    family_parts: int = 2
    parameters: Mapping[str, str] = field(default_factory=dict)
    logs: Sequence[str] = ()

    def family(self, version: str) -> str:
        """Return the family of parameter groups of a version, such as mysql8.4."""
        return f"{self.name.lower()}{'.'.join(version.split('.')[: self.family_parts])}"


def database(stack: ApplicationStack, database: Database, *, engine: Engine) -> Backend:
    """Add a database in the first availability zone, with RDS's defaults, and its subnets."""
    [credentials] = stack.all(Credentials)
    stack.add(
        DBInstance(
            ids.DATABASE,
            **_server(database, engine),
            **_owner(database, credentials),
            MultiAZ=False,
            AvailabilityZone=Sub("${AWS::Region}a"),
            Tags=Tags(Name=Sub("${AWS::StackName}-db")),
        ),
        _subnet_group(stack),
    )
    description = Sub(f"${{AWS::StackName}} {_DESCRIPTION}")
    return _backend(database, credentials, _security_group(description, nowhere()))


def protected_database(stack: ApplicationStack, database: Database, *, engine: Engine) -> Backend:
    """Add a database that is encrypted, backed up and monitored, and its subnets.

    Whether it can be deleted, and whether it has a standby, are parameters. A snapshot is taken
    before it is deleted.

    Args:
        stack: to which it is added.
        database: what the application sets.
        engine: the defaults.

    """
    [credentials] = stack.all(Credentials)
    version = database.engine_version or engine.version
    stack.add(
        DBInstance(
            ids.DATABASE,
            **SNAPSHOT,
            **_server(database, engine),
            **_owner(database, credentials),
            MultiAZ=stack.parameter(MULTI_AZ),
            DBParameterGroupName=Ref(PARAMETER_GROUP),
            StorageEncrypted=True,
            KmsKeyId=stack.key,
            BackupRetentionPeriod=_BACKUP_DAYS,
            CopyTagsToSnapshot=True,
            DeletionProtection=stack.parameter(DELETION_PROTECTION),
            PubliclyAccessible=False,
            EnableIAMDatabaseAuthentication=True,
            AutoMinorVersionUpgrade=True,
            EnableCloudwatchLogsExports=list(engine.logs),
            MonitoringInterval=60,
            MonitoringRoleArn=GetAtt(MONITORING_ROLE, "Arn"),
            Tags=Tags(Name=Sub("${AWS::StackName}-db")),
        ),
        _subnet_group(stack),
        DBParameterGroup(
            PARAMETER_GROUP,
            Description="Connections are encrypted",
            Family=engine.family(version),
            Parameters=dict(engine.parameters),
        ),
        _monitoring_role(stack),
    )
    group = _security_group(_DESCRIPTION, nowhere("No egress"))
    return _backend(database, credentials, group, rule="Queries from containers to the database")


def _server(database: Database, engine: Engine) -> dict[str, Any]:
    return {
        "Engine": engine.name,
        "EngineVersion": database.engine_version or engine.version,
        "DBInstanceClass": database.instance_class or engine.instance_class,
        "AllocatedStorage": str(database.allocated_storage or engine.allocated_storage),
        "StorageType": engine.storage_type,
    }


def _owner(database: Database, credentials: Credentials) -> dict[str, Any]:
    return {
        "MasterUsername": database.username,
        "MasterUserPassword": credentials.password,
        "DBName": database.name,
        "VPCSecurityGroups": [Ref(ids.DATABASE_SECURITY_GROUP)],
        "DBSubnetGroupName": Ref(SUBNET_GROUP),
    }


def _subnet_group(stack: ApplicationStack) -> DBSubnetGroup:
    return DBSubnetGroup(
        SUBNET_GROUP,
        DBSubnetGroupDescription="Application Database Subnet Group",
        SubnetIds=stack.capacity.subnets,
        Tags=Tags(Name=Sub("${AWS::StackName}-db-subnet-group")),
    )


def _security_group(description: Value, egress: SecurityGroupRule) -> SecurityGroup:
    return SecurityGroup(
        ids.DATABASE_SECURITY_GROUP,
        GroupDescription=description,
        VpcId=Ref(ids.VPC),
        SecurityGroupEgress=[egress],
        Tags=Tags(Name=Sub("${AWS::StackName}-db-sg")),
    )


def _backend(
    database: Database, credentials: Credentials, group: SecurityGroup, rule: str | None = None
) -> Backend:
    host, username, name = database.variables
    return Backend(
        security_group=group,
        rule=rule,
        port=database.port,
        environment={
            host: GetAtt(ids.DATABASE, "Endpoint.Address"),
            username: database.username,
            name: database.name,
        },
        credentials=credentials,
        depends_on=[ids.DATABASE],
    )


def _monitoring_role(stack: ApplicationStack) -> Role:
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
