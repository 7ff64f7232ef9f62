"""Sources on AWS: CodeCommit, S3 and ECR, whose events start the pipeline."""

from collections.abc import Iterator
from typing import Any, ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.action_calls import CODECOMMIT_ARCHIVE_CALLS, CODECOMMIT_CALLS
from cfn_pipeline.aws.pipelines import Range
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import ActionDefaults, ActionType
from cfn_pipeline.model.permissions import Allow, regional_arn
from cfn_pipeline.model.sources import RepositorySource, Source
from cfn_pipeline.model.values import Value, substituted


@frozen
class CodeCommit(RepositorySource):
    """A CodeCommit repository: ``CodeCommit(name="Source", repository="orders", output="App")``.

    A rule of EventBridge in the pipeline's stack starts the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
    """

    type: ClassVar[ActionType] = ActionType(category="Source", owner="AWS", provider="CodeCommit")
    names: ClassVar[Range] = Range(1, 1)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return repository and branch."""
        return {
            "RepositoryName": self.repository,
            "BranchName": self.branch,
            "PollForSourceChanges": "false",
        }

    @property
    def _arn(self) -> str:
        return regional_arn("codecommit", self.repository)

    @property
    def event_pattern(self) -> dict[str, Any]:
        """Pushes to the branch."""
        return {
            "source": ["aws.codecommit"],
            "detail-type": ["CodeCommit Repository State Change"],
            "resources": [substituted(self._arn)],
            "detail": {
                "event": ["referenceCreated", "referenceUpdated"],
                "referenceType": ["branch"],
                "referenceName": [self.branch],
            },
        }

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return fetching the branch."""
        return (Allow((*CODECOMMIT_CALLS, *CODECOMMIT_ARCHIVE_CALLS), on=self._arn),)


@frozen
class S3Source(Source):
    """A zip file in a bucket.

    ``S3Source(name="Source", bucket="acme-code", key="orders.zip", output="Application")``

    A rule of EventBridge in the pipeline's stack starts the pipeline. The bucket must have versions
    and send its events to EventBridge.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html

    Args:
        bucket: its name.
        key: of the zip file.
        kms_key: the ARN of the key that encrypts the bucket; absent: S3's own.

    """

    type: ClassVar[ActionType] = ActionType(category="Source", owner="AWS", provider="S3")

    bucket: str
    key: str
    kms_key: str | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return bucket and key."""
        return {
            "S3Bucket": self.bucket,
            "S3ObjectKey": self.key,
            "PollForSourceChanges": "false",
        }

    @property
    def event_pattern(self) -> dict[str, Any]:
        """New versions of the object."""
        return {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [self.bucket]}, "object": {"key": [self.key]}},
        }

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return reading the object and its versions."""
        bucket = f"arn:${{AWS::Partition}}:s3:::{self.bucket}"
        decrypt = [] if self.kms_key is None else [Allow("kms:Decrypt", on=self.kms_key)]
        return (
            Allow(("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:ListBucket"), on=bucket),
            Allow(
                ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"),
                on=f"{bucket}/{self.key}",
            ),
            *decrypt,
        )


@frozen
class ECRSource(Source):
    """An image in ECR: ``ECRSource(name="Base", repository="acme/base", output="Base")``.

    A rule of EventBridge in the pipeline's stack starts the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECR.html

    Args:
        repository: in this account and region.
        tag: absent: latest.

    """

    type: ClassVar[ActionType] = ActionType(category="Source", owner="AWS", provider="ECR")

    repository: str
    tag: str | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return repository and tag."""
        settings: dict[str, Value] = {"RepositoryName": self.repository}
        if self.tag is not None:
            settings["ImageTag"] = self.tag
        return settings

    @property
    def event_pattern(self) -> dict[str, Any]:
        """Pushes of the tag."""
        return {
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Action"],
            "detail": {
                "action-type": ["PUSH"],
                "result": ["SUCCESS"],
                "repository-name": [self.repository],
                "image-tag": [self.tag or "latest"],
            },
        }

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return reading what images there are."""
        repository = regional_arn("ecr", f"repository/{self.repository}")
        return (Allow("ecr:DescribeImages", on=repository),)

    def problems(self) -> Iterator[str]:
        """Yield also an invalid repository."""
        yield from super().problems()
        yield from name_forms.REPOSITORY.problems(self.repository, self.where)
