"""The application's database in Amazon Aurora Serverless v2."""

from troposphere import Equals, GetAtt, If, NoValue, Parameter, Ref, Sub, Tags
from troposphere.rds import (
    DBCluster,
    DBClusterParameterGroup,
    DBInstance,
    ServerlessV2ScalingConfiguration,
)

from cfn_pipeline.aws.aurora import MOST_CAPACITY
from cfn_pipeline.model.aurora import AuroraServerless
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.database import (
    DESCRIPTION,
    MONITORING_ROLE,
    SUBNET_GROUP,
    Engine,
    backend,
    database_subnets,
    engine_version,
    monitoring_role,
    security_group,
    subnet_group,
)
from cfn_pipeline.stacks.application.interfaces import Backend, Credentials
from cfn_pipeline.stacks.application.network import nowhere
from cfn_pipeline.stacks.application.parameters import (
    BACKUP_DAYS,
    MULTI_AZ,
    deletion_protection,
)
from cfn_pipeline.stacks.application.stack import ApplicationStack
from cfn_pipeline.stacks.stack import DELETE, SNAPSHOT

CLUSTER = "ApplicationDatabaseCluster"
INSTANCE = "ApplicationDatabaseInstance"
STANDBY = "ApplicationDatabaseStandby"
PARAMETER_GROUP = "ApplicationDatabaseClusterParameterGroup"

HAS_STANDBY = "HasDatabaseStandby"
PAUSES = "PausesDatabase"


def aurora_serverless(
    stack: ApplicationStack, database: AuroraServerless, *, engine: Engine
) -> Backend:
    """Add a cluster that is encrypted, backed up and monitored, its instance, and a standby.

    Its capacities, whether it can be deleted, whether it has a standby, how long backups are kept,
    its subnets and the engine's version are parameters. A snapshot of the cluster is taken before
    it is deleted; its instances have no data of their own.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html

    Args:
        stack: to which it is added.
        database: what the application sets.
        engine: the defaults.

    """
    [credentials] = stack.all(Credentials)
    version = database.engine_version or engine.version
    major = engine.major(version)
    subnets = database_subnets(stack)
    stack.template.add_condition(HAS_STANDBY, Equals(stack.parameter(MULTI_AZ), "true"))
    stack.add(
        DBCluster(
            CLUSTER,
            **SNAPSHOT,
            Engine=engine.name,
            EngineVersion=stack.parameter(engine_version(version, major, _MINOR)),
            DatabaseName=database.name,
            MasterUsername=database.username,
            MasterUserPassword=credentials.password,
            ServerlessV2ScalingConfiguration=_scaling(stack, database),
            VpcSecurityGroupIds=[Ref(ids.DATABASE_SECURITY_GROUP)],
            DBSubnetGroupName=Ref(SUBNET_GROUP),
            DBClusterParameterGroupName=Ref(PARAMETER_GROUP),
            StorageEncrypted=True,
            KmsKeyId=stack.key,
            BackupRetentionPeriod=stack.parameter(BACKUP_DAYS),
            CopyTagsToSnapshot=True,
            DeletionProtection=stack.parameter(deletion_protection(stack.application)),
            EnableIAMDatabaseAuthentication=True,
            EnableCloudwatchLogsExports=list(engine.logs),
            Tags=Tags(Name=Sub("${AWS::StackName}-db")),
        ),
        _instance(INSTANCE, engine),
        _standby(engine),
        subnet_group(subnets),
        DBClusterParameterGroup(
            PARAMETER_GROUP,
            Description="Connections are encrypted",
            Family=f"{engine.name}{major}",
            Parameters=dict(engine.parameters),
        ),
        monitoring_role(stack),
    )
    return backend(
        database,
        credentials,
        security_group(DESCRIPTION, nowhere("No egress")),
        "Queries from containers to the database",
        server=CLUSTER,
        instances=[INSTANCE],
    )


#: What follows the major version in a full one.
_MINOR = "([.][0-9a-z_]+)*"


def _scaling(
    stack: ApplicationStack, database: AuroraServerless
) -> ServerlessV2ScalingConfiguration:
    least = stack.parameter(
        _capacity("DatabaseMinimumCapacity", "Minimum", database.minimum_capacity, 0)
    )
    most = stack.parameter(
        _capacity("DatabaseMaximumCapacity", "Maximum", database.maximum_capacity, 1)
    )
    scaling = ServerlessV2ScalingConfiguration(MinCapacity=least, MaxCapacity=most)
    if database.seconds_until_auto_pause is not None:
        # RDS refuses the seconds with another minimum.
        stack.template.add_condition(PAUSES, Equals(least, "0"))
        scaling.SecondsUntilAutoPause = If(PAUSES, database.seconds_until_auto_pause, NoValue)
    return scaling


def _capacity(title: str, which: str, default: float, least: int) -> Parameter:
    pauses = "; 0: it pauses while nothing is connected to it" if least == 0 else ""
    return Parameter(
        title,
        Type="Number",
        Description=f"{which} capacity of the database in Aurora capacity units{pauses}",
        Default=int(default) if default == int(default) else default,
        MinValue=least,
        MaxValue=MOST_CAPACITY,
    )


def _standby(engine: Engine) -> DBInstance:
    """Return a second instance, which pauses and scales with the first."""
    standby = _instance(STANDBY, engine)
    standby.Condition = HAS_STANDBY
    return standby


def _instance(title: str, engine: Engine) -> DBInstance:
    return DBInstance(
        title,
        **DELETE,
        DBClusterIdentifier=Ref(CLUSTER),
        Engine=engine.name,
        DBInstanceClass=engine.instance_class,
        PromotionTier=1,
        PubliclyAccessible=False,
        AutoMinorVersionUpgrade=True,
        MonitoringInterval=60,
        MonitoringRoleArn=GetAtt(MONITORING_ROLE, "Arn"),
    )
