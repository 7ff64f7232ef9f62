"""The picture of a run as it went."""

from collections.abc import Mapping
from typing import Any

from cfn_pipeline.diagrams.actions import action_lines
from cfn_pipeline.diagrams.pictures import ActionBox, PipelinePicture, StageBox, State
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline
from cfn_pipeline.rehearsal.report.words import LABELS, duration

#: Characters of a message in the picture; the whole one is at the action.
_LONGEST = 90

STATES: Mapping[str, State] = {
    Status.NOT_STARTED: "waiting",
    Status.IN_PROGRESS: "running",
    Status.SUCCEEDED: "good",
    Status.FAILED: "bad",
    Status.REJECTED: "bad",
    Status.SKIPPED: "held",
    Status.STOPPED: "held",
}


def run_picture(pipeline: Pipeline, result: Mapping[str, Any]) -> PipelinePicture:
    """Return the picture of a run.

    Args:
        pipeline: the pipeline.
        result: of the run, from ``result_of``.

    """
    return PipelinePicture(
        name=pipeline.name,
        stages=[
            StageBox(
                name=stage.name,
                actions=[
                    _box(action, entry, result)
                    for action, entry in zip(
                        (action for group in stage.groups for action in group),
                        outcome["actions"],
                        strict=True,
                    )
                ],
                state=STATES[outcome["status"]],
                outcome=LABELS[outcome["status"]].lower(),
            )
            for stage, outcome in zip(pipeline.stages, result["stages"], strict=True)
        ],
    )


def _box(action: Action, entry: Mapping[str, Any], result: Mapping[str, Any]) -> ActionBox:
    begun = entry["status"] != Status.NOT_STARTED
    return ActionBox(
        name=action.name,
        kind=action.category.lower(),
        lines=["Manual approval"] if action.is_approval else _lines(action),
        inputs=(),
        outputs=(),
        order=action.run_order,
        place=_place(action, result),
        state=STATES[entry["status"]],
        outcome=_outcome(entry),
        note=_note(entry),
        link=f"#{action.id}" if begun else "",
    )


def _lines(action: Action) -> list[str]:
    settings = action.configuration
    return action_lines(action.category, action.provider, lambda key: settings.get(key, ""))


def _place(action: Action, result: Mapping[str, Any]) -> str:
    elsewhere = action.account not in (None, result["account"])
    account = f"account {action.account}" if elsewhere else ""
    region = "" if action.region in (None, result["region"]) else str(action.region)
    return ", ".join(part for part in (account, region) if part)


def _outcome(entry: Mapping[str, Any]) -> str:
    """Return how an action went: ``1.2 s``, ``Failed, 0.1 s``, ``approved by --approve``."""
    status, time = entry["status"], duration(entry["seconds"])
    if _is_answered(entry):
        return str(entry["message"])
    if status == Status.SUCCEEDED:
        return time
    return f"{LABELS[status]}, {time}" if status == Status.FAILED else LABELS[status]


def _note(entry: Mapping[str, Any]) -> str:
    """Return the message of an action, without the end of a long one."""
    message = "" if _is_answered(entry) else str(entry["message"])
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


def _is_answered(entry: Mapping[str, Any]) -> bool:
    """Whether the message of an action tells who has approved or rejected it."""
    is_approval = entry["category"] == "Approval"
    return is_approval and entry["status"] in (Status.SUCCEEDED, Status.REJECTED)
