"""A pipeline, the bucket for its artifacts, and its notifications."""

from collections.abc import Mapping, Sequence

from troposphere import GetAtt, ImportValue, Parameter, Ref, Sub, Template
from troposphere.codepipeline import Pipeline as CodePipeline
from troposphere.logs import LogGroup
from troposphere.s3 import Bucket

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import action_log_group
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import ActionDefaults
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import GitHub, GitHubOAuth, Source
from cfn_pipeline.model.values import Value
from cfn_pipeline.resources import codepipeline
from cfn_pipeline.resources.codepipeline import Store
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, LITERAL_ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import (
    BUCKET,
    add_private_buckets,
    artifact_bucket_name,
)
from cfn_pipeline.stacks.delivery.notifications import add_notifications
from cfn_pipeline.stacks.delivery.pipeline_role import add_pipeline_role, check_sizes
from cfn_pipeline.stacks.delivery.regions import regional_keys
from cfn_pipeline.stacks.delivery.roles import PIPELINE_ROLE, roles_of_other_accounts
from cfn_pipeline.stacks.delivery.starts import add_starts
from cfn_pipeline.stacks.parameters import add_connection, connection_of
from cfn_pipeline.stacks.stack import DELETE, Stack

PIPELINE = "Pipeline"
ACTION_LOG_GROUP = "ActionLogGroup"

_LOG_DAYS = 365

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
    AllowedPattern=name_forms.SECRET.pattern,
    ConstraintDescription="the name of a secret in Secrets Manager",
)


def pipeline_template(
    pipeline: Pipeline,
    *,
    parameters: Sequence[str] = (),
    role: Value | None = None,
    writing: bool = True,
    arns: Arns = ARNS,
) -> Template:
    """Make a pipeline with encrypted artifacts, access logs and notifications.

    Actions without project or role use those that the stacks of the pipeline's name export; what
    a source does not set becomes a parameter, and so do the keys of other regions, which
    ``artifacts_template`` makes. A pipeline that assumes roles has its own role here, whose name
    these roles trust. Where CodePipeline runs actions itself, such as Commands, their log group is
    here; the key must let CloudWatch Logs use it.

    Args:
        pipeline: of one's own, or one that delivers an application.
        parameters: the names in Systems Manager for which parameters of deployed templates stand,
            for that role; empty: none.
        role: the ARN of its role; absent: that of the roles' stack, or the one that is made here.
        writing: whether roles of other accounts may write artifacts, too.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        ModelError: a name with which a bucket's and an export's name cannot begin.

    """
    stack = _stack(pipeline, arns)
    if role is None and pipeline.action_roles:
        add_pipeline_role(
            stack, pipeline, deployment_role=_defaults(pipeline).role, parameters=parameters
        )
        role = GetAtt(PIPELINE_ROLE, "Arn")
    elif role is None:
        role = ImportValue(exports.pipeline_role(pipeline.name))
    stores = {
        region: Store(Sub(artifact_bucket_name(pipeline.name, arns=arns.at(region=region))), key)
        for region, key in regional_keys(stack, pipeline).items()
    }
    stack.add(_pipeline(pipeline, role, Store(Ref(BUCKET), stack.key), stores))
    roles = roles_of_other_accounts(pipeline.actions, None, arns)
    add_private_buckets(stack, stack.key, roles, writing=writing)
    if pipeline.has_action_logs:
        stack.add(
            LogGroup(
                ACTION_LOG_GROUP,
                **DELETE,
                LogGroupName=action_log_group(pipeline.name),
                RetentionInDays=_LOG_DAYS,
                KmsKeyId=stack.key,
            )
        )
    if pipeline.shared is None or not pipeline.shared.notifications:
        add_notifications(stack, pipeline)
    add_starts(stack, pipeline, PIPELINE)
    check_sizes(stack)
    return stack.template


def plain_pipeline_template(pipeline: Pipeline) -> Template:
    """Make a pipeline and a bucket, with AWS's defaults."""
    stack = _stack(pipeline, LITERAL_ARNS)
    name = Sub(artifact_bucket_name(pipeline.name))
    role = ImportValue(exports.pipeline_role(pipeline.name))
    stack.add(_pipeline(pipeline, role, Store(Ref(BUCKET))), Bucket(BUCKET, BucketName=name))
    return stack.template


def _stack(pipeline: Pipeline, arns: Arns) -> Stack:
    ModelError.raise_for(
        name_forms.APPLICATION.problems(pipeline.name, f"pipeline {pipeline.name!r}")
    )
    sources = [action for action in pipeline.actions if isinstance(action, Source)]
    description = f"Pipeline that delivers {pipeline.name}"
    stack = Stack(description, name=pipeline.name, arns=arns, shared=pipeline.shared)
    on_github = [source for source in sources if isinstance(source, (GitHub, GitHubOAuth))]
    if any(source.owner is None for source in on_github):
        stack.parameter(_OWNER)
    add_connection(stack, pipeline)
    if any(isinstance(source, GitHubOAuth) and source.token is None for source in sources):
        stack.parameter(_TOKEN)
    return stack


def _pipeline(
    pipeline: Pipeline, role: Value, store: Store, stores: Mapping[str, Store] | None = None
) -> CodePipeline:
    return codepipeline.pipeline(
        PIPELINE,
        pipeline=pipeline,
        role=role,
        store=store,
        stores=stores or {},
        defaults=_defaults(pipeline),
    )


def _defaults(pipeline: Pipeline) -> ActionDefaults:
    return ActionDefaults(
        project=ImportValue(exports.build_project(pipeline.name)),
        role=ImportValue(exports.deployment_role(pipeline.name)),
        owner=Ref(_OWNER),
        oauth_token=Sub("{{resolve:secretsmanager:${GitHubTokenSecret}:SecretString:token}}"),
        connection=connection_of(pipeline),
    )
