"""What a pipeline is in a picture."""

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline, Stage
from cfn_pipeline.aws.cloudformation import ActionMode
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.diagrams.pictures import ActionBox, PipelinePicture, StageBox
from cfn_pipeline.evaluation.places import home_of, place_of, region_of

#: Providers that people know by another name.
_PROVIDERS = {
    CONNECTION_PROVIDER: "Connection",
    "CodeDeployToECS": "CodeDeploy to ECS",
    "CloudFormationStackSet": "CloudFormation stack set",
    "CloudFormationStackInstances": "CloudFormation stack instances",
    "ECRBuildAndPublish": "Builds and publishes an image",
    "StepFunctions": "Step Functions",
}

#: The settings that name what a source reads, and the words before the name.
_SOURCES = {"FullRepositoryId": "", "RepositoryName": "", "Repo": "", "S3Bucket": ""}
_REVISIONS = {"BranchName": "branch ", "Branch": "branch ", "ImageTag": "tag ", "S3ObjectKey": ""}
#: The settings that name what an action uses.
_TARGETS = {
    "ProjectName": "project ",
    "ServiceName": "service ",
    "ApplicationName": "application ",
    "FunctionName": "function ",
    "StateMachineArn": "",
    "PipelineName": "pipeline ",
    "StackSetName": "stack set ",
    "BucketName": "bucket ",
}


def pipeline_picture(pipeline: Pipeline) -> PipelinePicture:
    """Return the picture of a pipeline."""
    name = pipeline.node.at("Name").text
    known = name if name and is_known(name) else pipeline.resource.logical_id
    return PipelinePicture(
        name=PurePath(pipeline.resource.template.file).name if known == "Pipeline" else known,
        stages=[_stage_box(stage, pipeline) for stage in pipeline.stages],
    )


def _stage_box(stage: Stage, pipeline: Pipeline) -> StageBox:
    boxes = [_action_box(action, pipeline) for action in stage.actions]
    return StageBox(
        name=_shown(pipeline, stage.name), actions=sorted(boxes, key=lambda box: box.order)
    )


def _action_box(action: Action, pipeline: Pipeline) -> ActionBox:
    def shown(text: str) -> str:
        return _shown(pipeline, text)

    return ActionBox(
        name=shown(action.name),
        kind=(action.category or "").lower(),
        lines=[line for line in _lines(action, shown) if line],
        inputs=[shown(artifact.name) for artifact in action.inputs],
        outputs=[shown(artifact.name) for artifact in action.outputs],
        order=action.order[1] if action.order else 1,
        place=_place(action, pipeline),
    )


def _lines(action: Action, shown: Callable[[str], str]) -> Iterator[str]:
    if action.is_approval:
        yield "Waits for an approval"
        return
    if action.is_cloudformation:
        yield "CloudFormation"
        yield f"{_deed(action.mode_terms)} {shown(action.setting('StackName').text or '?')}"
        return
    provider = shown(action.node.at("ActionTypeId").at("Provider").text or "?")
    yield _PROVIDERS.get(provider, provider)
    for settings in (_SOURCES, _REVISIONS, _TARGETS):
        for key, word in settings.items():
            text = shown(action.setting(key).text or "")
            # A name that AWS generates says less than that of the action.
            if text.replace("...", ""):
                yield f"{word}{text}"
                break


def _deed(mode: ActionMode | None) -> str:
    """Return what an action does with a stack, by its mode."""
    if mode is None:
        return "Stack"
    if "ChangeSetName" in mode.settings:
        return "Makes a change set for" if mode.reads_template else "Executes the change set of"
    return "Deploys stack" if mode.reads_template else "Deletes stack"


def _place(action: Action, pipeline: Pipeline) -> str:
    home, place = home_of(pipeline), place_of(action, pipeline)
    region = region_of(action, pipeline)
    if place is None:
        where = f"with role {_shown(pipeline, action.node.at('RoleArn').text or '?')}"
    else:
        is_home = place.account == home.account
        where = "" if is_home else f"account {_shown(pipeline, place.account)}"
    parts = (where, "" if region == home.region else _shown(pipeline, region))
    return ", ".join(part for part in parts if part)


def _shown(pipeline: Pipeline, text: str) -> str:
    """Return a text with the names of parameters for its unknown parts."""
    return "".join(
        character if is_known(character) else _variable(pipeline, character) for character in text
    )


def _variable(pipeline: Pipeline, character: str) -> str:
    match pipeline.system.unknowns.source_of(character):
        case (_, str(thing)) if name := re.fullmatch(r"\{'Ref': '(\w+)'\}", thing):
            return f"${{{name[1]}}}"
        case _:
            return readable(character)
