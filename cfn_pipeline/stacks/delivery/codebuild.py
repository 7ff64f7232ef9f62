"""The project that tests, builds and publishes the application's image."""

from troposphere import Ref, Sub, Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.resources import codebuild
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.document import add_resources, new_template
from cfn_pipeline.stacks.log_groups import log_group

__all__ = ["codebuild_template", "wizard_codebuild_template"]

PROJECT = "BuildProject"
LOG_GROUP = "BuildLogGroup"

_TIMEOUT_MINUTES = 30


def wizard_codebuild_template(application: Application, *, arns: Arns) -> Template:
    """Make the project as the console's wizard does: CodeBuild itself pulls the build's image."""
    template = _template(application)
    template.add_resource(
        codebuild.project(
            PROJECT,
            name=application.name,
            description=_description(application),
            image=arns.image(application.build_image_repository_name, "latest"),
            role=exports.take(exports.build_role(application.name)),
        )
    )
    return template


def codebuild_template(application: Application, *, arns: Arns = Arns()) -> Template:  # noqa: B008
    """Make the project, whose role pulls the build's image, and its log group.

    The build finds the repository to which it pushes in the variable IMAGE_REPOSITORY.

    Args:
        application: what is built.
        arns: how ARNs and addresses are written.

    """
    template = _template(application)
    project = codebuild.project(
        PROJECT,
        name=application.name,
        description=_description(application),
        image=arns.image(application.build_image_repository_name, "latest"),
        role=exports.take(exports.build_role(application.name)),
        pull_credentials="SERVICE_ROLE",
        variables={
            "IMAGE_REPOSITORY": Sub(arns.image_repository(application.image_repository_name))
        },
        key=exports.take(exports.key(application.name)),
        log_group=Ref(LOG_GROUP),
        timeout_minutes=_TIMEOUT_MINUTES,
    )
    add_resources(
        template,
        project,
        log_group(
            LOG_GROUP, application, name=f"/aws/codebuild/{application.name}", encrypted=True
        ),
    )
    return template


def _template(application: Application) -> Template:
    template = new_template(f"CodeBuild project that builds {application.name}")
    template.add_output(
        exports.export(
            "BuildProject",
            description="Name of the project",
            value=Ref(PROJECT),
            name=exports.build_project(application.name),
        )
    )
    return template


def _description(application: Application) -> str:
    return f"Tests, builds and publishes {application.name}"
