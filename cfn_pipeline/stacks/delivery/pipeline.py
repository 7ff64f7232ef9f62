"""A pipeline, the bucket for its artifacts, and whom it tells."""

from troposphere import Parameter, Ref, Sub, Template

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import ActionDefaults
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHub, GitHubOAuth, Source
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import codepipeline, s3
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns, artifact_bucket_name
from cfn_pipeline.stacks.delivery.artifacts import BUCKET, add_private_buckets
from cfn_pipeline.stacks.delivery.notifications import add_notifications
from cfn_pipeline.stacks.document import new_template
from cfn_pipeline.stacks.parameters import CONNECTION

__all__ = ["pipeline_template", "plain_pipeline_template"]

PIPELINE = "Pipeline"

_OWNER = Parameter(
    "GitHubOwner",
    Type="String",
    Description="GitHub user or organisation that owns the repositories",
    AllowedPattern="[A-Za-z0-9][A-Za-z0-9-]{0,38}",
    ConstraintDescription="a GitHub user or organisation: letters, digits and hyphens",
)
_TOKEN = Parameter(
    "GitHubTokenSecret",
    Type="String",
    Description="Secret in Secrets Manager whose key token holds a GitHub OAuth token",
    Default="github",
    AllowedPattern=names.SECRET.pattern,
    ConstraintDescription="the name of a secret in Secrets Manager",
)


def pipeline_template(pipeline: Pipeline, *, arns: Arns = Arns()) -> Template:  # noqa: B008
    """Make a pipeline with encrypted artifacts, access logs and notifications.

    Actions that name no project and no role use those that the stacks of the pipeline's name
    export; what a source does not name becomes a parameter.

    Args:
        pipeline: of one's own, or one that delivers an application.
        arns: how ARNs are written; absent: in whatever partition the stack is deployed.

    Raises:
        ModelError: a name that cannot be the beginning of a bucket's and an export's name.

    """
    key = exports.take(exports.key(pipeline.name))
    template = _template(pipeline, key=key)
    add_private_buckets(template, pipeline, arns=arns, key=key)
    add_notifications(template, pipeline, key=key)
    return template


def plain_pipeline_template(pipeline: Pipeline) -> Template:
    """Make a pipeline and a bucket as they are made when nothing is asked of them."""
    template = _template(pipeline)
    template.add_resource(s3.bucket(BUCKET, name=Sub(artifact_bucket_name(pipeline.name))))
    return template


def _template(pipeline: Pipeline, *, key: Value | None = None) -> Template:
    ModelError.raise_for(names.APPLICATION.problems(pipeline.name, f"pipeline {pipeline.name!r}"))
    sources = [action for action in pipeline.actions if isinstance(action, Source)]
    template = new_template(f"Pipeline that delivers {pipeline.name}")
    if any(source.owner is None for source in sources):
        template.add_parameter(_OWNER)
    if any(isinstance(source, GitHub) and source.connection is None for source in sources):
        template.add_parameter(CONNECTION)
    if any(isinstance(source, GitHubOAuth) and source.token is None for source in sources):
        template.add_parameter(_TOKEN)
    template.add_resource(
        codepipeline.pipeline(
            PIPELINE,
            pipeline=pipeline,
            role=exports.take(exports.pipeline_role(pipeline.name)),
            bucket=Ref(BUCKET),
            defaults=_defaults(pipeline),
            key=key,
        )
    )
    return template


def _defaults(pipeline: Pipeline) -> ActionDefaults:
    return ActionDefaults(
        project=exports.take(exports.build_project(pipeline.name)),
        role=exports.take(exports.deployment_role(pipeline.name)),
        owner=Ref(_OWNER),
        oauth_token=Sub("{{resolve:secretsmanager:${GitHubTokenSecret}:SecretString:token}}"),
        connection=Ref(CONNECTION),
    )
