"""AWS CodeBuild.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodeBuild.html
"""

from collections.abc import Mapping

from troposphere.codebuild import (
    Artifacts,
    CloudWatchLogs,
    Environment,
    EnvironmentVariable,
    LogsConfig,
    Project,
    Source,
)

from cfn_pipeline.model.values import Value, given

__all__ = ["project"]


def project(
    title: str,
    *,
    name: str,
    description: str,
    image: Value,
    role: Value,
    pull_credentials: str | None = None,
    variables: Mapping[str, Value] | None = None,
    key: Value | None = None,
    log_group: Value | None = None,
    timeout_minutes: int | None = None,
) -> Project:
    """Make a project that builds what a pipeline hands it, with Docker in Docker.

    Docker's daemon starts in a privileged container only. The build specification is the
    buildspec.yml of the sources.

    Args:
        title: the logical id.
        name: the project's name.
        description: what it builds.
        image: the image in which it builds.
        role: the ARN of the role that it works with.
        pull_credentials: ``SERVICE_ROLE`` when the role pulls the image; absent: CodeBuild does,
            and the image's repository must let it.
        variables: what the build finds in its environment; absent: what CodeBuild puts there.
        key: the ARN of the key that encrypts artifacts; absent: S3's own.
        log_group: the log group; absent: ``/aws/codebuild/<name>``, which CodeBuild makes.
        timeout_minutes: how long a build may take; absent: an hour.

    """
    logs = environment = None
    if log_group is not None:
        logs = LogsConfig(CloudWatchLogs=CloudWatchLogs(Status="ENABLED", GroupName=log_group))
    if variables is not None:
        environment = [EnvironmentVariable(Name=n, Value=v) for n, v in variables.items()]
    return Project(
        title,
        Name=name,
        Description=description,
        ServiceRole=role,
        Source=Source(Type="CODEPIPELINE"),
        Artifacts=Artifacts(Type="CODEPIPELINE"),
        Environment=Environment(
            Type="LINUX_CONTAINER",
            ComputeType="BUILD_GENERAL1_SMALL",
            Image=image,
            **given(ImagePullCredentialsType=pull_credentials),
            PrivilegedMode=True,
            **given(EnvironmentVariables=environment),
        ),
        **given(EncryptionKey=key, LogsConfig=logs, TimeoutInMinutes=timeout_minutes),
    )
