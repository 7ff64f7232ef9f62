"""Parameters that more than one template has."""

from troposphere import Parameter

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHub

BOUNDARY = Parameter(
    "PermissionsBoundaryArn",
    Type="String",
    Description="ARN of an existing permissions boundary; empty: one is created",
    Default="",
    AllowedPattern="(arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/.+)?",
    ConstraintDescription="the ARN of a managed policy, or nothing",
)

#: The logical id of the parameter.
CONNECTION = "ConnectionArn"


def connection_parameter(pipeline: Pipeline) -> Parameter:
    """Return the parameter for the connection of sources that name none."""
    open_sources = [source for source in pipeline.connections if source.connection is None]
    on_github = all(isinstance(source, GitHub) for source in open_sources)
    to = "GitHub" if on_github else "the repositories"
    return Parameter(
        CONNECTION,
        Type="String",
        Description=(
            f"ARN of an AVAILABLE connection to {to} (its handshake is done in the console)"
        ),
        AllowedPattern=(
            "arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}"
            ":connection/[a-z0-9-]+"
        ),
        ConstraintDescription="the ARN of a connection, as the console shows it",
    )
