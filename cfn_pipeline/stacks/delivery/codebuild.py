"""The project that tests, builds and publishes the application's image."""

from typing import Any

from troposphere import ImportValue, Ref, Sub, Template
from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    EnvironmentVariable,
    LogsConfig,
    Project,
    Source,
)
from troposphere.logs import LogGroup

from cfn_pipeline.model.application import Application
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, LITERAL_ARNS, Arns
from cfn_pipeline.stacks.stack import DELETE, Stack

PROJECT = "BuildProject"
LOG_GROUP = "BuildLogGroup"

_TIMEOUT_MINUTES = 30


def wizard_codebuild_template(application: Application) -> Template:
    """Make the project as the console's wizard does: CodeBuild itself pulls the build's image."""
    stack = _stack(application, LITERAL_ARNS)
    image = _image(application, LITERAL_ARNS)
    stack.add(
        Project(
            PROJECT,
            **_build(application),
            Environment=Environment(**_docker(image), PrivilegedMode=True),
        )
    )
    return stack.template


def codebuild_template(application: Application, *, arns: Arns = ARNS) -> Template:
    """Make the project, whose role pulls the build's image, and its log group.

    The build gets the repository to which it pushes in the variable IMAGE_REPOSITORY.

    Args:
        application: what is built.
        arns: the form of ARNs and addresses; absent: for whichever partition the stack is
            deployed in.

    """
    stack = _stack(application, arns)
    repository = Sub(arns.image_repository(application.image_repository_name))
    logs = CloudWatchLogs(Status="ENABLED", GroupName=Ref(LOG_GROUP))
    stack.add(
        Project(
            PROJECT,
            **_build(application),
            Environment=Environment(
                **_docker(_image(application, arns)),
                ImagePullCredentialsType="SERVICE_ROLE",
                PrivilegedMode=True,
                EnvironmentVariables=[
                    EnvironmentVariable(Name="IMAGE_REPOSITORY", Value=repository)
                ],
            ),
            EncryptionKey=stack.key,
            LogsConfig=LogsConfig(CloudWatchLogs=logs),
            TimeoutInMinutes=_TIMEOUT_MINUTES,
        ),
        LogGroup(
            LOG_GROUP,
            **DELETE,
            LogGroupName=f"/aws/codebuild/{application.name}",
            RetentionInDays=application.log_retention_days,
            KmsKeyId=stack.key,
        ),
    )
    return stack.template


def _stack(application: Application, arns: Arns) -> Stack:
    name = application.name
    stack = Stack(f"CodeBuild project that builds {name}", name=name, arns=arns)
    stack.output(
        "BuildProject", "Name of the project", Ref(PROJECT), export=exports.build_project(name)
    )
    return stack


def _build(application: Application) -> dict[str, Any]:
    return {
        "Name": application.name,
        "Description": f"Tests, builds and publishes {application.name}",
        "ServiceRole": ImportValue(exports.build_role(application.name)),
        "Source": Source(Type="CODEPIPELINE"),
        "Artifacts": Artifacts(Type="CODEPIPELINE"),
    }


def _image(application: Application, arns: Arns) -> Value:
    return arns.image(application.build_image_repository_name, "latest")


def _docker(image: Value) -> dict[str, Any]:
    """Return an environment for Docker in Docker, which must be privileged."""
    return {
        "Type": "LINUX_CONTAINER",
        "ComputeType": "BUILD_GENERAL1_SMALL",
        "Image": image,
    }
