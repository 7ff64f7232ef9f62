"""Variables: ``#{namespace.name}`` must be set by an earlier action.

https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
"""

from collections.abc import Iterator
from typing import Any

from cfn_pipeline.analysis.partial_text import is_known, may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.variable_references import variable_references
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_RESERVED = ("codepipeline", "variables")
_OWN = ("PipelineExecutionId",)


def _setters(pipeline: Pipeline, namespace: str) -> list[Action]:
    return [
        action
        for action in pipeline.actions
        if action.namespace is not None
        and namespace not in _RESERVED
        and may_be(action.namespace, namespace)
    ]


def _unknown(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole:
        return
    namespaces = [a.namespace for a in pipeline.actions if a.namespace is not None]
    for reference in variable_references(pipeline):
        if reference.namespace in _RESERVED or _setters(pipeline, reference.namespace):
            continue
        names = ", ".join(readable(name) for name in namespaces) or "none"
        yield problem(
            reference.action,
            reference.node,
            f"namespace '{readable(reference.namespace)}' of {reference.shown} does not exist; add "
            f"Namespace: {readable(reference.namespace)} to the action that sets the variable, or "
            f"use an existing one ({names})",
        )


def _set_later(pipeline: Pipeline) -> Iterator[Problem]:
    for reference in variable_references(pipeline):
        setters = _setters(pipeline, reference.namespace)
        if setters and all(setter.runs_before(reference.action) is False for setter in setters):
            setter = setters[0]
            if setter is reference.action:
                how = "is set by the same action"
            elif setter.order == reference.action.order:
                how = f"is set by {setter.where}, which runs in parallel"
            else:
                how = f"is set by {setter.where}, which runs later"
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} {how}; run the action that sets it first",
            )


def _duplicates(pipeline: Pipeline) -> Iterator[Problem]:
    seen: dict[str, Action] = {}
    for action in pipeline.actions:
        namespace = action.namespace
        if namespace is None:
            continue
        if namespace in seen:
            yield problem(
                action,
                action.node.at("Namespace"),
                f"namespace '{readable(namespace)}' is also used by {seen[namespace].where}; "
                "namespaces must be unique",
            )
        elif namespace in _RESERVED:
            yield problem(
                action,
                action.node.at("Namespace"),
                f"namespace '{namespace}' is reserved by CodePipeline; choose another one",
            )
        seen.setdefault(namespace, action)


def _declared(pipeline: Pipeline) -> Iterator[Problem]:
    variables = pipeline.node.at("Variables")
    if not variables.is_whole or pipeline.node.hides_keys:
        return
    if any(item.hides_keys for item in variables.items()):
        return
    names = [item.at("Name").text or "" for item in variables.items()]
    for number, item in enumerate(variables.items()):
        if names[number] in names[:number]:
            yield problem(
                pipeline,
                item.at("Name"),
                f"variable '{readable(names[number])}' is declared twice; remove one of the "
                "declarations",
            )
    for reference in variable_references(pipeline):
        if reference.namespace != "variables":
            continue
        if not any(may_be(name, reference.name) for name in names):
            declared = ", ".join(map(readable, names)) or "none"
            yield problem(
                reference.action,
                reference.node,
                f"variable '{readable(reference.name)}' of {reference.shown} is not declared; add "
                f"it to the pipeline's Variables (currently: {declared})",
            )
        elif reference.action.category == "Source":
            yield problem(
                reference.action,
                reference.node,
                f"source actions cannot use variables of the pipeline (got {reference.shown}); "
                "write the value itself",
            )


def _names(pipeline: Pipeline) -> Iterator[Problem]:
    """Find variables that are not among those that an action sets."""
    for reference in variable_references(pipeline):
        names: Any = None
        setter = "CodePipeline"
        if reference.namespace == "codepipeline":
            names = _OWN
        else:
            setters = _setters(pipeline, reference.namespace)
            if len(setters) == 1:
                provider = setters[0].terms
                names = provider.variables if provider else None
                setter = setters[0].where
                if setters[0].provider == "Commands":
                    listed = setters[0].node.at("OutputVariables")
                    names = [item.text for item in listed.items()] if listed.is_whole else None
        if names is not None and is_known(reference.name) and reference.name not in names:
            yield problem(
                reference.action,
                reference.node,
                f"{reference.shown} is not set; use a variable that {setter} sets: "
                f"{', '.join(map(str, names)) or 'none'}",
            )


RULES = (
    CheckRule(
        id="E9601",
        title="Namespaces of variables exist",
        impact="The pipeline cannot be created.",
        aws_message="The following pipeline execution variables are referencing a namespace that "
        "does not exist.",
        fix="Add this Namespace to the action that sets the variable.",
        source=f"{CODEPIPELINE}/reference-variables.html",
        certainty="documented",
        find_in_pipeline=_unknown,
    ),
    CheckRule(
        id="E9602",
        title="Variables are set by earlier actions",
        impact="The action fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Move the action that sets it to an earlier stage, or give it a lower RunOrder.",
        source=f"{CODEPIPELINE}/reference-variables.html",
        certainty="documented",
        find_in_pipeline=_set_later,
    ),
    CheckRule(
        id="E9603",
        title="Namespaces are unique",
        impact="The pipeline cannot be created.",
        aws_message="Namespaces must be unique across the pipeline definition.",
        fix="Give each action a unique namespace, other than codepipeline and variables.",
        source=f"{CODEPIPELINE}/reference-variables.html",
        certainty="documented",
        find_in_pipeline=_duplicates,
    ),
    CheckRule(
        id="E9604",
        title="Pipeline variables are declared once, and not used in source actions",
        impact="The pipeline cannot be created.",
        aws_message="Variable names must be unique. The following variable name is already in use",
        fix="Declare the variable in the pipeline's Variables; in source actions write the value "
        "itself.",
        source=f"{CODEPIPELINE}/reference-variables.html",
        certainty="documented",
        find_in_pipeline=_declared,
    ),
    CheckRule(
        id="E9605",
        title="Variables are among those that the action sets",
        impact="The action fails each time it runs.",
        aws_message="An action in this pipeline failed because one or more variables could not be "
        "resolved",
        fix="Use one of the variables that the AWS documentation of the provider lists.",
        source=f"{CODEPIPELINE}/reference-variables.html",
        certainty="documented",
        find_in_pipeline=_names,
    ),
)
