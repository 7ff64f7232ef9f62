"""Actions that deploy files to S3, and images to services of ECS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, regional_arn
from cfn_pipeline.model.values import Value


@dataclass(frozen=True, kw_only=True)
class S3Deploy(Action):
    """Copies an artifact to a bucket: ``S3Deploy(name="Site", input=site, bucket="acme-site")``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3Deploy.html

    Args:
        input: the artifact.
        bucket: its name.
        key: the object's key for the zip file, or, where it is extracted, a prefix; absent: the
            files are at the root of the bucket.
        extract: whether its files are copied; False: the zip file is.
        cache_control: of the objects, such as ``max-age=60``; absent: none.
        kms_key: the ARN of the key that encrypts objects; absent: the bucket's default.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="S3")

    input: Artifact
    bucket: str
    key: str | None = None
    extract: bool = True
    cache_control: str | None = None
    kms_key: str | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return bucket, key and how objects are stored."""
        settings = {
            "BucketName": self.bucket,
            "Extract": "true" if self.extract else "false",
            "ObjectKey": self.key,
            "CacheControl": self.cache_control,
            "KMSEncryptionKeyARN": self.kms_key,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return writing to the bucket, and encrypting with the key."""
        write = Allow(
            ("s3:PutObject", "s3:PutObjectAcl"), on=f"arn:${{AWS::Partition}}:s3:::{self.bucket}/*"
        )
        if self.kms_key is None:
            return (write,)
        return (write, Allow(("kms:Decrypt", "kms:GenerateDataKey"), on=self.kms_key))

    def problems(self) -> Iterator[str]:
        """Yield also a zip file without a key."""
        yield from super().problems()
        if not self.extract and self.key is None:
            yield f"{self.where}: key is required with extract=False; use the object's key"


@dataclass(frozen=True, kw_only=True)
class ECSDeploy(Action):
    """Deploys the images of imagedefinitions.json to a service that another stack has made.

    ``ECSDeploy(name="Api", input=built, cluster="main", service="api", roles=[task_role_arn])``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html

    Args:
        input: the artifact with the file.
        cluster: its name.
        service: its name.
        roles: the ARNs of the roles of the service's task definition, which each new revision has;
            empty: it has none.
        file: its path; absent: ``imagedefinitions.json``.
        timeout_minutes: 1 to 60; absent: 60.

    """

    type: ClassVar[ActionType] = ActionType(category="Deploy", owner="AWS", provider="ECS")
    type_name: ClassVar[str] = "ecs_deploy"

    input: Artifact
    cluster: str
    service: str
    roles: Sequence[str] = ()
    file: str | None = None
    timeout_minutes: int | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return service, file and time limit."""
        minutes = None if self.timeout_minutes is None else str(self.timeout_minutes)
        settings = {
            "ClusterName": self.cluster,
            "ServiceName": self.service,
            "FileName": self.file,
            "DeploymentTimeout": minutes,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return updating the service with a new revision of its task definition."""
        return (
            Allow(
                ("ecs:DescribeServices", "ecs:UpdateService"),
                on=regional_arn("ecs", f"service/{self.cluster}/{self.service}"),
            ),
            # ECS does not bind these to a resource.
            Allow(("ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"), on="*"),
            Allow("ecs:TagResource", on=regional_arn("ecs", "task-definition/*")),
            *([Allow("iam:PassRole", on=self.roles)] if self.roles else []),
        )

    def problems(self) -> Iterator[str]:
        """Yield also a time limit that CodePipeline refuses."""
        yield from super().problems()
        if self.timeout_minutes is not None and not 1 <= self.timeout_minutes <= 60:
            yield f"{self.where}: timeout_minutes must be 1 to 60 (got {self.timeout_minutes})"
