"""Actions on stack sets: one template in many accounts and regions."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.action_calls import ACTION_CALLS
from cfn_pipeline.aws.cloudformation import CAPABILITIES
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact, ArtifactFile
from cfn_pipeline.model.permissions import Allow, pass_roles, regional_arn
from cfn_pipeline.model.values import Value

_CREATE = "cloudformation:CreateStackSet"
_MODELS = ("SELF_MANAGED", "SERVICE_MANAGED")


@frozen
class StackSetAction(Action):
    """Base class of actions on a stack set.

    Args:
        stack_set: its name.
        targets: accounts, or organizational units for a stack set that Organizations manages;
            empty: those that it has.
        regions: in which its stacks are; empty: those that it has.

    """

    is_choice: ClassVar[bool] = True

    stack_set: str
    targets: Sequence[str] = ()
    regions: Sequence[str] = ()

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return stack set, targets and regions."""
        settings: dict[str, Value] = {"StackSetName": self.stack_set}
        if self.targets:
            settings["DeploymentTargets"] = ",".join(self.targets)
        if self.regions:
            settings["Regions"] = ",".join(self.regions)
        return settings

    @property
    def _arn(self) -> str:
        return regional_arn("cloudformation", f"stackset/{self.stack_set}:*")

    def problems(self) -> Iterator[str]:
        """Yield also an invalid name, and targets without regions."""
        yield from super().problems()
        yield from name_forms.STACK.problems(self.stack_set, self.where)
        if bool(self.targets) != bool(self.regions):
            lacking = "regions" if self.targets else "targets"
            yield f"{self.where}: {lacking} is empty; use targets and regions, or neither"


@frozen
class StackSet(StackSetAction):
    """Creates or updates a stack set, and its stacks where they are given.

    ``StackSet(name="Base", stack_set="base", template=infra.artifact / "base.yml")``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StackSets.html

    Args:
        template: a file in an artifact.
        parameters: a file in an artifact with the parameters; absent: none.
        capabilities: what it acknowledges; empty: nothing.
        permission_model: SELF_MANAGED or SERVICE_MANAGED (by Organizations).
        administration_role: the ARN of the role by which a self-managed stack set works; absent:
            AWSCloudFormationStackSetAdministrationRole.

    """

    type: ClassVar[ActionType] = ActionType(
        category="Deploy", owner="AWS", provider="CloudFormationStackSet"
    )

    template: ArtifactFile
    parameters: ArtifactFile | None = None
    capabilities: Sequence[str] = ()
    permission_model: str = _MODELS[0]
    administration_role: str | None = None

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts of template and parameters."""
        files = [self.template, *([] if self.parameters is None else [self.parameters])]
        return tuple(dict.fromkeys(file.artifact for file in files))

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return also template, parameters, capabilities and who manages it."""
        settings = super().settings(defaults) | {
            "TemplatePath": str(self.template),
            "PermissionModel": self.permission_model,
        }
        if self.parameters is not None:
            settings["Parameters"] = str(self.parameters)
        if self.capabilities:
            settings["Capabilities"] = ",".join(self.capabilities)
        if self.administration_role is not None:
            settings["AdministrationRoleArn"] = self.administration_role
        return settings

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return changing the stack set, and passing its role."""
        calls = [c for c in ACTION_CALLS["Deploy", self.type.provider] if c != _CREATE]
        changes = (
            # A stack set that does not exist yet has no ARN to which IAM could bind this.
            Allow(_CREATE, on="*"),
            Allow(
                (
                    *calls,
                    "cloudformation:CreateStackInstances",
                    "cloudformation:ListStackInstances",
                ),
                on=self._arn,
            ),
        )
        if self.permission_model != _MODELS[0]:
            return changes
        default = "role/AWSCloudFormationStackSetAdministrationRole"
        role = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{default}"
        return (*changes, pass_roles(self.administration_role or role, to=("cloudformation",)))

    def problems(self) -> Iterator[str]:
        """Yield also unknown capabilities and models."""
        yield from super().problems()
        if self.permission_model not in _MODELS:
            yield (
                f"{self.where}: unknown permission_model {self.permission_model!r}; use "
                f"{' or '.join(_MODELS)}"
            )
        for capability in self.capabilities:
            if capability not in CAPABILITIES:
                yield (
                    f"{self.where}: unknown capability {capability!r}; use "
                    f"{', '.join(CAPABILITIES)}"
                )


@frozen
class StackInstances(StackSetAction):
    """Creates or updates stacks of a stack set, or deploys them one set of regions after another.

    ``StackInstances(name="Eu", stack_set="base", targets=["111122223333"], regions=["eu-west-1"])``

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StackSets.html
    """

    type: ClassVar[ActionType] = ActionType(
        category="Deploy", owner="AWS", provider="CloudFormationStackInstances"
    )

    def permissions(self, pipeline: str) -> tuple[Allow, ...]:  # noqa: ARG002
        """Return creating the stacks."""
        return (Allow(ACTION_CALLS["Deploy", self.type.provider], on=self._arn),)

    def problems(self) -> Iterator[str]:
        """Yield also an action without targets."""
        yield from super().problems()
        if not self.regions:
            yield f"{self.where}: regions is empty; add regions and targets"
