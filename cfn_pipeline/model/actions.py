"""The base class of actions; CodeBuild and manual approval."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import CONFIGURATION_VALUE
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow
from cfn_pipeline.model.validated import Validated
from cfn_pipeline.model.values import Value

#: Categories of actions that run in the region of the pipeline only.
_AT_HOME = ("Source", "Approval")


@frozen
class ActionType(Validated):
    """CodePipeline's ActionTypeId.

    ``ActionType(category="Build", owner="AWS", provider="CodeBuild")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
    """

    category: str
    owner: str
    provider: str
    version: str = "1"


@frozen
class ActionDefaults(Frozen):
    """Values of the pipeline's stack for what an action leaves absent.

    A value that is absent here, too, is left out of the action's configuration.
    """

    project: Value | None = None
    role: Value | None = None
    owner: Value | None = None
    oauth_token: Value | None = None
    connection: Value | None = None


@frozen
class Action(Validated):
    """Base class of actions, the steps of a stage.

    A subclass sets ``type``, and overrides ``inputs``, ``outputs``, ``settings`` and
    ``permissions``: what the pipeline's role is allowed for the action. ::

        @dataclass(frozen=True, kw_only=True)
        class Configure(Action):
            type: ClassVar[ActionType] = ActionType(
                category="Deploy", owner="AWS", provider="ServiceCatalog"
            )
            product: str

            def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
                return {"ProductId": self.product}

            def permissions(self, pipeline: str) -> tuple[Allow, ...]:
                arn = regional_arn("catalog", f"product/{self.product}")
                return (Allow("servicecatalog:CreateProvisioningArtifact", on=arn),)

    Args:
        name: unique in its stage.
        namespace: begins the names of its variables (``#{namespace.variable}``); absent: later
            actions cannot use them.
        region: where it runs; absent: in the region of the pipeline.
        action_role: the ARN of the role that the pipeline assumes for it, such as one of another
            account, which has what the action needs; absent: it runs with the pipeline's role.

    Raises:
        ModelError: every mistake, a line each.

    """

    type: ClassVar[ActionType]
    is_choice: ClassVar[bool] = True

    name: str
    namespace: str | None = None
    region: str | None = None
    action_role: Value | None = None

    @property
    def where(self) -> str:
        """How messages call the action."""
        return f"action {self.name!r}"

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts that the action reads, each once, in order."""
        return ()

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The artifacts that the action produces."""
        return ()

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return the action's Configuration; ``defaults`` has the values of what is absent."""
        return {}

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return what the role of the pipeline of that name is allowed for the action.

        Artifacts, the pipeline's key and CloudFormation's actions need nothing here.
        """
        return ()

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the action by itself."""
        if not hasattr(self, "type"):
            yield f"{self.where}: an Action has no type; use a subclass, such as CodeBuild"
        yield from name_forms.ACTION.problems(self.name, self.where)
        yield from name_forms.NAMESPACE.problems(self.namespace, self.where)
        yield from name_forms.REGION.problems(self.region, self.where)
        yield from name_forms.arn_problems(self.action_role, "action_role", self.where)
        yield from self._place_problems()

    def _place_problems(self) -> Iterator[str]:
        """Yield a region or a role that CodePipeline does not take.

        https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-create-cross-region.html
        """
        kind = getattr(self, "type", None)
        if kind is None:
            return
        if self.region is not None and (kind.category in _AT_HOME or kind.owner != "AWS"):
            yield (
                f"{self.where}: actions of {kind.provider} run in the region of the pipeline; "
                "remove region"
            )
        if self.action_role is not None and kind.category == "Approval":
            yield f"{self.where}: an approval runs with no role; remove action_role"


@frozen
class CodeBuild(Action):
    """Runs a CodeBuild project: ``CodeBuild(name="Build", input=code.artifact, output="Built")``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html

    Args:
        project: the project's name; absent: the project of the pipeline's CodeBuild stack.
        input: the artifact that the build works on.
        secondary_inputs: further artifacts, beside ``input``; empty: none.
        output: the name of the artifact that the build produces; absent: none.
        secondary_outputs: the names of further artifacts, which are those of the build
            specification's secondary artifacts; empty: none.
        environment: variables of the build, which override those of the project; empty: none.

    """

    type: ClassVar[ActionType] = ActionType(category="Build", owner="AWS", provider="CodeBuild")
    type_name: ClassVar[str] = "codebuild"

    project: Value | None = None
    input: Artifact
    secondary_inputs: Sequence[Artifact] = ()
    output: str | None = None
    secondary_outputs: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def artifact(self) -> Artifact:
        """The artifact that the build produces.

        Raises:
            ModelError: ``output`` is absent.

        """
        if self.output is None:
            raise ModelError(f'{self.where} produces no artifact; use output="..." to name one')
        return self.outputs[0]

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """``input``, then the secondary inputs."""
        return tuple(dict.fromkeys((self.input, *self.secondary_inputs)))

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """``output``, then the secondary outputs."""
        return tuple(Artifact(name) for name in self._output_names)

    @property
    def _output_names(self) -> tuple[str, ...]:
        output = () if self.output is None else (self.output,)
        return (*output, *self.secondary_outputs)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return the project, and the primary source where there are several."""
        project = defaults.project if self.project is None else self.project
        if project is None:
            raise ModelError(
                f"{self.where}: project is absent; use the name of a CodeBuild project"
            )
        settings: dict[str, Value] = {"ProjectName": project}
        if len(self.inputs) > 1:
            settings["PrimarySource"] = self.input.name
        if self.environment:
            listed = [{"name": n, "value": v} for n, v in self.environment.items()]
            settings["EnvironmentVariables"] = json.dumps(listed)
        return settings

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the names of project and outputs."""
        yield from super().problems()
        yield from name_forms.PROJECT.problems(self.project, self.where)
        if self.project is None and (self.region or self.action_role):
            yield (
                f"{self.where}: project is absent, and the pipeline's own project is in the "
                "pipeline's account and region; use the project's name, or remove region and "
                "action_role"
            )
        for output in self._output_names:
            yield from name_forms.ARTIFACT.problems(output, self.where)


@frozen
class CodeBuildTest(CodeBuild):
    """As CodeBuild, in the category Test: the console shows it as a test, and it ends in 8 hours.

    ``CodeBuildTest(name="Smoke", project="orders-smoke", input=code.artifact)``
    """

    type: ClassVar[ActionType] = ActionType(category="Test", owner="AWS", provider="CodeBuild")
    type_name: ClassVar[str] = "codebuild_test"


@frozen
class Approve(Action):
    """Waits until a person approves, seven days at most: ``Approve(name="Approve")``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html

    Args:
        note: text for the approver, 1,000 characters at most; absent: none.
        topic: the ARN of an SNS topic that is notified; absent: none, though the pipeline's stack
            may notify approvers.
        url: of a page for the approver; absent: none.
        describe_changes: whether the message of the pipeline's stack says what the change sets
            that wait for the approval will change.
        approve_empty: whether a function of the pipeline's stack approves where all of them are
            empty; they must be created and executed in the approval's stage, where no other
            execution can replace them meanwhile.

    """

    type: ClassVar[ActionType] = ActionType(category="Approval", owner="AWS", provider="Manual")

    note: str | None = None
    topic: Value | None = None
    url: Value | None = None
    describe_changes: bool = False
    approve_empty: bool = False

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return topic, page and note."""
        settings = {
            "NotificationArn": self.topic,
            "ExternalEntityLink": self.url,
            "CustomData": self.note,
        }
        return {key: value for key, value in settings.items() if value is not None}

    def problems(self) -> Iterator[str]:
        """Yield also a note that is too long, and an option that needs another one."""
        yield from super().problems()
        if self.approve_empty and not self.describe_changes:
            yield f"{self.where}: approve_empty needs describe_changes; add describe_changes=True"
        yield from name_forms.arn_problems(self.topic, "topic", self.where)
        if self.note is not None and len(self.note) > CONFIGURATION_VALUE.most:
            yield (
                f"{self.where}: note has {len(self.note):,} characters; CodePipeline allows "
                f"{CONFIGURATION_VALUE.most:,}"
            )
