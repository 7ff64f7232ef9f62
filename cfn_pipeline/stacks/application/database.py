"""The application's database."""

from collections.abc import Callable
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Parameter, Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import monitor_database
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.resources import iam, rds
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources, keep

__all__ = ["Protection", "database"]

SUBNET_GROUP = "ApplicationDatabaseSubnetGroup"
PARAMETER_GROUP = "ApplicationDatabaseParameterGroup"
MONITORING_ROLE = "ApplicationDatabaseMonitoringRole"
MULTI_AZ = "DatabaseMultiAZ"


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What keeps the database's data; encryption is with the application's key.

    Args:
        backup_days: how long daily backups are kept.
        logs: which of the engine's logs go to CloudWatch.
        arns: how ARNs are written.

    """

    backup_days: int
    logs: tuple[str, ...]
    arns: Arns


def database(
    template: Template,
    application: Application,
    *,
    engine: rds.Engine,
    password: Callable[[Application, str], Value],
    availability_zone: Value | None = None,
    protection: Protection | None = None,
) -> None:
    """Add the database and the subnets in which it may be.

    Args:
        template: to which they are added.
        application: whose database it is; without one nothing is added.
        engine: holds where the application says nothing.
        password: names the value of the secret that is the password.
        availability_zone: absent: RDS decides.
        protection: absent: RDS's defaults. Otherwise whether the database refuses to be deleted,
            and whether a second one stands by, are parameters, and a snapshot is taken before it
            goes.

    """
    if application.database is None:
        return
    safeguards = None
    multi_az: Value | bool = False
    if protection is not None:
        template.add_parameter(
            Parameter(
                MULTI_AZ,
                Type="String",
                Description="Whether a second database stands by in another availability zone",
                Default="true",
                AllowedValues=["true", "false"],
            )
        )
        multi_az = Ref(MULTI_AZ)
        safeguards = rds.Safeguards(
            key=exports.take(exports.key(application.name)),
            backup_days=protection.backup_days,
            deletion_protection=Ref(ids.DELETION_PROTECTION),
            logs=protection.logs,
            parameter_group=Ref(PARAMETER_GROUP),
            monitoring_role=GetAtt(MONITORING_ROLE, "Arn"),
        )
    instance = rds.db_instance(
        ids.DATABASE,
        database=application.database,
        engine=engine,
        password=password(application, application.database.password_key),
        security_groups=[Ref(ids.DATABASE_SECURITY_GROUP)],
        subnet_group=Ref(SUBNET_GROUP),
        multi_az=multi_az,
        availability_zone=availability_zone,
        safeguards=safeguards,
        name_tag=Sub("${AWS::StackName}-db"),
    )
    if protection is not None:
        keep(instance, "Snapshot")
    add_resources(
        template,
        instance,
        rds.db_subnet_group(
            SUBNET_GROUP,
            description="Application Database Subnet Group",
            subnets=Ref(ids.SUBNETS),
            name_tag=Sub("${AWS::StackName}-db-subnet-group"),
        ),
    )
    if protection is not None:
        add_resources(
            template,
            rds.db_parameter_group(
                PARAMETER_GROUP,
                description="Connections are encrypted",
                engine=engine.name,
                version=application.database.engine_version or engine.version,
                parameters={"require_secure_transport": "1"},
            ),
            _monitoring_role(application, protection.arns),
        )


def _monitoring_role(application: Application, arns: Arns) -> AWSObject:
    """Make the role with which RDS writes what the database's operating system measures.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    return iam.role(
        MONITORING_ROLE,
        description=f"RDS, measuring the database of {application.name}",
        trust=trust("monitoring.rds.amazonaws.com", from_account(Ref("AWS::AccountId"))),
        policies={
            "MonitoringPermissions": document(
                *monitor_database(
                    arns.regional("logs", "log-group:RDS*"),
                    arns.regional("logs", "log-group:RDS*:log-stream:*"),
                )
            )
        },
    )
