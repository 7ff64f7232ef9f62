"""Pipelines, stages and actions, in one scenario of the template's conditions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, may_be, readable
from cfn_pipeline.analysis.scenarios import conditions_in, scenarios
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.cloudformation import ACTION_MODES, ActionMode
from cfn_pipeline.aws.providers import PROVIDERS, Provider

PIPELINE = "AWS::CodePipeline::Pipeline"


class Named(NamedTuple):
    """A name and its place."""

    name: str
    node: Node


@dataclass(frozen=True, eq=False)
class Action:
    """An action of a stage."""

    node: Node
    stage: "Stage"

    @cached_property
    def name(self) -> str:
        """The action's name, which may have unknown parts; ``?`` if it is missing."""
        return self.node.at("Name").text or "?"

    @cached_property
    def where(self) -> str:
        """The action, as messages show it."""
        return f"stage '{readable(self.stage.name)}', action '{readable(self.name)}'"

    @cached_property
    def category(self) -> str | None:
        """Source, Build, Test, Deploy, Invoke, Approval or Compute; None if not known."""
        return _known(self.node.at("ActionTypeId").at("Category").text)

    @cached_property
    def owner(self) -> str | None:
        """AWS, ThirdParty or Custom; None if not known."""
        return _known(self.node.at("ActionTypeId").at("Owner").text)

    @cached_property
    def provider(self) -> str | None:
        """CodeBuild, CloudFormation and so on; None if not known."""
        return _known(self.node.at("ActionTypeId").at("Provider").text)

    @cached_property
    def terms(self) -> Provider | None:
        """The requirements of its provider; None if not known."""
        return PROVIDERS.get((self.category, self.owner, self.provider))

    @property
    def is_cloudformation(self) -> bool:
        """Whether it deploys a stack."""
        return self.category == "Deploy" and self.provider == "CloudFormation"

    @property
    def reads_templates(self) -> bool:
        """Whether it deploys stacks or stack sets."""
        return self.is_cloudformation or self.provider == "CloudFormationStackSet"

    @property
    def is_codebuild(self) -> bool:
        """Whether it runs a CodeBuild project."""
        return self.provider == "CodeBuild"

    @property
    def is_approval(self) -> bool:
        """Whether it is a manual approval."""
        return self.category == "Approval"

    @cached_property
    def mode(self) -> str | None:
        """The ActionMode of a CloudFormation action; None for other actions, or if not known."""
        return _known(self.setting("ActionMode").text) if self.is_cloudformation else None

    @property
    def mode_terms(self) -> ActionMode | None:
        """What is known of its mode; None: nothing."""
        return ACTION_MODES.get(self.mode or "")

    @cached_property
    def order(self) -> tuple[int, int] | None:
        """The number of its stage and its run order; None if not known."""
        node = self.node.at("RunOrder")
        if not node.is_there and not self.node.hides_keys:
            return self.stage.number, 1
        text = node.text
        if text is None or not re.fullmatch("-?[0-9]{1,9}", text):
            return None
        return self.stage.number, int(text)

    def runs_before(self, other: "Action") -> bool | None:
        """Whether it ends before ``other`` starts; None if not known."""
        if self.stage.number != other.stage.number:
            return self.stage.number < other.stage.number
        if self.order is None or other.order is None:
            return None
        return self.order < other.order

    @cached_property
    def inputs(self) -> list[Named]:
        """Its input artifacts."""
        return _names(self.node.at("InputArtifacts"))

    @cached_property
    def outputs(self) -> list[Named]:
        """Its output artifacts."""
        return _names(self.node.at("OutputArtifacts"))

    @property
    def inputs_named(self) -> str:
        """The names of its input artifacts, for messages."""
        return named([artifact.name for artifact in self.inputs])

    def may_read(self, artifact: str) -> bool:
        """Whether an artifact may be one of its inputs."""
        return any(may_be(artifact, other.name) for other in self.inputs)

    @cached_property
    def namespace(self) -> str | None:
        """The namespace of its variables; None if it has none."""
        return self.node.at("Namespace").text

    @cached_property
    def configuration(self) -> Node:
        """Its configuration; a string of JSON is parsed."""
        return self.node.at("Configuration").parsed

    def setting(self, key: str) -> Node:
        """Return a value of its configuration."""
        return self.configuration.at(key)


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage and its number, from 0."""

    node: Node
    number: int

    @cached_property
    def name(self) -> str:
        """The stage's name, which may have unknown parts; ``?`` if it is missing."""
        return self.node.at("Name").text or "?"

    @property
    def where(self) -> str:
        """The stage, as messages show it."""
        return f"stage '{readable(self.name)}'"

    @cached_property
    def actions(self) -> list[Action]:
        """Its actions, in the order of the template."""
        return [
            Action(item, self)
            for item in self.node.at("Actions").items()
            if isinstance(item.value, dict) and not item.is_function
        ]


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A pipeline, in one scenario of its template's conditions."""

    resource: Resource
    node: Node

    @property
    def system(self) -> System:
        """The templates of its system."""
        return self.node.system

    @property
    def where(self) -> str:
        """The pipeline, as messages show it."""
        return f"pipeline {self.resource.logical_id}"

    @cached_property
    def stages(self) -> list[Stage]:
        """Its stages."""
        items = self.node.at("Stages").items()
        return [
            Stage(item, number)
            for number, item in enumerate(items)
            if isinstance(item.value, dict) and not item.is_function
        ]

    @cached_property
    def actions(self) -> list[Action]:
        """Its actions, in the order in which they run, as far as known."""
        actions = [action for stage in self.stages for action in stage.actions]
        return sorted(actions, key=lambda action: action.order or (action.stage.number, 0))

    @cached_property
    def is_whole(self) -> bool:
        """Whether all stages, actions and artifacts are known.

        If not, something that seems to be missing may exist.
        """
        stages = self.node.at("Stages")
        lists = [stages] + [stage.node.at("Actions") for stage in self.stages]
        lists += [a.node.at(k) for a in self.actions for k in ("InputArtifacts", "OutputArtifacts")]
        return (
            isinstance(stages.value, list)
            and all(isinstance(n.value, list) and n.is_whole for n in lists if n.is_there)
            and not self.node.hides_keys
            and not any(stage.node.hides_keys for stage in self.stages)
            and not any(action.node.hides_keys for action in self.actions)
        )


def pipelines(system: System) -> list[Pipeline]:
    """Return each pipeline of the templates, once for each scenario of its conditions.

    Templates that a macro rewrites are left out.
    """
    return system.once("pipelines", lambda: list(_pipelines(system)))


def _pipelines(system: System) -> Iterator[Pipeline]:
    for resource in system.resources(PIPELINE):
        if resource.template.rewritten:
            continue
        names = conditions_in(resource.properties)
        condition = resource.body.get("Condition")
        if isinstance(condition, str):
            names.add(condition)
        for scenario in scenarios(resource.template.content, names):
            if not isinstance(condition, str) or scenario[condition]:
                yield Pipeline(resource, properties_of(resource, system, scenario))


def named(names: Iterable[str]) -> str:
    """Return names as a list in messages."""
    return ", ".join(dict.fromkeys(readable(name) for name in names)) or "none"


def _known(text: str | None) -> str | None:
    return text if is_known(text) else None


def _names(node: Node) -> list[Named]:
    names = []
    for item in node.items():
        name = item.at("Name")
        text = name.text
        if text is not None:
            names.append(Named(name=text, node=name))
    return names
