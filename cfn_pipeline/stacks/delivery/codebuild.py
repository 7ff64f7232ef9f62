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
    ProjectCache,
    Source,
    VpcConfig,
)
from troposphere.logs import LogGroup

from cfn_pipeline.aws.codebuild import ARCHITECTURES
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.build import Build
from cfn_pipeline.model.build_parts import BuildVpc
from cfn_pipeline.model.values import Value, present
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, LITERAL_ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import CACHE_BUCKET, add_cache_bucket
from cfn_pipeline.stacks.stack import DELETE, Stack

PROJECT = "BuildProject"
LOG_GROUP = "BuildLogGroup"


def wizard_codebuild_template(application: Application) -> Template:
    """Make the project as the console's wizard does: CodeBuild itself pulls the build's image."""
    if application.build != Build():
        raise ModelError(
            f"{application.where}: the project of the console's wizard has no options; remove "
            "build, or use the edition current"
        )
    stack = _stack(application, LITERAL_ARNS)
    image = _image(application, LITERAL_ARNS)
    stack.add(
        Project(
            PROJECT,
            **_build(application),
            Environment=Environment(**_machine(application, Build(), image), PrivilegedMode=True),
        )
    )
    return stack.template


def codebuild_template(application: Application, *, arns: Arns = ARNS) -> Template:
    """Make the project, whose role pulls the build's image, and its log group.

    The build gets the repository to which it pushes in the variable IMAGE_REPOSITORY. ::

        template = codebuild_template(application)

    Args:
        application: what is built.
        arns: the form of ARNs and addresses; absent: for whichever partition the stack is
            deployed in.

    """
    build = Build() if application.project is None else application.project
    stack = _stack(application, arns)
    logs = CloudWatchLogs(Status="ENABLED", GroupName=Ref(LOG_GROUP))
    stack.add(
        Project(
            PROJECT,
            **_build(application),
            Environment=_environment(application, build, arns),
            EncryptionKey=stack.key,
            LogsConfig=LogsConfig(CloudWatchLogs=logs),
            TimeoutInMinutes=build.timeout_minutes,
            **_cache(build),
            **_vpc(build.vpc),
        ),
        LogGroup(
            LOG_GROUP,
            **DELETE,
            LogGroupName=f"/aws/codebuild/{application.name}",
            RetentionInDays=application.log_retention_days,
            KmsKeyId=stack.key,
        ),
    )
    if build.has_cache_bucket:
        add_cache_bucket(stack)
    return stack.template


def _stack(application: Application, arns: Arns) -> Stack:
    name = application.name
    description = f"CodeBuild project that builds {name}"
    stack = Stack(description, name=name, arns=arns, shared=application.shared)
    stack.output(
        "BuildProject", "Name of the project", Ref(PROJECT), export=exports.build_project(name)
    )
    return stack


def _environment(application: Application, build: Build, arns: Arns) -> Environment:
    """Return the image and the variables of builds; CodeBuild pulls its own images itself."""
    variables = []
    if build.images:
        repository = Sub(arns.image_repository(application.image_repository_name))
        variables.append(EnvironmentVariable(Name="IMAGE_REPOSITORY", Value=repository))
    variables += [EnvironmentVariable(Name=n, Value=v) for n, v in build.environment.items()]
    variables += [
        EnvironmentVariable(Name=name, Type="SECRETS_MANAGER", Value=secret)
        for name, secret in build.secrets.items()
    ]
    image = _image(application, arns) if build.image is None else build.image
    return Environment(
        **_machine(application, build, image),
        ImagePullCredentialsType="SERVICE_ROLE" if build.image is None else "CODEBUILD",
        **present(
            PrivilegedMode=True if build.docker else None, EnvironmentVariables=variables or None
        ),
    )


def _cache(build: Build) -> dict[str, Any]:
    if build.cache is None:
        return {}
    if build.has_cache_bucket:
        return {"Cache": ProjectCache(Type=build.cache, Location=Ref(CACHE_BUCKET))}
    layers = ["LOCAL_DOCKER_LAYER_CACHE"] if build.docker else []
    paths = ["LOCAL_CUSTOM_CACHE"] if build.cache_paths else []
    return {"Cache": ProjectCache(Type=build.cache, Modes=["LOCAL_SOURCE_CACHE", *layers, *paths])}


def _vpc(vpc: BuildVpc | None) -> dict[str, Any]:
    if vpc is None:
        return {}
    return {
        "VpcConfig": VpcConfig(
            VpcId=vpc.vpc_id,
            Subnets=list(vpc.subnets),
            SecurityGroupIds=list(vpc.security_groups),
        )
    }


def _build(application: Application) -> dict[str, Any]:
    return {
        "Name": application.name,
        "Description": f"Tests, builds and publishes {application.name}",
        "ServiceRole": ImportValue(exports.build_role(application.name)),
        "Source": Source(Type="CODEPIPELINE", **present(BuildSpec=application.buildspec)),
        "Artifacts": Artifacts(Type="CODEPIPELINE"),
    }


def _image(application: Application, arns: Arns) -> Value:
    return arns.image(application.build_image_repository_name, "latest")


def _machine(application: Application, build: Build, image: Value) -> dict[str, Any]:
    return {
        "Type": ARCHITECTURES[application.architecture],
        "ComputeType": build.compute_type,
        "Image": image,
    }
