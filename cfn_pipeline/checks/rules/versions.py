"""Features that only pipelines of type V2 have: execution modes, conditions, triggers.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types-planning.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, may_be, readable
from cfn_pipeline.analysis.pipelines import Pipeline, Stage
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.aws.pipelines import (
    CONNECTION_PROVIDER,
    EXECUTION_MODES,
    GATES,
    ONLY_V2_MODES,
    PIPELINE_TYPES,
    PULL_REQUEST_EVENTS,
    TRIGGER_FILTERS,
    TRIGGER_PATTERNS,
    TRIGGERS,
)
from cfn_pipeline.checks.rule import CheckRule, Problem, problem


def _only_v2(pipeline: Pipeline) -> Iterator[Problem]:
    if pipeline.node.at("PipelineType").text != "V1":
        return
    for node, what in _features(pipeline):
        yield problem(
            pipeline,
            node,
            f"{what} not available for PipelineType V1; set PipelineType: V2, or remove the "
            "feature",
        )


def _features(pipeline: Pipeline) -> Iterator[tuple[Node, str]]:
    """Yield the features that only pipelines of type V2 have."""
    for key, what in (("Triggers", "triggers with filters are"), ("Variables", "variables are")):
        node = pipeline.node.at(key)
        if node.items():
            yield node, what
    mode = pipeline.node.at("ExecutionMode")
    if mode.text in ONLY_V2_MODES:
        yield mode, f"execution mode {mode.text} is"
    for stage in pipeline.stages:
        for gate in GATES:
            if stage.node.at(gate).is_there:
                yield stage.node.at(gate), f"{stage.where}: {gate} is"
    for action in pipeline.actions:
        provider = action.terms
        if provider is not None and provider.v2:
            yield (
                action.node.at("ActionTypeId"),
                f"{action.where}: {action.category} actions of {action.provider} are",
            )


def _execution_mode(pipeline: Pipeline) -> Iterator[Problem]:
    for key, values, cfn_lint in (
        ("ExecutionMode", EXECUTION_MODES, "E3030"),
        ("PipelineType", PIPELINE_TYPES, "E3030"),
    ):
        node = pipeline.node.at(key)
        if node.text is not None and is_known(node.text) and node.text not in values:
            yield problem(
                pipeline,
                node,
                f"invalid {key} '{node.text}': use {' or '.join(values)}",
                cfn_lint=cfn_lint,
            )


def _results(stage: Stage, gate: str) -> Iterator[Node]:
    """Yield the Result of a gate (such as OnFailure) and of its conditions."""
    node = stage.node.at(gate)
    if node.at("Result").is_there:
        yield node.at("Result")
    for condition in node.at("Conditions").items():
        if condition.at("Result").is_there:
            yield condition.at("Result")


def _no_rollback(pipeline: Pipeline) -> Iterator[Problem]:
    parallel = pipeline.node.at("ExecutionMode").text == "PARALLEL"
    for stage in pipeline.stages:
        for gate in GATES:
            for result in _results(stage, gate):
                if result.text != "ROLLBACK":
                    continue
                if parallel:
                    yield problem(
                        stage,
                        result,
                        f"Result ROLLBACK of {gate} is not available for execution mode PARALLEL; "
                        "use QUEUED or SUPERSEDED, or remove the rollback",
                    )
                elif not stage.number:
                    yield problem(
                        stage,
                        result,
                        f"Result ROLLBACK of {gate} is not available for the first stage; remove "
                        "it",
                    )


def _gates(pipeline: Pipeline) -> Iterator[Problem]:
    for stage in pipeline.stages:
        for gate, results in GATES.items():
            node = stage.node.at(gate)
            for result in _results(stage, gate):
                if result.text is None or not is_known(result.text) or result.text in results:
                    continue
                in_condition = "Conditions" in result.path[len(node.path) :]
                yield problem(
                    stage,
                    result,
                    f"invalid Result '{result.text}' of {gate}: use {' or '.join(results)}",
                    cfn_lint="E3030" if gate == "OnFailure" and not in_condition else None,
                )
            if node.at("Result").is_there and node.at("Conditions").items():
                yield problem(
                    stage,
                    node.at("Result"),
                    f"{gate} has both Result and Conditions; keep one of them",
                )


def _triggers(pipeline: Pipeline) -> Iterator[Problem]:
    sources = [a for stage in pipeline.stages[:1] for a in stage.actions]
    triggers = pipeline.node.at("Triggers")
    if len(triggers.items()) > TRIGGERS.most:
        yield problem(
            pipeline,
            triggers,
            f"the pipeline must have at most {TRIGGERS.most} triggers (has "
            f"{len(triggers.items())}); remove some of them",
        )
    seen: set[str] = set()
    for trigger in triggers.items():
        node = trigger.at("GitConfiguration").at("SourceActionName")
        name = node.text
        if name is None:
            continue
        if name in seen:
            yield problem(
                pipeline,
                node,
                f"a second trigger uses source '{readable(name)}'; put all filters of a source "
                "into one trigger",
            )
        seen.add(name)
        meant = [a for a in sources if may_be(a.name, name)]
        connected = [a for a in sources if a.provider in (None, CONNECTION_PROVIDER)]
        names = ", ".join(readable(a.name) for a in connected) or "none"
        if not meant and pipeline.is_whole:
            mistake = f"no source action has the name '{readable(name)}'"
        elif meant and not any(a in connected for a in meant):
            mistake = f"'{readable(name)}' is a source action of {meant[0].provider}"
        else:
            continue
        yield problem(
            pipeline,
            node,
            f"SourceActionName of a trigger must be a source action of {CONNECTION_PROVIDER}, but "
            f"{mistake}; use one of them ({names})",
        )


def _filters(pipeline: Pipeline) -> Iterator[Problem]:
    for trigger in pipeline.node.at("Triggers").items():
        git = trigger.at("GitConfiguration")
        for kind in ("Push", "PullRequest"):
            filters = git.at(kind).items()
            if len(filters) > TRIGGER_FILTERS.most:
                yield problem(
                    pipeline,
                    git.at(kind),
                    f"a trigger must have at most {TRIGGER_FILTERS.most} filters of {kind} (has "
                    f"{len(filters)}); remove some of them",
                )
            for entry in filters:
                for event in entry.at("Events").items():
                    if is_known(event.text) and event.text not in PULL_REQUEST_EVENTS:
                        yield problem(
                            pipeline,
                            event,
                            f"invalid pull request event '{event.text}': use "
                            f"{', '.join(PULL_REQUEST_EVENTS)}",
                        )
                others = [k for k in ("Branches", "FilePaths") if entry.at(k).is_there]
                if entry.at("Tags").is_there and others:
                    yield problem(
                        pipeline,
                        entry,
                        f"a filter of {kind} has Tags together with {' and '.join(others)}; put "
                        "tags into a separate filter",
                    )
                for key in ("Branches", "FilePaths", "Tags"):
                    for way in ("Includes", "Excludes"):
                        patterns = entry.at(key).at(way)
                        if len(patterns.items()) > TRIGGER_PATTERNS.most:
                            yield problem(
                                pipeline,
                                patterns,
                                f"{way} of {key} must have at most {TRIGGER_PATTERNS.most} "
                                f"patterns (has {len(patterns.items())}); remove some of them",
                            )


RULES = (
    CheckRule(
        id="E9501",
        title="Features of type V2 are used in pipelines of type V2 only",
        impact="The pipeline cannot be created.",
        aws_message="Triggers on tag can only be used with V2 pipelines",
        fix="Set PipelineType: V2 (billed by the minute), or remove the feature.",
        source=f"{CODEPIPELINE}/pipeline-types.html",
        certainty="documented",
        find_in_pipeline=_only_v2,
    ),
    CheckRule(
        id="E9502",
        title="PipelineType and ExecutionMode are valid",
        impact="The pipeline cannot be created.",
        fix="Use V1 or V2, and SUPERSEDED, QUEUED or PARALLEL.",
        source="https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html",
        certainty="documented",
        find_in_pipeline=_execution_mode,
    ),
    CheckRule(
        id="E9503",
        title="Rollback is used in stages and execution modes that support it",
        impact="The pipeline cannot be created.",
        aws_message="Failure conditions with rollback result type cannot be added to a PARALLEL "
        "pipeline.",
        fix="Use execution mode QUEUED or SUPERSEDED; remove the rollback from the first stage.",
        source=f"{CODEPIPELINE}/stage-rollback.html",
        certainty="documented",
        find_in_pipeline=_no_rollback,
    ),
    CheckRule(
        id="E9504",
        title="Triggers use source actions with a connection",
        impact="The pipeline cannot be created.",
        aws_message="Triggers for connections must reference a CodeStarSourceConnection action. "
        "Note that when you specify a trigger, you can't specify more than one trigger per source "
        "action.",
        fix="Set SourceActionName to an action of the first stage with provider "
        "CodeStarSourceConnection.",
        source=f"{CODEPIPELINE}/pipelines-triggers.html",
        certainty="documented",
        find_in_pipeline=_triggers,
    ),
    CheckRule(
        id="E9505",
        title="Results of stage conditions are valid",
        impact="The pipeline cannot be created.",
        fix="BeforeEntry: FAIL or SKIP; OnSuccess: FAIL or ROLLBACK; OnFailure: ROLLBACK or RETRY.",
        source=f"{CODEPIPELINE}/stage-conditions.html",
        certainty="documented",
        find_in_pipeline=_gates,
    ),
    CheckRule(
        id="E9506",
        title="Number and combination of trigger filters are valid",
        impact="The pipeline cannot be created.",
        aws_message="The trigger configuration for the source action is not valid. Make sure to "
        "choose valid filter combinations.",
        fix="Use at most three filters of a kind and eight patterns in each; put tags into a "
        "separate filter.",
        source=f"{CODEPIPELINE}/limits.html",
        certainty="documented",
        find_in_pipeline=_filters,
    ),
)
