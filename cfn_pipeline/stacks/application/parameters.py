"""Parameters that several parts of the application's stack refer to."""

from troposphere import Parameter

DELETION_PROTECTION = Parameter(
    "DeletionProtection",
    Type="String",
    Description="Whether load balancer and database are protected from deletion",
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
