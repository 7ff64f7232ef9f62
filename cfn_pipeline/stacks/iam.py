"""The roles of the pipeline, of its builds and of its deployments."""

from troposphere import GetAtt, Template

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.policies import delivery as duties
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources import iam
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns, artifact_bucket_name
from cfn_pipeline.stacks.document import new_template

__all__ = ["iam_template"]

PIPELINE_ROLE = "CodePipelineRole"
BUILD_ROLE = "CodeBuildRole"
DEPLOYMENT_ROLE = "CloudFormationRole"


def iam_template(pipeline: Pipeline, *, arns: Arns) -> Template:
    """Make the roles with which a pipeline works.

    Args:
        pipeline: its role may do what its actions need, and nothing else.
        arns: how ARNs are written.

    """
    name = pipeline.name
    bucket = artifact_bucket_name(name)
    template = new_template(f"IAM roles that deliver {name}")
    template.add_resource(
        iam.role(
            PIPELINE_ROLE,
            name=f"code-pipeline-{name}-service-role",
            description=f"CodePipeline, running the pipeline {name}",
            trust=trust("codepipeline.amazonaws.com"),
            policies={
                "PipelinePermissions": document(
                    *duties.run_pipeline(
                        pipeline,
                        duties.PipelineResources(
                            bucket=arns.bucket(bucket),
                            objects=arns.bucket(f"{bucket}/*"),
                            build=name,
                            project=arns.named("codebuild", "project"),
                            stack=arns.named("cloudformation", "stack", "/*"),
                            role=GetAtt(DEPLOYMENT_ROLE, "Arn"),
                        ),
                    )
                )
            },
        )
    )
    template.add_resource(
        iam.role(
            BUILD_ROLE,
            name=f"code-build-{name}-service-role",
            description=f"CodeBuild, building {name}",
            trust=trust("codebuild.amazonaws.com"),
            managed_policies=[arns.managed_policy("AmazonEC2ContainerRegistryPowerUser")],
            policies={
                "BuildPermissions": document(
                    duties.write_build_logs(
                        arns.regional("logs", f"log-group:/aws/codebuild/{name}*")
                    ),
                    *duties.use_artifacts(arns.bucket(bucket), arns.bucket(f"{bucket}/*")),
                )
            },
        )
    )
    template.add_resource(
        iam.role(
            DEPLOYMENT_ROLE,
            name="cloudformation-deploy",
            description="CloudFormation, deploying what the pipeline hands it",
            trust=trust("cloudformation.amazonaws.com"),
            managed_policies=[arns.managed_policy("AdministratorAccess")],
        )
    )
    for title, role, export in (
        ("PipelineRole", PIPELINE_ROLE, exports.pipeline_role(name)),
        ("BuildRole", BUILD_ROLE, exports.build_role(name)),
        ("DeploymentRole", DEPLOYMENT_ROLE, exports.deployment_role(name)),
    ):
        template.add_output(
            exports.export(
                title,
                description=f"ARN of {role}",
                value=GetAtt(role, "Arn"),
                name=export,
            )
        )
    return template
