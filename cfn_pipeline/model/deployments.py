"""CloudFormation's actions, a class for each ActionMode."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.aws.pipelines import CONFIGURATION_VALUE
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact, ArtifactFile, ArtifactParameter
from cfn_pipeline.model.values import Value


@frozen
class StackAction(Action):
    """Base class of actions on a stack.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html

    Args:
        stack: the stack's name.
        role: the ARN of CloudFormation's role; absent: the deployment role of the pipeline's IAM
            stack.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Deploy", owner="AWS", provider="CloudFormation"
    )
    mode: ClassVar[str]
    python_only: ClassVar[bool] = True

    stack: Value
    role: Value | None = None

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return mode, stack and role."""
        settings = {
            "ActionMode": self.mode,
            "StackName": self.stack,
            "RoleArn": defaults.role if self.role is None else self.role,
        }
        return {key: value for key, value in settings.items() if value is not None}

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the stack's name."""
        yield from super().problems()
        yield from name_forms.STACK.problems(self.stack, self.where)
        yield from name_forms.arn_problems(self.role, "role", self.where)


@frozen
class Deployment(StackAction):
    """Base class of actions with a template.

    Args:
        template: the template, a file in an artifact.
        configuration: a file with parameters, tags and a stack policy; absent: none.
        parameters: values of parameters, which override the file's; empty: none.
        capabilities: what the deployment acknowledges, such as IAM resources; empty: nothing.

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
        """Return also template, configuration file, capabilities and parameters."""
        settings = super().settings(defaults)
        role = settings.pop("RoleArn", None)
        settings["TemplatePath"] = str(self.template)
        if self.configuration is not None:
            settings["TemplateConfiguration"] = str(self.configuration)
        if self.capabilities:
            settings["Capabilities"] = ",".join(self.capabilities)
        if role is not None:
            settings["RoleArn"] = role
        if self.parameters:
            settings["ParameterOverrides"] = self.parameter_overrides
        return settings

    def problems(self) -> Iterator[str]:
        """Yield also unknown capabilities and parameters that CodePipeline cannot take."""
        yield from super().problems()
        for capability in self.capabilities:
            if capability not in CAPABILITIES:
                yield (
                    f"{self.where}: unknown capability {capability!r}; "
                    f"use {', '.join(CAPABILITIES)}"
                )
        for name in self.parameters:
            yield from name_forms.PARAMETER.problems(name, self.where)
        if len(self.parameter_overrides) > CONFIGURATION_VALUE.most:
            yield (
                f"{self.where}: parameters has {len(self.parameter_overrides):,} characters of "
                f"JSON; CodePipeline allows {CONFIGURATION_VALUE.most:,}; move constant ones "
                "into the template configuration file"
            )


@frozen
class UpdateStack(Deployment):
    """Creates the stack, or updates it.

    ``UpdateStack(name="Deploy", stack="orders-dev", template=infra.artifact / "stack.yml")``
    """

    mode: ClassVar[str] = "CREATE_UPDATE"


@frozen
class ReplaceFailedStack(Deployment):
    """As UpdateStack, but a stack in a failed state is deleted and created again."""

    mode: ClassVar[str] = "REPLACE_ON_FAILURE"


@frozen
class CreateChangeSet(Deployment):
    """Creates a change set, or replaces it.

    ``CreateChangeSet(name="Change", stack="orders", template=infra.artifact / "stack.yml")``

    Args:
        change_set: the change set's name; absent: the stack's name.
        reader_role: the ARN of a role that an approval with ``describe_changes`` assumes to read
            it in another account; absent: it is read in the pipeline's account.

    """

    mode: ClassVar[str] = "CHANGE_SET_REPLACE"

    change_set: Value | None = None
    reader_role: Value | None = None

    @property
    def change_set_name(self) -> Value:
        """The name with which the change set is created and executed."""
        return self.stack if self.change_set is None else self.change_set

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return also the change set's name."""
        return _with_change_set(super().settings(defaults), self.change_set_name)

    def problems(self) -> Iterator[str]:
        """Yield also what is wrong with the change set's name."""
        yield from super().problems()
        yield from name_forms.CHANGE_SET.problems(self.change_set, self.where)
        yield from name_forms.arn_problems(self.reader_role, "reader_role", self.where)


@frozen
class ExecuteChangeSet(Action):
    """Executes the change set of an earlier action.

    ``ExecuteChangeSet(name="Execute", of=change)``

    Args:
        of: the action that creates the change set; its stack and name are used.

    """

    type: ClassVar[ActionType] = StackAction.type
    mode: ClassVar[str] = "CHANGE_SET_EXECUTE"
    python_only: ClassVar[bool] = True

    of: CreateChangeSet

    @property
    def stack(self) -> Value:
        """The stack of the change set."""
        return self.of.stack

    def problems(self) -> Iterator[str]:
        """Yield also another place than that of the change set."""
        yield from super().problems()
        for name in ("region", "action_role"):
            if getattr(self, name) != getattr(self.of, name):
                yield f"{self.where}: {name} must be that of action {self.of.name!r}; use the same"

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return stack and change set; the change set has its role already."""
        settings: dict[str, Value] = {"ActionMode": self.mode, "StackName": self.stack}
        return _with_change_set(settings, self.of.change_set_name)


@frozen
class DeleteStack(StackAction):
    """Deletes the stack, and succeeds if it does not exist.

    ``DeleteStack(name="Delete", stack="old")``
    """

    mode: ClassVar[str] = "DELETE_ONLY"


def _with_change_set(configuration: dict[str, Value], name: Value) -> dict[str, Value]:
    """Insert the change set's name after the stack's."""
    settings: dict[str, Value] = {}
    for key, value in configuration.items():
        settings[key] = value
        if key == "StackName":
            settings["ChangeSetName"] = name
    return settings
