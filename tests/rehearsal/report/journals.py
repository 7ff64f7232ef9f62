"""Journals of runs, for pages of any size."""

from pathlib import Path
from typing import Any

from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from cfn_pipeline.rehearsal.run.journal import Journal

PLAN = {
    "template": "pipeline.yml",
    "sources": {"App": "app"},
    "region": "eu-west-1",
    "live": None,
    "endpoint": None,
}


def journal(folder: Path, pipeline: Pipeline, actions: dict[str, Any], **more: Any) -> Journal:
    """Return the journal of a run; the logs of its builds are in the folder."""
    data = {
        "run": "shop-0001",
        "pipeline": pipeline.name,
        "status": Status.SUCCEEDED,
        "started": "2026-01-02T03:04:05.678+00:00",
        "seconds": 64.0,
        "plan": PLAN,
        "definition": pipeline.to_dict(),
        "actions": actions,
        "notices": [],
    }
    return Journal(folder, data | more)


def action(stage: str, name: str, kind: str, order: int = 1, **more: Any) -> Action:
    category, provider = kind.split("/")
    return Action(
        stage=stage,
        name=name,
        category=category,
        owner="AWS",
        provider=provider,
        run_order=order,
        **more,
    )


def entry(
    outcome: Status = Status.SUCCEEDED, /, message: str = "", **details: Any
) -> dict[str, Any]:
    return {"status": outcome, "seconds": 1.25, "message": message, "details": details}


def large(folder: Path, stages: int, *, log: int = 20_000) -> Journal:
    """Return the journal of a pipeline that builds and deploys in each stage."""
    every: list[Stage] = []
    actions: dict[str, Any] = {}
    for number in range(stages):
        name = f"Stage{number}"
        stack = f"shop-{number}"
        each = [
            action(name, "Build", "Build/CodeBuild", configuration={"ProjectName": "shop"}),
            *(
                action(
                    name,
                    kind,
                    "Deploy/CloudFormation",
                    order,
                    configuration={"ActionMode": mode, "StackName": stack},
                )
                for kind, mode, order in (
                    ("ChangeSet", "CHANGE_SET_REPLACE", 2),
                    ("Deploy", "CHANGE_SET_EXECUTE", 4),
                )
            ),
            action(name, "Approve", "Approval/Manual", 3),
        ]
        every.append(Stage(name=name, actions=each))
        path = folder / "builds" / name / "log.txt"
        path.parent.mkdir(parents=True)
        lines = (f"line {line} of the log of {name}: some words about it" for line in range(9999))
        path.write_text("\n".join(lines)[:log])
        changes = [
            {
                "action": "Modify",
                "resource": f"Resource{line}",
                "type": "AWS::ECS::TaskDefinition",
                "replacement": "Conditional",
                "cause": "ContainerDefinitions (the template)",
            }
            for line in range(20)
        ]
        events = [
            {
                "id": str(line),
                "time": "2026-01-02T03:04:05+00:00",
                "resource": f"Resource{line // 2}",
                "type": "AWS::ECS::TaskDefinition",
                "status": "UPDATE_COMPLETE",
                "reason": "",
            }
            for line in range(40)
        ]
        phases = [
            {"name": phase, "status": "SUCCEEDED", "seconds": 0.1, "message": ""}
            for phase in ("DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD")
        ]
        actions |= {
            f"{name}/Build": entry(
                build_id=f"shop:{number}",
                place="run by the shell of this machine",
                phases=phases,
                calls=[["docker", "push", f"shop:{number}"]],
                log=f"builds/{name}/log.txt",
            ),
            f"{name}/ChangeSet": entry(
                message="20 changes",
                stack=stack,
                mode="CHANGE_SET_REPLACE",
                change_set=stack,
                changes=changes,
                parameters={"ImageTag": "abc"},
            ),
            f"{name}/Approve": entry(
                message="approved by --approve",
                pending=[{"stack": stack, "change_set": stack, "changes": changes}],
            ),
            f"{name}/Deploy": entry(
                stack=stack,
                mode="CHANGE_SET_EXECUTE",
                change_set=stack,
                events=events,
                status="UPDATE_COMPLETE",
                outputs={"Url": "http://example"},
            ),
        }
    return journal(folder, Pipeline(name="shop", bucket="b", stages=every), actions)
