"""CloudFormation's actions, a class for each ActionMode."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.aws.pipelines import CONFIGURATION_VALUE
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact, ArtifactFile, ArtifactParameter
from cfn_pipeline.model.values import Value

__all__ = [
    "CreateChangeSet",
    "DeleteStack",
    "Deployment",
    "ExecuteChangeSet",
    "ReplaceFailedStack",
    "StackAction",
    "UpdateStack",
]


@dataclass(frozen=True, kw_only=True)
class StackAction(Action):
    """What all actions on a stack have in common.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html

    Args:
        stack: the stack's name.
        role: the ARN of the role with which CloudFormation works; absent: the deployment role
            of the pipeline's IAM stack.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Deploy", owner="AWS", provider="CloudFormation"
    )
    mode: ClassVar[str]

    stack: Value
    role: Value | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Say mode, stack and role."""
        found = {
            "ActionMode": self.mode,
            "StackName": self.stack,
            "RoleArn": defaults.role if self.role is None else self.role,
        }
        return {key: value for key, value in found.items() if value is not None}

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the stack's name."""
        yield from super().problems()
        yield from names.STACK.problems(self.stack, self.where)
        yield from names.arn_problems(self.role, "role", self.where)


@dataclass(frozen=True, kw_only=True)
class Deployment(StackAction):
    """What the actions with a template have in common.

    Args:
        template: the template, a file in an artifact.
        configuration: a file of parameters, tags and stack policy; absent: none.
        parameters: values of parameters that win over the file's; absent: none.
        capabilities: what the template may do to IAM, and whether it may hold macros.

    """

    template: ArtifactFile
    configuration: ArtifactFile | None = None
    parameters: Mapping[str, str | ArtifactParameter] = field(default_factory=dict)
    capabilities: Sequence[str] = ("CAPABILITY_NAMED_IAM",)

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts of template, configuration and parameters."""
        named: list[Artifact] = [self.template.artifact]
        if self.configuration is not None:
            named.append(self.configuration.artifact)
        named += [v.artifact for v in self.parameters.values() if isinstance(v, ArtifactParameter)]
        return tuple(dict.fromkeys(named))

    @property
    def parameter_overrides(self) -> str:
        """The parameters as CodePipeline reads them: one JSON object."""
        return json.dumps(
            {
                name: value.to_dict() if isinstance(value, ArtifactParameter) else value
                for name, value in self.parameters.items()
            }
        )

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Say also template, configuration file, capabilities and parameters."""
        found = super().settings(defaults)
        role = found.pop("RoleArn", None)
        found["TemplatePath"] = str(self.template)
        if self.configuration is not None:
            found["TemplateConfiguration"] = str(self.configuration)
        if self.capabilities:
            found["Capabilities"] = ",".join(self.capabilities)
        if role is not None:
            found["RoleArn"] = role
        if self.parameters:
            found["ParameterOverrides"] = self.parameter_overrides
        return found

    def problems(self) -> Iterator[str]:
        """Yield also unknown capabilities and parameters that CodePipeline cannot take."""
        yield from super().problems()
        for capability in self.capabilities:
            if capability not in CAPABILITIES:
                yield (
                    f"{self.where}: there is no capability {capability!r}; "
                    f"CloudFormation has {', '.join(CAPABILITIES)}"
                )
        for name in self.parameters:
            yield from names.PARAMETER.problems(name, self.where)
        if len(self.parameter_overrides) > CONFIGURATION_VALUE.most:
            yield (
                f"{self.where}: the parameters are {len(self.parameter_overrides)} characters of "
                f"JSON; CodePipeline takes {CONFIGURATION_VALUE.most:,}. Move what is fixed "
                "into the template configuration file"
            )


@dataclass(frozen=True, kw_only=True)
class UpdateStack(Deployment):
    """Creates the stack, or updates it where it exists."""

    mode: ClassVar[str] = "CREATE_UPDATE"


@dataclass(frozen=True, kw_only=True)
class ReplaceFailedStack(Deployment):
    """As UpdateStack, but a stack in a failed state is deleted and made anew."""

    mode: ClassVar[str] = "REPLACE_ON_FAILURE"


@dataclass(frozen=True, kw_only=True)
class CreateChangeSet(Deployment):
    """Makes a change set and executes nothing.

    Args:
        change_set: the change set's name; absent: the stack's name.

    """

    mode: ClassVar[str] = "CHANGE_SET_REPLACE"

    change_set: Value | None = None

    @property
    def change_set_name(self) -> Value:
        """The name under which the change set is made, and executed."""
        return self.stack if self.change_set is None else self.change_set

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Say also the change set's name."""
        return _with_change_set(super().settings(defaults), self.change_set_name)

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the change set's name."""
        yield from super().problems()
        yield from names.CHANGE_SET.problems(self.change_set, self.where)


@dataclass(frozen=True, kw_only=True)
class ExecuteChangeSet(Action):
    """Executes a change set that an earlier action made: same stack, same name, by construction.

    Args:
        of: the action that made the change set.

    """

    type: ClassVar[ActionType] = StackAction.type
    mode: ClassVar[str] = "CHANGE_SET_EXECUTE"

    of: CreateChangeSet

    @property
    def stack(self) -> Value:
        """The stack for which the change set was made."""
        return self.of.stack

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Name the stack and the change set; the change set has its role already."""
        found: dict[str, Value] = {"ActionMode": self.mode, "StackName": self.stack}
        return _with_change_set(found, self.of.change_set_name)


@dataclass(frozen=True, kw_only=True)
class DeleteStack(StackAction):
    """Deletes the stack; where there is none, it succeeds."""

    mode: ClassVar[str] = "DELETE_ONLY"


def _with_change_set(configuration: dict[str, Value], name: Value) -> dict[str, Value]:
    """Put the change set's name behind the stack's."""
    found: dict[str, Value] = {}
    for key, value in configuration.items():
        found[key] = value
        if key == "StackName":
            found["ChangeSetName"] = name
    return found
