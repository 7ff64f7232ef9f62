"""A pipeline and the bucket for its artifacts."""

from troposphere import Parameter, Ref, Sub, Template

from cfn_pipeline.model.actions import ActionDefaults
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHub, GitHubOAuth, Source
from cfn_pipeline.resources import codepipeline, s3
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import artifact_bucket_name
from cfn_pipeline.stacks.document import new_template

__all__ = ["pipeline_template"]

BUCKET = "ArtifactBucket"
PIPELINE = "Pipeline"

_OWNER = Parameter(
    "GitHubOwner",
    Type="String",
    Description="GitHub user or organisation that owns the repositories",
    AllowedPattern="[A-Za-z0-9][A-Za-z0-9-]{0,38}",
    ConstraintDescription="a GitHub user or organisation: letters, digits and hyphens",
)
_CONNECTION = Parameter(
    "ConnectionArn",
    Type="String",
    Description="ARN of an AVAILABLE connection to GitHub (its handshake is done in the console)",
    AllowedPattern="arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}:connection/[a-z0-9-]+",
    ConstraintDescription="the ARN of a connection, as the console shows it",
)
_TOKEN = Parameter(
    "GitHubTokenSecret",
    Type="String",
    Description="Secret in Secrets Manager whose key token holds a GitHub OAuth token",
    Default="github",
    AllowedPattern="[A-Za-z0-9/_+=.@-]+",
    ConstraintDescription="the name of a secret in Secrets Manager",
)


def pipeline_template(pipeline: Pipeline) -> Template:
    """Make a pipeline of one's own, or one that delivers an application.

    Actions that name no project and no role use those that the stacks of the pipeline's name
    export. What a source does not name becomes a parameter.
    """
    sources = [action for action in pipeline.actions if isinstance(action, Source)]
    connections = [s for s in sources if isinstance(s, GitHub) and s.connection is None]
    tokens = [s for s in sources if isinstance(s, GitHubOAuth) and s.token is None]

    template = new_template(f"Pipeline that delivers {pipeline.name}")
    if any(source.owner is None for source in sources):
        template.add_parameter(_OWNER)
    if connections:
        template.add_parameter(_CONNECTION)
    if tokens:
        template.add_parameter(_TOKEN)
    template.add_resource(
        codepipeline.pipeline(
            PIPELINE,
            pipeline=pipeline,
            role=exports.take(exports.pipeline_role(pipeline.name)),
            bucket=Ref(BUCKET),
            defaults=ActionDefaults(
                project=exports.take(exports.build_project(pipeline.name)),
                role=exports.take(exports.deployment_role(pipeline.name)),
                owner=Ref(_OWNER),
                oauth_token=Sub(
                    "{{resolve:secretsmanager:${GitHubTokenSecret}:SecretString:token}}"
                ),
                connection=Ref(_CONNECTION),
            ),
        )
    )
    template.add_resource(s3.bucket(BUCKET, name=Sub(artifact_bucket_name(pipeline.name))))
    return template
