"""What every action of a pipeline has, and the actions that are no CloudFormation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.pipelines import CONFIGURATION_VALUE
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.model.values import Value

__all__ = ["Action", "ActionDefaults", "ActionType", "Approve", "CodeBuild"]


@dataclass(frozen=True, kw_only=True)
class ActionType(Validated):
    """What CodePipeline calls an ActionTypeId; see its action structure reference.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
    """

    category: str
    owner: str
    provider: str
    version: str = "1"


@dataclass(frozen=True, kw_only=True)
class ActionDefaults:
    """What an action takes from the pipeline's stack where it says nothing itself.

    An absent value is left out of the action's configuration.
    """

    project: Value | None = None
    role: Value | None = None
    owner: Value | None = None
    oauth_token: Value | None = None
    connection: Value | None = None


@dataclass(frozen=True, kw_only=True)
class Action(Validated):
    """One step of a stage.

    A subclass says its ``type``, which artifacts it reads and makes, and its settings.

    Args:
        name: unique in its stage.
        namespace: under which later actions find its variables (``#{namespace.variable}``);
            absent: it has none.

    Raises:
        ModelError: a name that CodePipeline refuses; all that is wrong is told together.

    """

    type: ClassVar[ActionType]

    name: str
    namespace: str | None = None

    @property
    def where(self) -> str:
        """How messages call the action."""
        return f"action {self.name!r}"

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts that the action reads, each once, in the order in which it names them."""
        return ()

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The artifacts that the action makes."""
        return ()

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return the action's Configuration; what it does not say comes from ``defaults``."""
        return {}

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the action by itself."""
        if not hasattr(self, "type"):
            yield f"{self.where}: it has no type; use a kind of action, such as CodeBuild"
        yield from names.ACTION.problems(self.name, self.where)
        yield from names.NAMESPACE.problems(self.namespace, self.where)


@dataclass(frozen=True, kw_only=True)
class CodeBuild(Action):
    """Runs a CodeBuild project on an artifact.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html

    Args:
        project: the project's name; absent: the project of the pipeline's CodeBuild stack.
        input: the artifact that the build works on.
        secondary_inputs: further artifacts, beside ``input``; absent: none.
        output: the name of the artifact that the build makes; absent: it makes none.
        secondary_outputs: further artifacts, by the names of the build specification's
            secondary artifacts; absent: none.

    """

    type: ClassVar[ActionType] = ActionType(category="Build", owner="AWS", provider="CodeBuild")

    project: Value | None = None
    input: Artifact
    secondary_inputs: Sequence[Artifact] = ()
    output: str | None = None
    secondary_outputs: Sequence[str] = ()

    @property
    def artifact(self) -> Artifact:
        """The artifact that the build makes.

        Raises:
            ModelError: the build has no output.

        """
        if self.output is None:
            raise ModelError(
                f'{self.where} makes no artifact; give it output="..." to use its files'
            )
        return self.outputs[0]

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifact that is built, then the secondary ones."""
        return tuple(dict.fromkeys((self.input, *self.secondary_inputs)))

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The build's artifact, then the secondary ones."""
        return tuple(Artifact(name) for name in self._output_names)

    @property
    def _output_names(self) -> tuple[str, ...]:
        output = () if self.output is None else (self.output,)
        return (*output, *self.secondary_outputs)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Name the project, and the primary source where there are several."""
        project = defaults.project if self.project is None else self.project
        if project is None:
            raise ModelError(f"{self.where}: there is no project; give the name of one")
        found: dict[str, Value] = {"ProjectName": project}
        if len(self.inputs) > 1:
            found["PrimarySource"] = self.input.name
        return found

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the names of project and outputs."""
        yield from super().problems()
        yield from names.PROJECT.problems(self.project, self.where)
        for output in self._output_names:
            yield from names.ARTIFACT.problems(output, self.where)


@dataclass(frozen=True, kw_only=True)
class Approve(Action):
    """Waits until a person approves, seven days at most.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html

    Args:
        note: what the approver should know, 1,000 characters at most; absent: nothing.
        topic: the ARN of an SNS topic that is told; absent: this action tells nobody, though the
            pipeline's stack may.
        url: what the approver should look at; absent: nothing.

    """

    type: ClassVar[ActionType] = ActionType(category="Approval", owner="AWS", provider="Manual")

    note: str | None = None
    topic: Value | None = None
    url: Value | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Say who is told and what."""
        found = {
            "NotificationArn": self.topic,
            "ExternalEntityLink": self.url,
            "CustomData": self.note,
        }
        return {key: value for key, value in found.items() if value is not None}

    def problems(self) -> Iterator[str]:
        """Yield also a note that is too long."""
        yield from super().problems()
        yield from names.arn_problems(self.topic, "topic", self.where)
        if self.note is not None and len(self.note) > CONFIGURATION_VALUE.most:
            yield (
                f"{self.where}: the note has {len(self.note)} characters; CodePipeline takes "
                f"{CONFIGURATION_VALUE.most:,}"
            )
