"""The roles with fixed names; those of builds and deployments are hardly restricted."""

from troposphere import GetAtt, Template

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.policies.builds import make_build_logs
from cfn_pipeline.policies.delivery import run_pipeline
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.arns import LITERAL_ARNS
from cfn_pipeline.stacks.delivery.roles import (
    BUILD_ROLE,
    PIPELINE_ROLE,
    artifacts,
    export_deployment_role,
    resources,
    roles_stack,
)
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE
from cfn_pipeline.stacks.stack import Stack


def broad_iam_template(pipeline: Pipeline) -> Template:
    """Make the roles with which a pipeline, its builds and its deployments work."""
    stack = roles_stack(pipeline, LITERAL_ARNS)
    _add_pipeline_role(stack, pipeline)
    _add_build_role(stack)
    _add_deployment_role(stack)
    export_deployment_role(stack)
    return stack.template


def _add_pipeline_role(stack: Stack, pipeline: Pipeline) -> None:
    """Add CodePipeline's role, with the permissions that the pipeline's actions need."""
    used = resources(stack.name, stack.arns, role=GetAtt(DEPLOYMENT_ROLE, "Arn"))
    stack.add(
        role(
            PIPELINE_ROLE,
            name=f"code-pipeline-{stack.name}-service-role",
            description=f"CodePipeline, running the pipeline {stack.name}",
            trust=trust("codepipeline.amazonaws.com"),
            policies={"PipelinePermissions": document(*run_pipeline(pipeline, used))},
        )
    )


def _add_build_role(stack: Stack) -> None:
    """Add CodeBuild's role, which can use every repository."""
    logs = stack.arns.regional("logs", f"log-group:/aws/codebuild/{stack.name}*")
    stack.add(
        role(
            BUILD_ROLE,
            name=f"code-build-{stack.name}-service-role",
            description=f"CodeBuild, building {stack.name}",
            trust=trust("codebuild.amazonaws.com"),
            managed_policies=[stack.arns.managed_policy("AmazonEC2ContainerRegistryPowerUser")],
            policies={"BuildPermissions": document(make_build_logs(logs), *artifacts(stack))},
        )
    )


def _add_deployment_role(stack: Stack) -> None:
    """Add CloudFormation's role, which can do everything."""
    stack.add(
        role(
            DEPLOYMENT_ROLE,
            name="cloudformation-deploy",
            description="CloudFormation, deploying what the pipeline hands it",
            trust=trust("cloudformation.amazonaws.com"),
            managed_policies=[stack.arns.managed_policy("AdministratorAccess")],
        )
    )
