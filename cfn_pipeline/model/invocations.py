"""Actions that invoke something: a function, a state machine, another pipeline, a scan."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.permissions import Allow, action_logs, regional_arn
from cfn_pipeline.model.values import Value, substituted


@frozen
class LambdaInvoke(Action):
    """Invokes a function: ``LambdaInvoke(name="Notify", function="notify")``.

    The function's own role needs codepipeline:PutJobSuccessResult and PutJobFailureResult.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-Lambda.html

    Args:
        function: its name.
        parameters: a text for the function, its ``UserParameters``; absent: none.
        artifacts: that it reads, five at most; empty: none.

    """

    type: ClassVar[ActionType] = ActionType(category="Invoke", owner="AWS", provider="Lambda")

    function: str
    parameters: str | None = None
    artifacts: Sequence[Artifact] = ()

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts that the function reads."""
        return tuple(dict.fromkeys(self.artifacts))

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return function and parameters."""
        settings: dict[str, Value] = {"FunctionName": self.function}
        if self.parameters is not None:
            settings["UserParameters"] = self.parameters
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return invoking the function."""
        return (
            Allow("lambda:InvokeFunction", on=regional_arn("lambda", f"function:{self.function}")),
            Allow("lambda:ListFunctions", on="*"),
        )


@frozen
class StepFunctions(Action):
    """Runs a state machine and waits for it: ``StepFunctions(name="Load", state_machine="load")``.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html

    Args:
        state_machine: its name.
        input: a text that it gets, such as JSON; absent: none.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Invoke", owner="AWS", provider="StepFunctions"
    )

    state_machine: str
    input: str | None = None

    @property
    def _arn(self) -> str:
        return regional_arn("states", f"stateMachine:{self.state_machine}")

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return state machine and input."""
        settings: dict[str, Value] = {"StateMachineArn": substituted(self._arn)}
        if self.input is not None:
            settings |= {"InputType": "Literal", "Input": self.input}
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return starting the state machine and following its executions."""
        return (
            Allow(("states:DescribeStateMachine", "states:StartExecution"), on=self._arn),
            Allow(
                "states:DescribeExecution",
                on=regional_arn("states", f"execution:{self.state_machine}:*"),
            ),
        )


@frozen
class StartPipeline(Action):
    """Starts another pipeline, and does not wait for it.

    ``StartPipeline(name="Next", pipeline="orders-reports")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodePipeline.html

    Args:
        pipeline: its name, in the same account and region.
        variables: values of its variables; empty: their defaults.

    """

    type: ClassVar[ActionType] = ActionType(category="Invoke", owner="AWS", provider="CodePipeline")

    pipeline: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return pipeline and variables."""
        settings: dict[str, Value] = {"PipelineName": self.pipeline}
        if self.variables:
            listed = [{"name": n, "value": v} for n, v in self.variables.items()]
            settings["Variables"] = json.dumps(listed)
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return starting the other pipeline."""
        other = regional_arn("codepipeline", self.pipeline)
        return (Allow("codepipeline:StartPipelineExecution", on=other),)

    def problems(self) -> Iterator[str]:
        """Yield also an invalid name."""
        yield from super().problems()
        yield from name_forms.PIPELINE.problems(self.pipeline, self.where)


@frozen
class InspectorScan(Action):
    """Scans source code or an image for vulnerabilities, and fails above a threshold.

    ``InspectorScan(name="Scan", repository="acme/orders", tag="1.2", critical=0)``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-InspectorScan.html

    Args:
        input: the artifact with the source code; absent: an image is scanned.
        repository: the ECR repository of an image; absent: the source code is scanned.
        tag: of the image; absent: latest.
        critical: the most critical vulnerabilities; absent: any number.
        high: the most vulnerabilities of high severity; absent: any number.
        medium: the most of medium severity; absent: any number.
        low: the most of low severity; absent: any number.
        output: the name of the artifact with the bill of materials.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Invoke", owner="AWS", provider="InspectorScan"
    )

    input: Artifact | None = None
    repository: str | None = None
    tag: str | None = None
    critical: int | None = None
    high: int | None = None
    medium: int | None = None
    low: int | None = None
    output: str

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifact with the source code, if any."""
        return () if self.input is None else (self.input,)

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The bill of materials."""
        return (Artifact(self.output),)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return what is scanned, and the thresholds."""
        mode = "SourceCodeScan" if self.repository is None else "ECRImageScan"
        settings: dict[str, Value] = {"InspectorRunMode": mode}
        if self.repository is not None:
            settings["ECRRepositoryName"] = self.repository
        if self.tag is not None:
            settings["ImageTag"] = self.tag
        for name in ("critical", "high", "medium", "low"):
            most = getattr(self, name)
            if most is not None:
                settings[f"{name.capitalize()}Threshold"] = str(most)
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:
        """Return scanning, logs, and pulling the image."""
        scan = (action_logs(pipeline), Allow("inspector-scan:ScanSbom", on="*"))
        if self.repository is None:
            return scan
        return (
            *scan,
            Allow("ecr:GetAuthorizationToken", on="*"),
            Allow(
                (
                    *("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage"),
                    "ecr:GetDownloadUrlForLayer",
                ),
                on=regional_arn("ecr", f"repository/{self.repository}"),
            ),
        )

    def problems(self) -> Iterator[str]:
        """Yield also a scan of nothing or of both, and an invalid repository."""
        yield from super().problems()
        if (self.input is None) == (self.repository is None):
            got = "neither" if self.input is None else "both"
            yield f"{self.where}: input or repository is required (got {got}); use one of them"
        if self.tag is not None and self.repository is None:
            yield f"{self.where}: tag is that of an image, and repository is absent; remove tag"
        yield from name_forms.REPOSITORY.problems(self.repository, self.where)
        yield from name_forms.ARTIFACT.problems(self.output, self.where)
