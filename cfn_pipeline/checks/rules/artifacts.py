"""Artifacts: each is produced by one action, before other actions use it."""

from collections.abc import Iterator

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.partial_text import may_be, readable
from cfn_pipeline.analysis.pipelines import Action, Named, Pipeline, named, pipelines
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.aws.providers import ARTIFACT_SETTINGS
from cfn_pipeline.checks.rule import CheckRule, Problem, problem


def _makers(pipeline: Pipeline, name: str) -> list[Action]:
    """Return the actions that may produce an artifact with this name."""
    return [a for a in pipeline.actions for out in a.outputs if may_be(out.name, name)]


def _scenarios(pipeline: Pipeline) -> list[Pipeline]:
    """Return the pipeline in each scenario of its conditions."""
    return [p for p in pipelines(pipeline.system) if p.resource is pipeline.resource]


def _unknown_inputs(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole:
        return
    names = [out.name for action in pipeline.actions for out in action.outputs]
    for action in pipeline.actions:
        for artifact in action.inputs:
            if _makers(pipeline, artifact.name):
                continue
            name = readable(artifact.name)
            absent = [a for other in _scenarios(pipeline) for a in _makers(other, artifact.name)]
            if absent:
                mistake = (
                    f"input artifact '{name}' is an output of {absent[0].where} under a condition "
                    "only; put the input under the same condition"
                )
            else:
                mistake = (
                    f"input artifact '{name}' is not an output of any action; use an existing "
                    f"artifact ({named(names)}), or add it to the OutputArtifacts of the action "
                    "that produces it"
                )
            yield problem(action, artifact.node, mistake, cfn_lint="E3701")


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
        how = "an output of the same action"
        way = "use an output of an earlier action"
    elif maker.order == action.order:
        how = f"an output of {maker.where}, which runs in parallel"
        way = "give the action that uses it a higher RunOrder"
    else:
        how = f"an output of {maker.where}, which runs later"
        way = "move one of the actions"
    # cfn-lint compares positions in the text.
    behind = maker.node.path >= action.node.path if _same_shape(maker, action) else False
    return problem(
        action,
        artifact.node,
        f"input artifact '{name}' is {how}; {way}",
        cfn_lint="E3701" if behind else None,
    )


def _same_shape(maker: Action, action: Action) -> bool:
    a, b = maker.node.path, action.node.path
    return [type(step) for step in a] == [type(step) for step in b]


def _duplicates(pipeline: Pipeline) -> Iterator[Problem]:
    makers: dict[str, Action] = {}
    for action in pipeline.actions:
        for artifact in action.outputs:
            first = makers.setdefault(artifact.name, action)
            if first is action and artifact is action.outputs[_index(action, artifact)]:
                continue
            yield problem(
                action,
                artifact.node,
                f"output artifact '{readable(artifact.name)}' is also an output of {first.where}; "
                "names of output artifacts must be unique",
                cfn_lint="E3701",
            )


def _index(action: Action, artifact: Named) -> int:
    """Return the number of the first output of the same name."""
    return next(i for i, out in enumerate(action.outputs) if out.name == artifact.name)


def _unused(pipeline: Pipeline) -> Iterator[Problem]:
    if not pipeline.is_whole or not pipeline.actions:
        return
    # An action under a condition may use it in another scenario.
    used = [
        a.name for other in _scenarios(pipeline) for action in other.actions for a in action.inputs
    ]
    unpacked = {
        build.action: build.buildspec.content
        for build in builds(pipeline)
        if build.buildspec is not None
    }
    inputs = [a.name for action in pipeline.actions for a in action.inputs]
    if not all(_makers(pipeline, name) for name in inputs):
        return  # one of these may be a misspelt name of the unused artifact
    used_namespaces = str([action.node.value for action in pipeline.actions])
    last = pipeline.stages[-1].number
    for action in pipeline.actions:
        # Images and archives often only start the pipeline; reports are for people.
        expects_use = action.category == "Source" and action.provider not in ("ECR", "S3")
        expects_use = expects_use or action.category == "Build"
        sets_variables = action.namespace and f"#{{{action.namespace}." in used_namespaces
        if action.stage.number == last or not expects_use or sets_variables:
            continue
        content = unpacked.get(action)
        if content is not None and content.artifact is None and not content.secondary:
            continue  # the console adds an output to each build; this one is empty
        for artifact in action.outputs:
            if not any(may_be(artifact.name, name) for name in used):
                yield problem(
                    action,
                    artifact.node,
                    f"no action uses the output artifact '{readable(artifact.name)}'; add it to "
                    "the InputArtifacts of the action that needs it, or remove the output",
                )


def _primary_source(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        inputs = action.node.at("InputArtifacts")
        if not action.is_codebuild or not inputs.is_whole or action.node.hides_keys:
            continue
        if action.configuration.hides_keys:
            continue
        primary = action.setting("PrimarySource")
        if primary.text is None and not primary.is_there and len(action.inputs) > 1:
            yield problem(
                action,
                action.configuration,
                f"PrimarySource is required for {len(action.inputs)} input artifacts; set it to "
                f"the artifact that contains the buildspec ({action.inputs_named})",
            )
        elif primary.text is not None and not action.may_read(primary.text):
            yield problem(
                action,
                primary,
                f"PrimarySource '{readable(primary.text)}' is not an input artifact of the action; "
                f"use one of its inputs ({action.inputs_named})",
            )


def _foreign_settings(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        if not action.node.at("InputArtifacts").is_whole or action.node.hides_keys:
            continue
        for key in ARTIFACT_SETTINGS.get(action.provider or "", ()):
            node = action.setting(key)
            if node.text is not None and not action.may_read(node.text):
                yield problem(
                    action,
                    node,
                    f"{key} '{readable(node.text)}' is not an input artifact of the action; add it "
                    f"to the action's InputArtifacts (currently: {action.inputs_named})",
                )


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _counts(pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        provider = action.terms
        if provider is None or action.node.hides_keys:
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
                    f"{kind} has {_entries(len(artifacts))}; {action.category} actions of "
                    f"{action.provider} take {takes}",
                    cfn_lint="E3702" if provider.counted_by_cfn_lint else None,
                )


RULES = (
    CheckRule(
        id="E9101",
        title="Every input artifact is an output of an action",
        impact="The pipeline cannot be created or updated.",
        fix="Use an artifact that is in the OutputArtifacts of an earlier action.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="documented",
        find_in_pipeline=_unknown_inputs,
    ),
    CheckRule(
        id="E9102",
        title="Input artifacts are outputs of earlier actions",
        impact="The pipeline cannot be created: stages run in order, and so do run orders within "
        "a stage; actions with the same run order run in parallel.",
        fix="Move the action that produces it to an earlier stage, or give it a lower RunOrder.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="documented",
        find_in_pipeline=_late_inputs,
    ),
    CheckRule(
        id="E9103",
        title="Output artifact names are unique",
        impact="The pipeline cannot be created.",
        aws_message="Output Artifact Bundle name must be unique within the pipeline. ... has been "
        "used more than once.",
        fix="Give each output artifact a unique name.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="documented",
        find_in_pipeline=_duplicates,
    ),
    CheckRule(
        id="W9104",
        severity="info",
        title="Every artifact is used",
        impact="Nothing fails, but the files that were built or fetched are not deployed.",
        fix="Add it to the InputArtifacts of the action that needs it, or remove it.",
        source=f"{CODEPIPELINE}/action-requirements.html",
        certainty="inferred",
        find_in_pipeline=_unused,
    ),
    CheckRule(
        id="E9110",
        title="PrimarySource is set for several inputs, and is one of them",
        impact="The action fails: CodeBuild cannot find the buildspec.",
        fix="Set PrimarySource to the name of one of the InputArtifacts.",
        source=f"{CODEPIPELINE}/action-reference-CodeBuild.html",
        certainty="documented",
        find_in_pipeline=_primary_source,
    ),
    CheckRule(
        id="E9111",
        title="Artifacts in settings are inputs of the action",
        impact="The pipeline cannot be created, or the action fails when it runs.",
        fix="Add the artifact to the action's InputArtifacts.",
        source=f"{CODEPIPELINE}/action-reference.html",
        certainty="documented",
        find_in_pipeline=_foreign_settings,
    ),
    CheckRule(
        id="E9112",
        title="The number of artifacts is valid for the provider",
        impact="The pipeline cannot be created.",
        aws_message="Action ... declares 0 input artifacts which is less than the minimum count "
        "(1)",
        fix="Add or remove InputArtifacts or OutputArtifacts.",
        source=f"{CODEPIPELINE}/reference-action-artifacts.html",
        certainty="documented",
        find_in_pipeline=_counts,
    ),
)
