"""AWS CodeBuild.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodeBuild.html
"""

from troposphere.codebuild import Artifacts, Environment, Project, Source

from cfn_pipeline.model.values import Value, given

__all__ = ["project"]


def project(
    title: str,
    *,
    name: str,
    description: str,
    image: Value,
    role: Value,
    compute_type: str = "BUILD_GENERAL1_SMALL",
    pull_credentials: str | None = None,
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
        compute_type: how large the build's machine is.
        pull_credentials: ``SERVICE_ROLE`` when the role pulls the image; absent: CodeBuild does,
            and the image's repository must let it.

    """
    return Project(
        title,
        Name=name,
        Description=description,
        ServiceRole=role,
        Source=Source(Type="CODEPIPELINE"),
        Artifacts=Artifacts(Type="CODEPIPELINE"),
        Environment=Environment(
            Type="LINUX_CONTAINER",
            ComputeType=compute_type,
            Image=image,
            **given(ImagePullCredentialsType=pull_credentials),
            PrivilegedMode=True,
        ),
    )
