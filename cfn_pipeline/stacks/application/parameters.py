"""Parameters that several parts of the application's stack refer to."""

from troposphere import Parameter

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.database import OwnDatabase


def deletion_protection(application: Application) -> Parameter:
    """Return the parameter that protects the load balancer and the database of an application."""
    balancer = application.load_balancer
    names = [
        *(["load balancer"] if balancer is not None and balancer.listener_rule is None else []),
        *(["database"] if isinstance(application.database, OwnDatabase) else []),
    ]
    protected = "load balancer and database are" if len(names) > 1 else f"the {names[0]} is"
    return Parameter(
        "DeletionProtection",
        Type="String",
        Description=(
            f"Whether {protected} protected from deletion; set it after the first deployment, "
            "which could not be rolled back otherwise"
        ),
        Default="true",
        AllowedValues=["true", "false"],
    )


MULTI_AZ = Parameter(
    "DatabaseMultiAZ",
    Type="String",
    Description="Whether the database has a standby in another availability zone",
    Default="true",
    AllowedValues=["true", "false"],
)
BACKUP_DAYS = Parameter(
    "DatabaseBackupDays",
    Type="Number",
    Description="Days for which backups of the database are kept; the Free plan allows 1",
    Default=7,
    MinValue=1,
    MaxValue=35,
)
DATABASE_SUBNETS = Parameter(
    "DatabaseSubnets",
    Type="CommaDelimitedList",
    Description="Subnets of the database in two availability zones; empty: those of the tasks",
    Default="",
)
