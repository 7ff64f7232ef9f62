"""Variables: ``#{namespace.name}`` is set by an action that has run before.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.partial_text import is_known, may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.variable_references import variable_references
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

__all__ = ["RULES"]

_RESERVED = ("codepipeline", "variables")
_OWN = ("PipelineExecutionId",)


def _speakers(pipeline: Pipeline, namespace: str) -> list[Action]:
    return [
        action
        for action in pipeline.actions
        if action.namespace is not None and may_be(action.namespace, namespace)
    ]


def _unknown(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole:
        return
    known = [a.namespace for a in pipeline.actions if a.namespace is not None]
    for reference in variable_references(pipeline):
        if reference.namespace in _RESERVED or _speakers(pipeline, reference.namespace):
            continue
        names = ", ".join(readable(name) for name in known) or "none"
        yield problem(
            reference.action,
            reference.node,
            f"no action has the namespace '{readable(reference.namespace)}' of {reference.shown}; "
            f"give the action that sets it Namespace: {readable(reference.namespace)}, or use one "
            f"that there is ({names})",
        )


def _early(pipeline: Pipeline) -> Iterator[Problem]:
    for reference in variable_references(pipeline):
        speakers = _speakers(pipeline, reference.namespace)
        if speakers and all(speaker.runs_before(reference.action) is False for speaker in speakers):
            speaker = speakers[0]
            if speaker is reference.action:
                how = "is set by this very action"
            elif speaker.order == reference.action.order:
                how = f"is set by {speaker.where}, which runs side by side with it"
            else:
                how = f"is set by {speaker.where}, which runs later"
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} {how}; let the action that sets it run first",
            )


def _doubled(pipeline: Pipeline) -> Iterator[Problem]:
    seen: dict[str, Action] = {}
    for action in pipeline.actions:
        namespace = action.namespace
        if namespace is None:
            continue
        if namespace in seen:
            yield problem(
                action,
                action.node.at("Namespace"),
                f"the namespace '{readable(namespace)}' belongs to {seen[namespace].where}; give "
                "each action a namespace of its own",
            )
        elif namespace in _RESERVED:
            yield problem(
                action,
                action.node.at("Namespace"),
                f"the namespace '{namespace}' is CodePipeline's own; choose another",
            )
        seen.setdefault(namespace, action)


def _declared(pipeline: Pipeline) -> Iterator[Problem]:
    variables = pipeline.node.at("Variables")
    if not variables.is_whole:
        return
    names = [item.at("Name").text or "" for item in variables.items()]
    for number, item in enumerate(variables.items()):
        if names[number] in names[:number]:
            yield problem(
                pipeline,
                item.at("Name"),
                f"the variable '{readable(names[number])}' is declared twice; remove one of them",
            )
    for reference in variable_references(pipeline):
        if reference.namespace != "variables":
            continue
        if not any(may_be(name, reference.name) for name in names):
            known = ", ".join(map(readable, names)) or "none"
            yield problem(
                reference.action,
                reference.node,
                f"the pipeline declares no variable '{readable(reference.name)}', which "
                f"{reference.shown} names; add it to the pipeline's Variables (now: {known})",
            )
        elif reference.action.category == "Source":
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} stands in a source action, where the pipeline's variables "
                "cannot be used; write the value itself",
            )


def _names(pipeline: Pipeline) -> Iterator[Problem]:
    """Find variables that nobody sets, where CodePipeline says which there are."""
    for reference in variable_references(pipeline):
        known: Any = None
        whose = "CodePipeline"
        if reference.namespace == "codepipeline":
            known = _OWN
        else:
            speakers = _speakers(pipeline, reference.namespace)
            if len(speakers) == 1:
                provider = speakers[0].terms
                known = provider.variables if provider else None
                whose = speakers[0].where
                if speakers[0].provider == "Commands":
                    listed = speakers[0].node.at("OutputVariables")
                    known = [item.text for item in listed.items()] if listed.is_whole else None
        if known is not None and is_known(reference.name) and reference.name not in known:
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} is not set: {whose} sets "
                f"{', '.join(map(str, known)) or 'none'}; use one of these",
            )


RULES = (
    CheckRule(
        id="E9601",
        title="A variable's namespace is that of an action",
        impact="The pipeline cannot be created.",
        aws_message="The following pipeline execution variables are referencing a namespace that "
        "does not exist.",
        fix="Give the action that sets the variable this Namespace.",
        find_in_pipeline=_unknown,
    ),
    CheckRule(
        id="E9602",
        title="A variable is set by an action that runs before",
        impact="The action fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Move the action that sets it to an earlier stage, or give it a lower RunOrder.",
        find_in_pipeline=_early,
    ),
    CheckRule(
        id="E9603",
        title="A namespace belongs to one action",
        impact="The pipeline cannot be created.",
        aws_message="Namespaces must be unique across the pipeline definition.",
        fix="Give each action a namespace of its own, other than codepipeline and variables.",
        find_in_pipeline=_doubled,
    ),
    CheckRule(
        id="E9604",
        title="A variable of the pipeline is declared, once, and not used in sources",
        impact="The pipeline cannot be created.",
        aws_message="Variable names must be unique. The following variable name is already in use",
        fix="Declare it among the pipeline's Variables.",
        find_in_pipeline=_declared,
    ),
    CheckRule(
        id="E9605",
        title="A variable is one that its action sets",
        impact="The action fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Use one of the variables that the provider's page lists.",
        find_in_pipeline=_names,
    ),
)
