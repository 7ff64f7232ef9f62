"""The project that tests, builds and publishes the application's image."""

from troposphere import Ref, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.resources import codebuild
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import image
from cfn_pipeline.stacks.document import new_template

__all__ = ["codebuild_template"]

PROJECT = "BuildProject"


def codebuild_template(
    application: Application, *, pull_credentials: str | None = None
) -> Template:
    """Make the project.

    Args:
        application: what is built.
        pull_credentials: who pulls the image in which it is built; absent: CodeBuild itself.

    """
    template = new_template(f"CodeBuild project that builds {application.name}")
    template.add_resource(
        codebuild.project(
            PROJECT,
            name=application.name,
            description=f"Tests, builds and publishes {application.name}",
            image=image(application.build_image_repository_name, "latest"),
            role=exports.take(exports.build_role(application.name)),
            pull_credentials=pull_credentials,
        )
    )
    template.add_output(
        exports.export(
            "BuildProject",
            description="Name of the project",
            value=Ref(PROJECT),
            name=exports.build_project(application.name),
        )
    )
    return template
