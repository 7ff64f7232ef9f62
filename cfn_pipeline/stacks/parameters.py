"""Parameters that more than one template has."""

from troposphere import ImportValue, Parameter, Ref

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHub
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.stack import Stack

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


def connection_of(pipeline: Pipeline) -> Value:
    """Return the ARN of the connection of sources that name none."""
    shared = pipeline.shared
    if shared is None or shared.connection is None:
        return Ref(CONNECTION)
    return ImportValue(exports.connection(shared.name))


def add_connection(stack: Stack, pipeline: Pipeline) -> None:
    """Add the parameter for the connection of sources that name none, unless it is shared."""
    is_needed = any(source.connection is None for source in pipeline.connections)
    if is_needed and (pipeline.shared is None or pipeline.shared.connection is None):
        stack.parameter(_connection_parameter(pipeline))


def _connection_parameter(pipeline: Pipeline) -> Parameter:
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
