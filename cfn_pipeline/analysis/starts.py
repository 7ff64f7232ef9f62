"""What starts pipelines: rules of EventBridge, webhooks, and whatever else may."""

from collections.abc import Iterator
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import may_be
from cfn_pipeline.analysis.pipelines import PIPELINE, Action, Pipeline
from cfn_pipeline.analysis.resolving import name_of, resource_behind
from cfn_pipeline.analysis.system import Resource, System

RULE = "AWS::Events::Rule"

#: The types besides rules that start pipelines, or may run code that does.
_OTHERS = (
    *("AWS::CodePipeline::Webhook", "AWS::CodePipeline::Pipeline", "AWS::Lambda::Function"),
    *("AWS::Pipes::Pipe", "AWS::SSM::Association", "AWS::Scheduler::Schedule"),
    *("AWS::Serverless::Function", "AWS::Serverless::StateMachine", "AWS::StepFunctions::Activity"),
    *("AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::CodeCommit::Trigger"),
    *("AWS::StepFunctions::StateMachine", "AWS::CloudFormation::CustomResource"),
)


class Target(NamedTuple):
    """A target of a rule that may be a pipeline.

    Args:
        rule: the rule.
        node: the target.
        name: the pipeline's name; may have unknown parts.

    """

    rule: Resource
    node: Node
    name: str

    def may_be(self, pipeline: Resource, system: System) -> bool:
        """Whether the target may be this pipeline."""
        return may_be(self.name, name_of(pipeline, system))


def targets(system: System) -> list[Target]:
    """Return the targets of rules that are pipelines."""
    return system.once("targets", lambda: list(_targets(system)))


def _targets(system: System) -> Iterator[Target]:
    for rule in system.resources(RULE):
        for node in properties_of(rule, system).at("Targets").items():
            arn = node.at("Arn").text
            parts = (arn or "").split(":")
            if len(parts) == 6 and parts[2] == "codepipeline":
                yield Target(rule, node, parts[5])
            elif arn is not None and _behind(node.at("Arn"), system) is not None:
                yield Target(rule, node, arn)


def _behind(node: Node, system: System) -> Resource | None:
    return resource_behind(node.value, node.template, system, PIPELINE)


def is_started(pipeline: Pipeline) -> bool:
    """Whether something in the templates starts the pipeline; True if that is not known."""
    system = pipeline.system
    if any(t.rewritten or t.hides_resources for t in system.templates):
        return True
    others = [r for r in system.resources(*_OTHERS) if r is not pipeline.resource]
    if others or any(
        resource.type.startswith("Custom::")
        for template in system.templates
        for resource in template.resources.values()
    ):
        return True
    if pipeline.node.at("Triggers").is_there or not pipeline.is_whole:
        return True
    if any(_is_opaque(rule, system) for rule in system.resources(RULE)):
        return True
    return bool(targets(system))


def _is_opaque(rule: Resource, system: System) -> bool:
    """Whether a rule may have targets that are not known."""
    nodes = properties_of(rule, system).at("Targets")
    return not nodes.is_whole or any(
        node.at("Arn").text is None or "arn:" not in str(node.at("Arn").text)
        for node in nodes.items()
    )


def starts_by_itself(action: Action) -> bool:
    """Whether CodePipeline itself looks for changes of a source; True if that is not known."""
    if action.provider == "ECR":
        return False
    if action.provider in ("S3", "CodeCommit", "GitHub"):
        return action.setting("PollForSourceChanges").text not in ("false", "False")
    return True
