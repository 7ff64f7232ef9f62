"""Actions that run commands, or build an image, on compute of CodePipeline's own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import COMMAND, COMMANDS, OUTPUT_VARIABLES
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, regional_arn
from cfn_pipeline.model.values import Value


@frozen
class Commands(Action):
    """Runs commands, without a CodeBuild project.

    ``Commands(name="Smoke", input=code.artifact, commands=["make smoke"])``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Commands.html

    Args:
        input: the artifact in which they run.
        secondary_inputs: further artifacts, nine at most; empty: none.
        commands: 1 to 50, each a line of at most 1,000 characters.
        environment: variables; empty: none.
        secrets: variables from Secrets Manager, each the name of a secret; empty: none.
        variables: the names of variables that the commands set and later actions may use; empty:
            none.
        output: the name of the artifact that they produce; absent: none.
        files: patterns of the files in it; empty: all.
        allow: what the commands do on AWS; they run with the pipeline's role. Empty: nothing.

    """

    type: ClassVar[ActionType] = ActionType(category="Compute", owner="AWS", provider="Commands")

    input: Artifact
    secondary_inputs: Sequence[Artifact] = ()
    commands: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Sequence[str] = ()
    output: str | None = None
    files: Sequence[str] = ()
    allow: Sequence[Allow] = ()

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """``input``, then the secondary inputs."""
        return tuple(dict.fromkeys((self.input, *self.secondary_inputs)))

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The artifact that the commands produce, if any."""
        return () if self.output is None else (Artifact(self.output),)

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return logs, secrets, and what the commands do."""
        secrets = [regional_arn("secretsmanager", f"secret:{s}-??????") for s in self._secrets]
        read = [Allow("secretsmanager:GetSecretValue", on=secrets)] if secrets else []
        return (action_logs(pipeline), *read, *self.allow)

    @property
    def _secrets(self) -> list[str]:
        return list(dict.fromkeys(secret.partition(":")[0] for secret in self.secrets.values()))

    def problems(self) -> Iterator[str]:
        """Yield also commands and variables that CodePipeline refuses."""
        yield from super().problems()
        if len(self.commands) not in COMMANDS:
            yield (
                f"{self.where}: commands must have {COMMANDS} (got {len(self.commands)}); call a "
                "script of the artifact"
            )
        for command in self.commands:
            if "\n" in command or len(command) not in COMMAND:
                yield (
                    f"{self.where}: a command must be one line of {COMMAND} characters (got "
                    f"{command[:40]!r}); call a script of the artifact"
                )
        if len(self.variables) not in OUTPUT_VARIABLES:
            count = len(self.variables)
            yield f"{self.where}: variables must have {OUTPUT_VARIABLES} (got {count})"
        if self.variables and self.namespace is None:
            yield f"{self.where}: variables need a namespace; add namespace="
        if self.files and self.output is None:
            yield f"{self.where}: files are those of an artifact, and output is absent; add output="
        for secret in self._secrets:
            yield from name_forms.SECRET.problems(secret, self.where)
        yield from name_forms.ARTIFACT.problems(self.output, self.where)


@frozen
class ECRBuildAndPublish(Action):
    """Builds an image from a Dockerfile and pushes it, without a CodeBuild project.

    ``ECRBuildAndPublish(name="Image", input=code.artifact, repository="acme/orders")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECRBuildAndPublish.html

    Args:
        input: the artifact with the Dockerfile.
        repository: the ECR repository.
        dockerfile: the folder of the Dockerfile in the artifact; absent: its root.
        tags: of the image; empty: ``latest``.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Build", owner="AWS", provider="ECRBuildAndPublish"
    )
    type_name: ClassVar[str] = "ecr_build_and_publish"

    input: Artifact
    repository: str
    dockerfile: str | None = None
    tags: Sequence[str] = ()

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The one artifact."""
        return (self.input,)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return repository, folder and tags."""
        settings: dict[str, Value] = {"ECRRepositoryName": self.repository}
        if self.dockerfile is not None:
            settings["DockerFilePath"] = self.dockerfile
        if self.tags:
            settings["ImageTags"] = ",".join(self.tags)
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return logs, and pushing to the repository."""
        return (
            action_logs(pipeline),
            Allow("ecr:GetAuthorizationToken", on="*"),
            Allow(
                (
                    *("ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer"),
                    *("ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability"),
                    *("ecr:InitiateLayerUpload", "ecr:UploadLayerPart"),
                    *("ecr:CompleteLayerUpload", "ecr:PutImage"),
                ),
                on=regional_arn("ecr", f"repository/{self.repository}"),
            ),
        )

    def problems(self) -> Iterator[str]:
        """Yield also an invalid repository."""
        yield from super().problems()
        yield from name_forms.REPOSITORY.problems(self.repository, self.where)
