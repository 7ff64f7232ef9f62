"""The result of a run, as people and programs read it."""

from typing import Any

from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Stage, pipeline_of_record
from cfn_pipeline.rehearsal.report.limits import LIMITS
from cfn_pipeline.rehearsal.run.journal import Journal

__all__ = ["result_of"]

_OF_RUN = ("run", "pipeline", "execution_id", "status", "error", "started", "ended", "seconds")


def result_of(journal: Journal) -> dict[str, Any]:
    """Return what is known of a run; JSON can hold it."""
    said = journal.said
    plan = said["plan"]
    stages = []
    if "definition" in said:
        pipeline = pipeline_of_record(said["definition"])
        stages = [_stage(stage, journal) for stage in pipeline.stages]
    return {
        **{key: said.get(key) for key in _OF_RUN},
        "folder": str(journal.folder),
        "template": plan["template"],
        "sources": plan["sources"],
        "region": plan["region"],
        "aws": _aws(plan),
        "account": said.get("account"),
        "stages": stages,
        "artifacts": list(said.get("artifacts", {}).values()),
        "notices": said["notices"],
        "stand_ins": said.get("stand_ins", []),
        "limits": LIMITS,
    }


def _aws(plan: dict[str, Any]) -> str:
    if plan["live"] is not None:
        return "AWS"
    return plan["endpoint"] or "embedded"


def _stage(stage: Stage, journal: Journal) -> dict[str, Any]:
    actions = [_action(action, journal) for group in stage.groups for action in group]
    return {
        "name": stage.name,
        "status": _together([action["status"] for action in actions]),
        "actions": actions,
    }


def _action(action: Action, journal: Journal) -> dict[str, Any]:
    known = journal.action(action.id)
    return {
        "name": action.name,
        "category": action.category,
        "provider": action.provider,
        "run_order": action.run_order,
        "inputs": list(action.inputs),
        "outputs": list(action.outputs),
        "status": str(journal.status(action.id)),
        "seconds": known.get("seconds", 0.0),
        "message": known.get("message", ""),
        "variables": known.get("variables", {}),
        "details": known.get("details", {}),
    }


def _together(statuses: list[str]) -> str:
    """Return the status of a stage, given those of its actions."""
    for status in (Status.IN_PROGRESS, Status.STOPPED, Status.FAILED, Status.REJECTED):
        if status in statuses:
            return status
    done = [status for status in statuses if Status(status).is_done]
    if len(done) == len(statuses):
        return Status.SUCCEEDED if Status.SUCCEEDED in done else Status.SKIPPED
    return Status.IN_PROGRESS if done else Status.NOT_STARTED
