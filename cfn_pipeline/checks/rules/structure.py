"""Structure: names, counts, run orders, source stage and artifact stores.

https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
"""

import re
from collections import Counter
from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.aws.name_forms import ACTION, ARTIFACT, NAMESPACE, PIPELINE, STAGE, NameForm
from cfn_pipeline.aws.pipelines import ACTIONS, ACTIONS_IN_STAGE, RUN_ORDERS, STAGES
from cfn_pipeline.checks.rule import CheckRule, Problem, problem


def _names(pipeline: Pipeline) -> Iterator[Problem]:
    yield from _name(pipeline.node.at("Name"), PIPELINE, pipeline.where)
    for stage in pipeline.stages:
        yield from _name(stage.node.at("Name"), STAGE, stage.where)
    artifacts: set[str] = set()
    for action in pipeline.actions:
        yield from _name(action.node.at("Name"), ACTION, action.where, cfn_lint="E3031")
        yield from _name(action.node.at("Namespace"), NAMESPACE, action.where)
        for artifact in (*action.inputs, *action.outputs):
            if artifact.name not in artifacts:  # each name once, where it comes first
                artifacts.add(artifact.name)
                yield from _name(artifact.node, ARTIFACT, action.where)


def _name(node: Node, form: NameForm, where: str, cfn_lint: str | None = None) -> Iterator[Problem]:
    text = node.text
    if text is None:
        return
    # Unknown parts are assumed to be valid.
    if not is_known(text):
        shown, text = readable(text), "".join(c if is_known(c) else "x" for c in text)
    else:
        shown = text
    if not form.shortest <= len(text) <= form.longest:
        yield Problem(
            at=node,
            message=f"{where}: {form.kind} must have {form.shortest} to {form.longest} characters "
            f"(has {len(text)}); change the name",
            cfn_lint=cfn_lint,
        )
    elif not re.fullmatch(form.pattern, text):
        way = "write !Sub before it" if "${" in text else f"use {form.characters}"
        yield Problem(
            at=node,
            message=f"{where}: invalid {form.kind} {shown!r}: {way}",
            cfn_lint=cfn_lint,
        )


def _duplicate_stages(pipeline: Pipeline) -> Iterator[Problem]:
    counts = Counter(stage.name for stage in pipeline.stages)
    for number, stage in enumerate(pipeline.stages):
        if stage.name != "?" and stage.name in [s.name for s in pipeline.stages[:number]]:
            yield problem(
                stage,
                stage.node.at("Name"),
                f"{counts[stage.name]} stages have this name; stage names must be unique",
                cfn_lint="E3002",
            )


def _duplicate_actions(pipeline: Pipeline) -> Iterator[Problem]:
    for stage in pipeline.stages:
        seen: set[str] = set()
        for action in stage.actions:
            if action.name in seen and action.name != "?":
                yield problem(
                    action,
                    action.node.at("Name"),
                    "another action of the stage has this name; names must be unique within a "
                    "stage",
                    cfn_lint="E3002",
                )
            seen.add(action.name)


def _stage_count(pipeline: Pipeline) -> Iterator[Problem]:
    node, count = pipeline.node.at("Stages"), len(pipeline.stages)
    if isinstance(node.value, list) and node.is_whole and count not in STAGES:
        yield problem(
            pipeline,
            node,
            f"the pipeline must have {STAGES} stages (has {count}); the first is for sources",
            cfn_lint="E3032" if len(node.value) < STAGES.least else None,
        )


def _action_count(pipeline: Pipeline) -> Iterator[Problem]:
    for stage in pipeline.stages:
        node, count = stage.node.at("Actions"), len(stage.actions)
        if node.is_there and not (isinstance(node.value, list) and node.is_whole):
            continue
        if stage.node.hides_keys:
            continue
        if count not in ACTIONS_IN_STAGE:
            yield problem(
                stage,
                node if node.is_there else stage.node,
                f"a stage must have {ACTIONS_IN_STAGE} actions (has {count}); add actions, or "
                "split the stage",
                cfn_lint=None if count else "E3032" if node.value == [] else "E3003",
            )

    if len(pipeline.actions) > ACTIONS.most:
        yield problem(
            pipeline,
            pipeline.node.at("Stages"),
            f"it has {len(pipeline.actions):,} actions; CodePipeline takes {ACTIONS.most:,} in a "
            "pipeline; divide it",
        )


def _run_orders(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        node = action.node.at("RunOrder")
        text = node.text
        if text is None or not is_known(text):
            continue
        if not re.fullmatch("-?[0-9]{1,9}", text) or int(text) not in RUN_ORDERS:
            yield problem(
                action,
                node,
                f"invalid RunOrder {text}: use an integer from {RUN_ORDERS}",
                cfn_lint=None if re.fullmatch("-?[0-9]{1,9}", text) else "E3012",
            )


def _first_stage(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.stages or not pipeline.is_whole:
        return
    first = pipeline.stages[0]
    for action in first.actions:
        if action.category not in (None, "Source"):
            yield problem(
                action,
                action.node,
                f"the first stage can only contain source actions, but this is a {action.category} "
                "action; move it to a later stage",
                cfn_lint="E3700",
            )
    if first.actions and not any(a.category in (None, "Source") for a in first.actions):
        yield problem(
            first,
            first.node,
            "the first stage has no source action; start the pipeline with a stage of source "
            "actions",
            cfn_lint="E3700",
        )


def _late_sources(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole:
        return
    for action in pipeline.actions:
        if action.category == "Source" and action.stage.number:
            yield problem(
                action,
                action.node,
                "source actions must be in the first stage (this one is in stage "
                f"{action.stage.number + 1}); move it to '{readable(pipeline.stages[0].name)}'",
                cfn_lint="E3700",
            )


def _stores(pipeline: Pipeline) -> Iterator[Problem]:
    if pipeline.node.hides_keys or any(
        entry.hides_keys for entry in pipeline.node.at("ArtifactStores").items()
    ):
        return
    one, many = pipeline.node.at("ArtifactStore"), pipeline.node.at("ArtifactStores")
    if one.is_there and many.is_there:
        yield problem(
            pipeline,
            many,
            "ArtifactStore and ArtifactStores are both set; keep one of them",
            cfn_lint="E3014",
        )
    if not one.is_there and not many.is_there:
        yield problem(
            pipeline,
            pipeline.node,
            "an artifact store is required; add ArtifactStore, or ArtifactStores for actions in "
            "several regions",
            cfn_lint="E3014",
        )
    for location in (one, *(item.at("ArtifactStore") for item in many.items())):
        text = location.at("Location").text
        if text is not None and text.startswith("arn:"):
            yield problem(
                pipeline,
                location.at("Location"),
                "Location of the artifact store must be a bucket name, not an ARN; use !Ref of "
                "the bucket",
            )
    used = {
        region
        for action in pipeline.actions
        if (region := action.node.at("Region").text) is not None and is_known(region)
    }
    if one.is_there and len(used) > 1:
        yield problem(
            pipeline,
            one,
            f"the actions run in several regions ({', '.join(sorted(used))}), but there is only "
            "one artifact store; use ArtifactStores with a bucket for each region",
        )
    regions = [item.at("Region").text or "" for item in many.items()]
    for number, region in enumerate(regions):
        if region and region in regions[:number]:
            yield problem(
                pipeline,
                many,
                f"ArtifactStores contains region {readable(region)} twice; keep one bucket for "
                "each region",
            )
    # What we render names regions other than the pipeline's.
    own = pipeline.system.unknowns.open("AWS::Region") if pipeline.system.is_rendered else None
    known = all(is_known(region) or region == own for region in regions)
    if not many.is_there or not many.is_whole or not known:
        return
    for action in pipeline.actions:
        region = action.node.at("Region").text
        if region is not None and is_known(region) and region not in regions:
            yield problem(
                action,
                action.node.at("Region"),
                f"the action runs in {region}, but ArtifactStores has no bucket for that region; "
                f"add one (currently: {', '.join(map(readable, regions))})",
            )


RULES = (
    CheckRule(
        id="E9201",
        title="Names have valid characters and lengths",
        impact="The pipeline cannot be created.",
        aws_message="1 validation error detected: Value '...' at '...' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+",
        fix="Use at most 100 letters, digits and . @ - _ (for artifacts only - and _).",
        source=f"{CODEPIPELINE}/limits.html",
        certainty="documented",
        find_in_pipeline=_names,
    ),
    CheckRule(
        id="E9202",
        title="Stage names are unique",
        impact="The pipeline cannot be created.",
        aws_message="Stage name '...' is used more than once",
        fix="Rename one of the stages.",
        source=f"{CODEPIPELINE}/pipeline-requirements.html",
        certainty="documented",
        find_in_pipeline=_duplicate_stages,
    ),
    CheckRule(
        id="E9203",
        title="Action names are unique within a stage",
        impact="The pipeline cannot be created.",
        fix="Rename one of the actions.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="documented",
        find_in_pipeline=_duplicate_actions,
    ),
    CheckRule(
        id="E9204",
        title=f"A pipeline has {STAGES} stages",
        impact="The pipeline cannot be created.",
        aws_message="Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a "
        "pipeline",
        fix="Put the sources into a separate stage; split a pipeline that is too long.",
        source=f"{CODEPIPELINE}/pipeline-requirements.html",
        certainty="documented",
        find_in_pipeline=_stage_count,
    ),
    CheckRule(
        id="E9205",
        title=f"A stage has {ACTIONS_IN_STAGE} actions, a pipeline {ACTIONS.most:,} at most",
        impact="The pipeline cannot be created.",
        fix="Remove an empty stage; split a stage or pipeline that is too large.",
        source="awslabs/aws-deployment-framework#792",
        certainty="observed",
        find_in_pipeline=_action_count,
    ),
    CheckRule(
        id="E9206",
        title=f"RunOrder is an integer from {RUN_ORDERS}",
        impact="The pipeline cannot be created.",
        aws_message="Value at '...runOrder' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1",
        fix="Number the actions of a stage from 1; actions with the same number run in parallel.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="documented",
        find_in_pipeline=_run_orders,
    ),
    CheckRule(
        id="E9207",
        title="The first stage contains source actions only",
        impact="The pipeline cannot be created.",
        aws_message="Pipeline should start with a stage that only contains source actions",
        fix="Move the other actions to a later stage.",
        source=f"{CODEPIPELINE}/pipeline-requirements.html",
        certainty="documented",
        find_in_pipeline=_first_stage,
    ),
    CheckRule(
        id="E9208",
        title="All source actions are in the first stage",
        impact="The pipeline cannot be created.",
        aws_message="Source actions can only be included in the first stage of the pipeline",
        fix="Move the source to the first stage; sources run in parallel.",
        source=f"{CODEPIPELINE}/pipeline-requirements.html",
        certainty="documented",
        find_in_pipeline=_late_sources,
    ),
    CheckRule(
        id="E9209",
        title="Each region with actions has an artifact store",
        impact="The pipeline cannot be created.",
        aws_message="Your pipeline must have an artifact store, such as an artifact bucket, for "
        "each region where you have an action.",
        fix="Set ArtifactStore, or ArtifactStores with an entry for each region.",
        source=f"{CODEPIPELINE}/pipeline-requirements.html",
        certainty="documented",
        find_in_pipeline=_stores,
    ),
)
