"""Variables: ``#{namespace.name}`` is set by an action that has run before.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.texts import is_known, may_be, readable
from cfn_pipeline.analysis.uses import uses
from cfn_pipeline.checks.rule import Problem, Rule

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
    for use in uses(pipeline):
        if use.namespace in _RESERVED or _speakers(pipeline, use.namespace):
            continue
        names = ", ".join(readable(name) for name in known) or "none"
        yield Problem(
            at=use.node,
            message=f"{use.action.where}: no action has the namespace "
            f"'{readable(use.namespace)}' of {use.shown}; give the action that sets it "
            f"Namespace: {readable(use.namespace)}, or use one that there is ({names})",
        )


def _early(pipeline: Pipeline) -> Iterator[Problem]:
    for use in uses(pipeline):
        speakers = _speakers(pipeline, use.namespace)
        if speakers and all(speaker.runs_before(use.action) is False for speaker in speakers):
            speaker = speakers[0]
            if speaker is use.action:
                how = "is set by this very action"
            elif speaker.order == use.action.order:
                how = f"is set by {speaker.where}, which runs side by side with it"
            else:
                how = f"is set by {speaker.where}, which runs later"
            yield Problem(
                at=use.node,
                message=f"{use.action.where}: {use.shown} {how}; let the action that sets it run "
                "first",
            )


def _doubled(pipeline: Pipeline) -> Iterator[Problem]:
    seen: dict[str, Action] = {}
    for action in pipeline.actions:
        namespace = action.namespace
        if namespace is None:
            continue
        if namespace in seen:
            yield Problem(
                at=action.node.at("Namespace"),
                message=f"{action.where}: the namespace '{readable(namespace)}' belongs to "
                f"{seen[namespace].where}; give each action a namespace of its own",
            )
        elif namespace in _RESERVED:
            yield Problem(
                at=action.node.at("Namespace"),
                message=f"{action.where}: the namespace '{namespace}' is CodePipeline's own; "
                "choose another",
            )
        seen.setdefault(namespace, action)


def _declared(pipeline: Pipeline) -> Iterator[Problem]:
    variables = pipeline.node.at("Variables")
    if not variables.is_whole:
        return
    names = [item.at("Name").text or "" for item in variables.items()]
    for number, item in enumerate(variables.items()):
        if names[number] in names[:number]:
            yield Problem(
                at=item.at("Name"),
                message=f"{pipeline.where}: the variable '{readable(names[number])}' is declared "
                "twice; remove one of them",
            )
    for use in uses(pipeline):
        if use.namespace != "variables":
            continue
        if not any(may_be(name, use.name) for name in names):
            known = ", ".join(map(readable, names)) or "none"
            yield Problem(
                at=use.node,
                message=f"{use.action.where}: the pipeline declares no variable "
                f"'{readable(use.name)}', which {use.shown} names; add it to the pipeline's "
                f"Variables (now: {known})",
            )
        elif use.action.category == "Source":
            yield Problem(
                at=use.node,
                message=f"{use.action.where}: {use.shown} stands in a source action, where the "
                "pipeline's variables cannot be used; write the value itself",
            )


def _names(pipeline: Pipeline) -> Iterator[Problem]:
    """Find variables that nobody sets, where CodePipeline says which there are."""
    for use in uses(pipeline):
        known: Any = None
        whose = "CodePipeline"
        if use.namespace == "codepipeline":
            known = _OWN
        else:
            speakers = _speakers(pipeline, use.namespace)
            if len(speakers) == 1:
                provider = speakers[0].terms
                known = provider.variables if provider else None
                whose = speakers[0].where
                if speakers[0].provider == "Commands":
                    listed = speakers[0].node.at("OutputVariables")
                    known = [item.text for item in listed.items()] if listed.is_whole else None
        if known is not None and is_known(use.name) and use.name not in known:
            yield Problem(
                at=use.node,
                message=f"{use.action.where}: {use.shown} is not set: {whose} sets "
                f"{', '.join(map(str, known)) or 'none'}; use one of these",
            )


RULES = (
    Rule(
        id="E9601",
        title="A variable's namespace is that of an action",
        breaks="The pipeline cannot be created.",
        says="The following pipeline execution variables are referencing a namespace that does not "
        "exist.",
        mend="Give the action that sets the variable this Namespace.",
        find_in_pipeline=_unknown,
    ),
    Rule(
        id="E9602",
        title="A variable is set by an action that runs before",
        breaks="The action fails each time it runs.",
        says="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        mend="Move the action that sets it to an earlier stage, or give it a lower RunOrder.",
        find_in_pipeline=_early,
    ),
    Rule(
        id="E9603",
        title="A namespace belongs to one action",
        breaks="The pipeline cannot be created.",
        says="Namespaces must be unique across the pipeline definition.",
        mend="Give each action a namespace of its own, other than codepipeline and variables.",
        find_in_pipeline=_doubled,
    ),
    Rule(
        id="E9604",
        title="A variable of the pipeline is declared, once, and not used in sources",
        breaks="The pipeline cannot be created.",
        says="Variable names must be unique. The following variable name is already in use",
        mend="Declare it among the pipeline's Variables.",
        find_in_pipeline=_declared,
    ),
    Rule(
        id="E9605",
        title="A variable is one that its action sets",
        breaks="The action fails each time it runs.",
        says="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        mend="Use one of the variables that the provider's page lists.",
        find_in_pipeline=_names,
    ),
)
