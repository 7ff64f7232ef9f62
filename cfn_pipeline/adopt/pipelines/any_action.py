"""Actions of any provider, for pipelines in Python that have settings without a field."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.actions import Action, ActionDefaults, ActionType
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.values import Value


@frozen
class AnyAction(Action):
    """An action whose type and settings are written as AWS spells them.

    ``AnyAction(name="Deploy", category="Deploy", provider="CodeDeploy", configuration={})``

    The pipeline's role gets no permissions for it.

    Args:
        category: such as Deploy.
        owner: AWS, ThirdParty or Custom.
        provider: such as CodeDeploy.
        version: of the provider.
        configuration: the settings, by AWS's keys; empty: none.
        reads: input artifacts; empty: none.
        makes: the names of output artifacts; empty: none.

    """

    python_only: ClassVar[bool] = True

    category: str
    owner: str = "AWS"
    provider: str
    version: str = "1"
    configuration: Mapping[str, Value] = field(default_factory=dict)
    reads: Sequence[Artifact] = ()
    makes: Sequence[str] = ()

    @property
    def type(self) -> ActionType:  # type: ignore[override]
        """Its ActionTypeId."""
        return ActionType(
            category=self.category, owner=self.owner, provider=self.provider, version=self.version
        )

    @property
    def inputs(self) -> tuple[Artifact, ...]:
        """The artifacts that it reads."""
        return tuple(self.reads)

    @property
    def outputs(self) -> tuple[Artifact, ...]:
        """The artifacts that it produces."""
        return tuple(map(Artifact, self.makes))

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:  # noqa: ARG002
        """Return the settings as they are."""
        return dict(self.configuration)


@frozen
class AnyConnectedSource(ConnectedSource):
    """A repository of a connection, with settings that the other classes have no field for.

    ``AnyConnectedSource(..., configuration={"OutputArtifactFormat": "CODEBUILD_CLONE_REF"})``

    Args:
        configuration: further settings, by AWS's keys.

    """

    configuration: Mapping[str, Value] = field(default_factory=dict)

    def settings(self, defaults: ActionDefaults) -> dict[str, Value]:
        """Return also the further settings."""
        return {**super().settings(defaults), **self.configuration}
