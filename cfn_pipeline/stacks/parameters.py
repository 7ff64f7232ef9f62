"""Parameters that more than one template has."""

from troposphere import Parameter

BOUNDARY = Parameter(
    "PermissionsBoundaryArn",
    Type="String",
    Description="ARN of an existing permissions boundary; empty: one is created",
    Default="",
    AllowedPattern="(arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/.+)?",
    ConstraintDescription="the ARN of a managed policy, or nothing",
)

CONNECTION = Parameter(
    "ConnectionArn",
    Type="String",
    Description="ARN of an AVAILABLE connection to GitHub (its handshake is done in the console)",
    AllowedPattern=(
        "arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}"
        ":connection/[a-z0-9-]+"
    ),
    ConstraintDescription="the ARN of a connection, as the console shows it",
)
