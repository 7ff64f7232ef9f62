"""What a pipeline is in a picture."""

import re
from pathlib import PurePath

from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline, Stage
from cfn_pipeline.aws.pipelines import GATES
from cfn_pipeline.diagrams.actions import action_lines
from cfn_pipeline.diagrams.conditions import condition_of
from cfn_pipeline.diagrams.pictures import ActionBox, PipelinePicture, StageBox
from cfn_pipeline.diagrams.starts import starts_of
from cfn_pipeline.evaluation.places import home_of, place_of, region_of


def pipeline_picture(pipeline: Pipeline) -> PipelinePicture:
    """Return the picture of a pipeline."""
    name = pipeline.node.at("Name").text
    known = name if name and is_known(name) else pipeline.resource.logical_id
    return PipelinePicture(
        name=PurePath(pipeline.resource.template.file).name if known == "Pipeline" else known,
        stages=[_stage_box(stage, pipeline) for stage in pipeline.stages],
        starts=starts_of(pipeline, lambda text: _shown(pipeline, text)),
    )


def _stage_box(stage: Stage, pipeline: Pipeline) -> StageBox:
    boxes = [_action_box(action, pipeline) for action in stage.actions]
    before, *after = (
        condition_of(stage, gate, lambda text: _shown(pipeline, text)) for gate in GATES
    )
    return StageBox(
        name=_shown(pipeline, stage.name),
        actions=sorted(boxes, key=lambda box: box.order),
        before=before,
        after=[box for box in after if box is not None],
    )


def _action_box(action: Action, pipeline: Pipeline) -> ActionBox:
    def shown(text: str) -> str:
        return _shown(pipeline, text)

    provider = action.node.at("ActionTypeId").at("Provider").text
    return ActionBox(
        name=shown(action.name),
        kind=(action.category or "").lower(),
        lines=action_lines(
            action.category,
            shown(provider or "?"),
            lambda key: shown(action.setting(key).text or ""),
        ),
        inputs=[shown(artifact.name) for artifact in action.inputs],
        outputs=[shown(artifact.name) for artifact in action.outputs],
        order=action.order[1] if action.order else 1,
        place=_place(action, pipeline),
    )


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
