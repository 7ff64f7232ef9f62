"""Artifacts: made once, before they are read, and read by somebody."""

from collections.abc import Iterator

from cfn_pipeline.analysis.partial_text import may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Named, Pipeline, named
from cfn_pipeline.aws.providers import ARTIFACT_SETTINGS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

__all__ = ["RULES"]


def _makers(pipeline: Pipeline, name: str) -> list[Action]:
    """Return the actions that may make an artifact of this name."""
    return [a for a in pipeline.actions for out in a.outputs if may_be(out.name, name)]


def _unknown_inputs(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole:
        return
    made = [out.name for action in pipeline.actions for out in action.outputs]
    for action in pipeline.actions:
        for artifact in action.inputs:
            if not _makers(pipeline, artifact.name):
                yield problem(
                    action,
                    artifact.node,
                    f"no action makes the input artifact '{readable(artifact.name)}'; name one "
                    f"that is made ({named(made)}), or add it to the OutputArtifacts of the action "
                    "that makes it",
                    cfn_lint="E3701",
                )


def _late_inputs(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        for artifact in action.inputs:
            makers = _makers(pipeline, artifact.name)
            if not makers or not pipeline.is_whole:
                continue
            if all(maker.runs_before(action) is False for maker in makers):
                yield _late(action, artifact, makers[0])


def _late(action: Action, artifact: Named, maker: Action) -> Problem:
    name = readable(artifact.name)
    if maker is action:
        how = "made by the action itself"
        way = "name the artifact of an earlier action"
    elif maker.order == action.order:
        how = f"made by {maker.where}, which runs side by side with it"
        way = "give the reader a higher RunOrder"
    else:
        how = f"made by {maker.where}, which runs later"
        way = "move one of them"
    # cfn-lint goes by the order of the text.
    behind = maker.node.path >= action.node.path if _same_shape(maker, action) else False
    return problem(
        action,
        artifact.node,
        f"the input artifact '{name}' is {how}; {way}",
        cfn_lint="E3701" if behind else None,
    )


def _same_shape(maker: Action, action: Action) -> bool:
    a, b = maker.node.path, action.node.path
    return [type(step) for step in a] == [type(step) for step in b]


def _made_twice(pipeline: Pipeline) -> Iterator[Problem]:
    makers: dict[str, Action] = {}
    for action in pipeline.actions:
        for artifact in action.outputs:
            first = makers.setdefault(artifact.name, action)
            if first is action and artifact is action.outputs[_index(action, artifact)]:
                continue
            yield problem(
                action,
                artifact.node,
                f"the artifact '{readable(artifact.name)}' is made by {first.where} already; give "
                "each output artifact a name of its own",
                cfn_lint="E3701",
            )


def _index(action: Action, artifact: Named) -> int:
    """Return the number of the first output of the same name."""
    return next(i for i, out in enumerate(action.outputs) if out.name == artifact.name)


def _unread(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole or not pipeline.actions:
        return
    read = [a.name for action in pipeline.actions for a in action.inputs]
    if not all(_makers(pipeline, name) for name in read):
        return  # one of these may be a misspelt name of the artifact that nobody reads
    used_namespaces = str([action.node.value for action in pipeline.actions])
    last = pipeline.stages[-1].number
    for action in pipeline.actions:
        # Images and archives are often there to start the pipeline, reports to be looked at.
        meant_for_others = action.category == "Source" and action.provider not in ("ECR", "S3")
        meant_for_others = meant_for_others or action.category == "Build"
        speaks = action.namespace and f"#{{{action.namespace}." in used_namespaces
        if action.stage.number == last or not meant_for_others or speaks:
            continue
        for artifact in action.outputs:
            if not any(may_be(artifact.name, name) for name in read):
                yield problem(
                    action,
                    artifact.node,
                    f"no action reads the artifact '{readable(artifact.name)}'; add it to the "
                    "InputArtifacts of the action that needs it, or leave the output out",
                )


def _primary_source(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        inputs = action.node.at("InputArtifacts")
        if not action.is_codebuild or not inputs.is_whole or action.configuration.is_function:
            continue
        primary = action.setting("PrimarySource")
        if primary.text is None and not primary.is_there and len(action.inputs) > 1:
            yield problem(
                action,
                action.configuration,
                f"it has {len(action.inputs)} input artifacts; say with PrimarySource which of "
                f"them holds the buildspec ({action.inputs_named})",
            )
        elif primary.text is not None and not action.may_read(primary.text):
            yield problem(
                action,
                primary,
                f"PrimarySource is '{readable(primary.text)}', which is no input of the action; "
                f"name one that is ({action.inputs_named})",
            )


def _foreign_settings(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        if not action.node.at("InputArtifacts").is_whole:
            continue
        for key in ARTIFACT_SETTINGS.get(action.provider or "", ()):
            node = action.setting(key)
            if node.text is not None and not action.may_read(node.text):
                yield problem(
                    action,
                    node,
                    f"{key} is '{readable(node.text)}', which is no input of the action; add it to "
                    f"the action's InputArtifacts (now: {action.inputs_named})",
                )


def _counts(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        provider = action.terms
        if provider is None:
            continue
        for kind, artifacts, (fewest, most) in (
            ("InputArtifacts", action.inputs, provider.inputs),
            ("OutputArtifacts", action.outputs, provider.outputs),
        ):
            node = action.node.at(kind)
            if not fewest <= len(artifacts) <= most and (not node.is_there or node.is_whole):
                takes = str(most) if fewest == most else f"{fewest} to {most}"
                yield problem(
                    action,
                    node if node.is_there else action.node,
                    f"it has {len(artifacts)} {kind}; {action.category} actions of "
                    f"{action.provider} take {takes}",
                    cfn_lint="E3702" if provider.counted_by_cfn_lint else None,
                )


RULES = (
    CheckRule(
        id="E9101",
        title="An input artifact is made by an action of the pipeline",
        impact="The pipeline cannot be created or updated.",
        fix="Name an artifact that an earlier action has among its OutputArtifacts.",
        find_in_pipeline=_unknown_inputs,
    ),
    CheckRule(
        id="E9102",
        title="An input artifact is made by an action that runs before",
        impact="The pipeline cannot be created: stages run in order, and so do run orders within "
        "a stage; what has the same run order runs side by side.",
        fix="Move the action that makes it to an earlier stage, or give it a lower RunOrder.",
        find_in_pipeline=_late_inputs,
    ),
    CheckRule(
        id="E9103",
        title="An artifact is made once",
        impact="The pipeline cannot be created: names of output artifacts are unique.",
        aws_message="Output Artifact Bundle name must be unique within the pipeline. ... has been "
        "used more than once.",
        fix="Give each output artifact a name of its own.",
        find_in_pipeline=_made_twice,
    ),
    CheckRule(
        id="W9104",
        title="An artifact is read by somebody",
        impact="Nothing fails; but what was built or fetched is not what gets deployed.",
        fix="Add it to the InputArtifacts of the action that needs it, or leave it out.",
        find_in_pipeline=_unread,
    ),
    CheckRule(
        id="E9110",
        title="A build with several inputs says which is the primary one, and it is an input",
        impact="The action fails: CodeBuild does not know where the buildspec is.",
        fix="Set PrimarySource to the name of one of the InputArtifacts.",
        find_in_pipeline=_primary_source,
    ),
    CheckRule(
        id="E9111",
        title="An artifact that a setting names is an input of the action",
        impact="The pipeline cannot be created, or the action fails when it runs.",
        fix="Add the artifact to the action's InputArtifacts.",
        find_in_pipeline=_foreign_settings,
    ),
    CheckRule(
        id="E9112",
        title="An action has as many artifacts as its provider takes",
        impact="The pipeline cannot be created.",
        aws_message="Action ... declares 0 input artifacts which is less than the minimum count "
        "(1)",
        fix="Add or remove InputArtifacts or OutputArtifacts.",
        find_in_pipeline=_counts,
    ),
)
