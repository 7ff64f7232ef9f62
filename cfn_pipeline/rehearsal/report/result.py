"""The result of a run, as JSON values."""

import shlex
from collections.abc import Mapping
from typing import Any

from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from cfn_pipeline.rehearsal.report.limits import LIMITS
from cfn_pipeline.rehearsal.run.journal import Journal

_OF_RUN = ("run", "pipeline", "execution_id", "status", "error", "started", "ended", "seconds")


def result_of(journal: Journal) -> dict[str, Any]:
    """Return the result of a run."""
    data = journal.data
    plan = data["plan"]
    stages = []
    if "definition" in data:
        pipeline = Pipeline.from_dict(data["definition"])
        stages = [_stage(stage, journal) for stage in pipeline.stages]
    return {
        **{key: data.get(key) for key in _OF_RUN},
        "folder": str(journal.folder.path),
        "template": plan["template"],
        "sources": plan["sources"],
        "region": plan["region"],
        "aws": _aws(plan),
        "account": data.get("account"),
        "stages": stages,
        "artifacts": list(data.get("artifacts", {}).values()),
        "notices": data["notices"],
        "stand_ins": data.get("stand_ins", []),
        "limits": LIMITS,
    }


def next_step(result: Mapping[str, Any]) -> list[str]:
    """Return what to do after a run that has not succeeded, as lines; empty: it has succeeded."""
    if result["status"] == Status.SUCCEEDED:
        return []
    resume = f"cfn-pipeline rehearse --resume {shlex.quote(result['run'])}"
    failed = [
        action
        for stage in result["stages"]
        for action in stage["actions"]
        if action["status"] == Status.FAILED
    ]
    stacks = [a["details"]["failed_stack"] for a in failed if "failed_stack" in a["details"]]
    if stacks and result["aws"] != "AWS":
        options = " ".join(f"--delete-stack {shlex.quote(stack)}" for stack in stacks)
        lines = [f"To resume, delete the failed stack: {resume} {options}"]
        if any("secret" in action["message"].lower() for action in failed):
            lines.append("To create a missing secret, add: --secret 'NAME=TEXT'")
        return lines
    if failed and all("phases" in action["details"] for action in failed):
        return [
            "After a change of the source, begin a new run: a resumed run uses the same sources",
            f"If the source is right, resume with: {resume}",
        ]
    return [f"Resume with: {resume}"]


def _aws(plan: dict[str, Any]) -> str:
    if plan["live"] is not None:
        return "AWS"
    return plan["endpoint"] or "embedded"


def _stage(stage: Stage, journal: Journal) -> dict[str, Any]:
    actions = [_action(action, journal) for group in stage.groups for action in group]
    return {
        "name": stage.name,
        "status": _combined([action["status"] for action in actions]),
        "actions": actions,
    }


def _action(action: Action, journal: Journal) -> dict[str, Any]:
    data = journal.action(action.id)
    return {
        "name": action.name,
        "category": action.category,
        "provider": action.provider,
        "run_order": action.run_order,
        "inputs": list(action.inputs),
        "outputs": list(action.outputs),
        "status": str(journal.status(action.id)),
        "seconds": data.get("seconds", 0.0),
        "message": data.get("message", ""),
        "variables": data.get("variables", {}),
        "details": data.get("details", {}),
    }


def _combined(statuses: list[str]) -> str:
    """Return the status of a stage, given those of its actions."""
    for status in (Status.IN_PROGRESS, Status.STOPPED, Status.FAILED, Status.REJECTED):
        if status in statuses:
            return status
    done = [status for status in statuses if Status(status).is_done]
    if len(done) == len(statuses):
        return Status.SUCCEEDED if Status.SUCCEEDED in done else Status.SKIPPED
    return Status.IN_PROGRESS if done else Status.NOT_STARTED
