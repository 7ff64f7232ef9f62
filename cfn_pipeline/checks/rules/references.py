"""References to files in artifacts: the artifact must be an input of the action.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-parameter-override-functions.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.artifact_references import (
    FILE_SETTINGS,
    ArtifactFunction,
    artifact_functions,
    file_references,
)
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.aws.guides import CLOUDFORMATION, CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_ATTRIBUTES = ("BucketName", "ObjectKey", "URL")
_FORMS = {
    "Fn::GetParam": "[artifact, JSON file, key]",
    "Fn::GetArtifactAtt": f"[artifact, {' or '.join(_ATTRIBUTES)}]",
}


def _reading(pipeline: Pipeline) -> Iterator[Action]:
    """Yield the actions that read a template and its configuration.

    Others, such as those that execute a change set, do not look at these settings.
    """
    for action in pipeline.actions:
        mode = action.mode_terms
        deploys = mode is not None and mode.reads_template
        if deploys or (action.reads_templates and not action.is_cloudformation):
            yield action


def _foreign_files(key: str, cfn_lint: str | None, pipeline: Pipeline) -> Iterator[Problem]:
    for action in _reading(pipeline):
        if action.node.hides_keys or not action.node.at("InputArtifacts").is_whole:
            continue
        for file in file_references(action):
            if file.key == key and not action.may_read(file.artifact):
                yield problem(
                    action,
                    file.node,
                    f"{key} uses '{readable(file.path)}' of artifact '{readable(file.artifact)}', "
                    "which is not an input artifact of the action; add it to the action's "
                    f"InputArtifacts (currently: {action.inputs_named})",
                    cfn_lint=cfn_lint,
                )


def _foreign_templates(pipeline: Pipeline) -> Iterator[Problem]:
    yield from _foreign_files("TemplatePath", "E3703", pipeline)


def _foreign_configurations(pipeline: Pipeline) -> Iterator[Problem]:
    yield from _foreign_files("TemplateConfiguration", None, pipeline)


def _foreign_values(function: str, pipeline: Pipeline) -> Iterator[Problem]:
    for action in pipeline.actions:
        if not action.is_cloudformation or not action.node.at("InputArtifacts").is_whole:
            continue
        if action.node.hides_keys:
            continue
        for call in artifact_functions(action):
            if call.function == function and call.artifact is not None:
                if action.may_read(call.artifact) or not _is_well_formed(call):
                    continue
                yield problem(
                    action,
                    call.node,
                    f"{function} for parameter '{call.parameter}' uses artifact "
                    f"'{readable(call.artifact)}', which is not an input artifact of the action; "
                    f"add it to the action's InputArtifacts (currently: {action.inputs_named})",
                )


def _foreign_params(pipeline: Pipeline) -> Iterator[Problem]:
    yield from _foreign_values("Fn::GetParam", pipeline)


def _foreign_attributes(pipeline: Pipeline) -> Iterator[Problem]:
    yield from _foreign_values("Fn::GetArtifactAtt", pipeline)


def _malformed(pipeline: Pipeline) -> Iterator[Problem]:
    for action in _reading(pipeline):
        for key in FILE_SETTINGS:
            node = action.setting(key)
            text = node.text
            if text and is_known(text):  # an empty value is a mistake of another rule
                artifact, separator, path = text.partition("::")
                if not separator or not artifact or not path or path.startswith("/"):
                    yield problem(
                        action,
                        node,
                        f"invalid {key} '{text}': use 'Artifact::path/in/the/artifact'",
                        cfn_lint="E3703" if key == "TemplatePath" and not separator else None,
                    )
        for call in artifact_functions(action):
            if _is_well_formed(call):
                continue
            if call.function in _FORMS:
                mistake = (
                    f"invalid arguments {_shown(call.arguments)} for {call.function}: use "
                    f"{_FORMS[call.function]}"
                )
            else:
                mistake = f"unknown function {call.function}; use {' or '.join(_FORMS)}"
            yield problem(
                action,
                call.node,
                f"ParameterOverrides, parameter '{call.parameter}': {mistake}",
            )


def _is_well_formed(call: ArtifactFunction) -> bool:
    if call.function == "Fn::GetParam":
        return _is_texts(call.arguments, 3)
    if call.function == "Fn::GetArtifactAtt" and _is_texts(call.arguments, 2):
        attribute = call.arguments[1]
        return attribute in _ATTRIBUTES or not is_known(attribute)
    return False


def _shown(value: object) -> str:
    return readable(str(value))


def _is_texts(arguments: object, count: int) -> bool:
    return (
        isinstance(arguments, list)
        and len(arguments) == count
        and all(isinstance(a, str) and a for a in arguments)
    )


RULES = (
    CheckRule(
        id="E9105",
        title="TemplatePath uses an input artifact of the action",
        impact="The pipeline cannot be created.",
        fix="Add the artifact to the action's InputArtifacts.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_foreign_templates,
    ),
    CheckRule(
        id="E9106",
        title="TemplateConfiguration uses an input artifact of the action",
        impact="The pipeline cannot be created.",
        fix="Add the artifact to the action's InputArtifacts.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_foreign_configurations,
    ),
    CheckRule(
        id="E9107",
        title="Fn::GetParam uses an input artifact of the action",
        impact="The pipeline can be created, but the action fails each time it runs.",
        fix="Add the artifact to the action's InputArtifacts.",
        source=f"{CLOUDFORMATION}/continuous-delivery-codepipeline-parameter-override-functions.html",
        certainty="documented",
        find_in_pipeline=_foreign_params,
    ),
    CheckRule(
        id="E9108",
        title="Fn::GetArtifactAtt uses an input artifact of the action",
        impact="The pipeline can be created, but the action fails each time it runs.",
        fix="Add the artifact to the action's InputArtifacts.",
        source=f"{CLOUDFORMATION}/continuous-delivery-codepipeline-parameter-override-functions.html",
        certainty="documented",
        find_in_pipeline=_foreign_attributes,
    ),
    CheckRule(
        id="E9109",
        title="References into artifacts have the form that CodePipeline reads",
        impact="The pipeline cannot be created, or the action fails when it runs.",
        fix="Write Artifact::path, {'Fn::GetParam': [artifact, JSON file, key]} or "
        "{'Fn::GetArtifactAtt': [artifact, attribute]}.",
        source=f"{CLOUDFORMATION}/continuous-delivery-codepipeline-parameter-override-functions.html",
        certainty="documented",
        find_in_pipeline=_malformed,
    ),
)
