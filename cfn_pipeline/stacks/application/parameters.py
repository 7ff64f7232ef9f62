"""Parameters that several parts of the application's stack refer to."""

from troposphere import Parameter

DELETION_PROTECTION = Parameter(
    "DeletionProtection",
    Type="String",
    Description=(
        "Whether load balancer and database are protected from deletion; set it after the first "
        "deployment, which could not be rolled back otherwise"
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
