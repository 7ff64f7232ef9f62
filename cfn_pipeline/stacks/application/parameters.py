"""Parameters that several parts of the application's stack refer to."""

from troposphere import Parameter

DELETION_PROTECTION = Parameter(
    "DeletionProtection",
    Type="String",
    Description="Whether load balancer and database refuse to be deleted",
    Default="true",
    AllowedValues=["true", "false"],
)
MULTI_AZ = Parameter(
    "DatabaseMultiAZ",
    Type="String",
    Description="Whether a second database stands by in another availability zone",
    Default="true",
    AllowedValues=["true", "false"],
)
