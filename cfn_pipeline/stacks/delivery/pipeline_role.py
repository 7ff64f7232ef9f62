"""The role with which a pipeline runs."""

from collections.abc import Sequence

from cfn_pipeline.aws.iam import INLINE_POLICIES
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.permissions.packing import size
from cfn_pipeline.permissions.protection import ROLE_PATH
from cfn_pipeline.policies.delivery import read_stacks, run_pipeline
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.policies.keys import encrypt_artifacts, encrypt_logs
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.delivery.regions import regional_keys
from cfn_pipeline.stacks.delivery.roles import PIPELINE_ROLE, resources
from cfn_pipeline.stacks.environment.names import pipeline_role_name
from cfn_pipeline.stacks.parameters import connection_of
from cfn_pipeline.stacks.stack import Stack


def add_pipeline_role(
    stack: Stack,
    pipeline: Pipeline,
    *,
    deployment_role: Value | None,
    parameters: Sequence[str],
) -> None:
    """Add CodePipeline's role, with the permissions that the pipeline's actions need.

    Where it assumes roles, it has a name that these can trust before it exists, in the path of
    deployment roles, which no role of an application's stack can change.

    Args:
        stack: to which it is added.
        pipeline: whose role it is.
        deployment_role: of actions that name none; None: each names one.
        parameters: the names in Systems Manager for which parameters of templates stand.

    """
    arns, regions = stack.arns, pipeline.regions
    used = resources(
        stack.name,
        arns,
        role=deployment_role,
        parameters=parameters,
        regions=regions,
        connection=connection_of(pipeline),
    )
    actions = [action for action in pipeline.actions if action.action_role is None]
    keys: list[Value] = [stack.key, *regional_keys(stack, pipeline).values()]
    services = [arns.service("s3"), *(arns.at(region=r).service("s3") for r in regions)]
    name = pipeline_role_name(stack.name) if pipeline.action_roles else None
    stack.add(
        role(
            PIPELINE_ROLE,
            name=name,
            path=None if name is None else ROLE_PATH,
            description=f"CodePipeline, running the pipeline {stack.name}",
            trust=trust("codepipeline.amazonaws.com"),
            policies={
                "PipelinePermissions": document(
                    *run_pipeline(pipeline, used),
                    *read_stacks(actions, used),
                    *encrypt_artifacts(keys, through=services if regions else services[0]),
                    *(
                        [encrypt_logs(stack.key, through=arns.service("logs"))]
                        if pipeline.has_action_logs
                        else []
                    ),
                )
            },
        )
    )


def check_sizes(stack: Stack) -> None:
    """Refuse more inline policies than IAM allows.

    Raises:
        TemplateError: with the role.

    """
    for title, resource in stack.template.resources.items():
        policies = [policy.to_dict() for policy in resource.properties.get("Policies", ())]
        if (taken := sum(size(policy["PolicyDocument"]) for policy in policies)) > INLINE_POLICIES:
            raise TemplateError(
                f"{title} of {stack.name}: the inline policies have {taken:,} characters; IAM "
                f"allows {INLINE_POLICIES:,} for a role; use fewer stacks in one pipeline"
            )
