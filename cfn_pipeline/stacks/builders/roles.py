"""Roles for templates of one's own: each builder returns ordinary resources of troposphere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from troposphere import AWSObject, Ref
from troposphere.iam import Role

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.delivery import PipelineResources, read_stacks, run_pipeline
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.policies.keys import encrypt_artifacts
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.roles import stored_parameter_arns
from cfn_pipeline.stacks.environment import deployment
from cfn_pipeline.stacks.environment.deployment import add_deployment_role
from cfn_pipeline.stacks.parameters import CONNECTION
from cfn_pipeline.stacks.stack import Stack
from cfn_pipeline.stacks.templates import AnyTemplate, contents


def pipeline_role(
    pipeline: Pipeline,
    *,
    bucket: str,
    title: str = "PipelineRole",
    key: Value | None = None,
    project: Value | None = None,
    role_arn: Value | None = None,
    buckets: Mapping[str, str] | None = None,
    parameters: Sequence[str] = (),
    arns: Arns = ARNS,
) -> Role:
    """Make the role of a pipeline, with what its actions need and nothing else.

    >>> from troposphere import Template
    >>> from cfn_pipeline import Approve, CodeCommit, Pipeline, Stage, pipeline_role
    >>> code = CodeCommit(name="Source", repository="orders", output="Code")
    >>> stages = [Stage("Source", [code]), Stage("Last", [Approve(name="Approve")])]
    >>> template = Template()
    >>> role = pipeline_role(Pipeline(name="orders", stages=stages), bucket="acme-artifacts")
    >>> template.add_resource(role).title
    'PipelineRole'

    Args:
        pipeline: whose role it is.
        bucket: the name of the artifact bucket, which may have pseudo parameters.
        title: the logical id.
        key: the ARN of the key that encrypts the artifacts, in the pipeline's region; absent: S3's
            own.
        project: the CodeBuild project of builds that name none; absent: the pipeline's name.
        role_arn: the deployment role of actions that name none; absent: each names one.
        buckets: the names of the artifact buckets in other regions of its actions, by region;
            absent: there are none.
        parameters: the names in Systems Manager for which parameters of deployed templates stand:
            CloudFormation reads them with this role. Empty: none.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    """
    names = {} if buckets is None else buckets
    ModelError.raise_for(_problems(pipeline, names, parameters))

    def resources(arns: Arns, bucket: str) -> PipelineResources:
        return PipelineResources(
            bucket=arns.bucket(bucket),
            objects=arns.bucket(f"{bucket}/*"),
            build=pipeline.name if project is None else project,
            project=arns.named("codebuild", "project"),
            stack=arns.named("cloudformation", "stack", "/*"),
            role=role_arn,
            connection=Ref(CONNECTION),
            parameters=stored_parameter_arns(parameters, arns),
        )

    regions = {r: resources(arns.at(region=r), names[r]) for r in pipeline.regions}
    used = replace(resources(arns, bucket), regions=regions)
    actions = [action for action in pipeline.actions if action.action_role is None]
    encrypt = () if key is None else encrypt_artifacts(key, through=arns.service("s3"))
    statements = [*run_pipeline(pipeline, used), *read_stacks(actions, used), *encrypt]
    return role(
        title,
        description=f"CodePipeline, running the pipeline {pipeline.name}",
        trust=trust("codepipeline.amazonaws.com"),
        policies={"PipelinePermissions": document(*statements)},
    )


def _problems(
    pipeline: Pipeline, buckets: Mapping[str, str], parameters: Sequence[str]
) -> Iterator[str]:
    where = f"role of pipeline {pipeline.name!r}"
    for region in pipeline.regions:
        if region not in buckets:
            yield f"{where}: the bucket of {region} is absent; add it to buckets"
    for name in parameters:
        yield from name_forms.STORED_PARAMETER.problems(name, where)


def deployment_resources(
    deploys: AnyTemplate | Sequence[AnyTemplate],
    *,
    stack: str,
    permissions: Sequence[str] = (),
    arns: Arns = ARNS,
) -> list[AWSObject]:
    """Make the role with which CloudFormation deploys templates to one stack, and its policies.

    Roles in the templates have no permissions boundary; ``environment_template`` makes one.

    >>> from troposphere import Template
    >>> from cfn_pipeline import deployment_resources
    >>> template = Template()
    >>> for resource in deployment_resources(
    ...     "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}", stack="orders"
    ... ):
    ...     print(template.add_resource(resource).title)
    CloudFormationRole
    DeploymentPolicy1

    Args:
        deploys: the templates: troposphere's, mappings in long form, or text.
        stack: the stack's name.
        permissions: actions that the role is allowed besides those derived, on every resource,
            for types that are not known; empty: none.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        TemplateError: a template with a resource type whose permissions are not known.

    """
    needed = deployment.permissions(
        contents(deploys), [stack], export=f"{stack}-boundary", boundary=False, more=permissions
    )
    built = Stack(f"Role that deploys {stack}", name=stack, arns=arns)
    add_deployment_role(built, needed.policies, deploys=f"the stack {stack}")
    return list(built.template.resources.values())
