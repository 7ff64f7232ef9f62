"""The artifacts of actions in another region: a bucket and its key there.

https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html
"""

from troposphere import GetAtt, Parameter, Template

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document, pascal_case
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import add_private_buckets
from cfn_pipeline.stacks.delivery.roles import roles_of_other_accounts
from cfn_pipeline.stacks.key import KEY, add_key
from cfn_pipeline.stacks.stack import Stack


def artifacts_template(
    pipeline: Pipeline, *, region: str, writing: bool = True, arns: Arns = ARNS
) -> Template:
    """Make the bucket and the key for the artifacts of a pipeline's actions in another region.

    It is deployed in the pipeline's account, in that region; pipeline and roles name the bucket
    before it exists. ::

        template = artifacts_template(pipeline, region="eu-west-1")

    Args:
        pipeline: whose actions they are.
        region: the region.
        writing: whether roles of other accounts may write artifacts, too.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        ModelError: a name with which a bucket's name cannot begin.

    """
    name = pipeline.name
    ModelError.raise_for(name_forms.APPLICATION.problems(name, f"pipeline {name!r}"))
    roles = roles_of_other_accounts(pipeline.actions, region, arns)
    let_roles = keys.let_roles_use_key(roles, through=arns.service("s3"), writing=writing)
    stack = Stack(f"Artifacts of {name} in {region}", name=name, arns=arns)
    policy = document(
        keys.administer_key(arns.root(), sid="EnableIamPolicies"),
        keys.grant_to_services_only(),
        *let_roles,
    )
    add_key(
        stack,
        policy,
        description=f"Artifacts of {name} in {region}",
        alias=f"{name}-artifacts",
        output=f"ARN of the key, for {key_parameter(region).title}",
    )
    add_private_buckets(stack, GetAtt(KEY, "Arn"), roles, writing=writing)
    return stack.template


def key_parameter(region: str) -> Parameter:
    """Return the parameter for the key of a region, whose ARN is known when it exists."""
    return Parameter(
        f"ArtifactKey{pascal_case(region)}",
        Type="String",
        Description=f"ARN of the key of the artifacts in {region}: an output of its stack there",
        AllowedPattern=f"arn:[a-z-]+:kms:{region}:[0-9]{{12}}:key/[a-z0-9-]+",
        ConstraintDescription=f"the ARN of a key in {region}",
    )


def regional_keys(stack: Stack, pipeline: Pipeline) -> dict[str, Value]:
    """Return the keys of a pipeline's other regions, by region; each becomes a parameter."""
    return {region: stack.parameter(key_parameter(region)) for region in pipeline.regions}
