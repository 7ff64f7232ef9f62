"""Tells what an approval is for; approves where nothing will change."""

import json
import os
from typing import Any

import boto3

APPROVALS = json.loads(os.environ["APPROVALS"])
EMPTY = ("No updates are to be performed", "didn't contain changes")
KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")

codepipeline = boto3.client("codepipeline")
sns = boto3.client("sns")


def handler(event: Any, context: Any) -> str:
    action = event["action"]
    lines, empty = [event["message"]], []
    approval = APPROVALS.get(f"{action['stageName']}/{action['actionName']}", {})
    for change_set in approval.get("change_sets", []):
        try:
            changes, is_empty = describe(**change_set)
        except Exception as error:
            changes, is_empty = [f"It cannot be read: {error}"], False
        empty.append(is_empty)
        lines += ["", f"Stack {change_set['stack']}", *changes]
    if not approval.get("approve_empty") or set(empty) != {True}:
        return tell(event, lines)
    text = tell(event, [*lines, "", "Nothing will change; it is approved."])
    try:
        approve(action, event["execution"])
    except Exception as error:
        text += "\n" + tell(event, [event["message"], f"Not approved: {error}"])
    return text


def tell(event: Any, lines: Any) -> str:
    text = "\n".join(lines)[:60000]
    print(text)
    sns.publish(TopicArn=os.environ["TOPIC"], Subject=event["subject"], Message=text)
    return text


def describe(stack: str, name: str, region: Any = None, role: Any = None) -> Any:
    """Return lines, and whether it is certain that nothing changes."""
    keys = []
    if role:
        given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="approval")
        keys = [given["Credentials"][key] for key in KEYS]
    client = boto3.Session(*keys).client("cloudformation", region)
    pages = client.get_paginator("describe_change_set")
    first, *more = pages.paginate(StackName=stack, ChangeSetName=name)
    status = f"{first['Status']}: {first.get('StatusReason')}"
    if first["Status"] == "FAILED" and any(words in status for words in EMPTY):
        return ["No changes"], True
    if first["Status"] != "CREATE_COMPLETE":
        return [f"The change set is {status}"], False
    old = values(client.describe_stacks(StackName=stack)["Stacks"][0])
    lines = [
        f"{k}: {old.get(k, '(none)')} -> {v}" for k, v in values(first).items() if v != old.get(k)
    ]
    lines += [row(c["ResourceChange"]) for p in (first, *more) for c in p["Changes"]]
    arn = first["StackId"]
    at = arn.split(":")[3]
    page = f"https://{at}.{os.environ['CONSOLE']}/cloudformation/home?region={at}#/stacks"
    page += f"/changesets/changes?stackId={arn}&changeSetId={first['ChangeSetId']}"
    return [*(lines or ["No resource changes"]), page], False


def values(stack: Any) -> Any:
    return {p["ParameterKey"]: p.get("ParameterValue") for p in stack.get("Parameters", [])}


def row(change: Any) -> str:
    text = f"{change['Action']} {change['LogicalResourceId']} ({change['ResourceType']})"
    if change.get("Replacement", "False") != "False":
        text += f", replacement {change['Replacement']}"
    causes = {}
    for detail in change.get("Details", []):
        what = detail["Target"].get("Name") or detail["Target"]["Attribute"]
        causes[f"{what} by {detail.get('CausingEntity') or detail['ChangeSource']}"] = 1
    return f"{text}: {', '.join(causes)}".rstrip(": ")


def approve(action: Any, execution: str) -> None:
    states = codepipeline.get_pipeline_state(name=action["pipelineName"])["stageStates"]
    [stage] = [s for s in states if s["stageName"] == action["stageName"]]
    if stage["latestExecution"]["pipelineExecutionId"] != execution:
        raise LookupError("another execution is in the stage")
    [waits] = [a for a in stage["actionStates"] if a["actionName"] == action["actionName"]]
    codepipeline.put_approval_result(
        **action,
        result={"status": "Approved", "summary": "Nothing will change"},
        token=waits["latestExecution"]["token"],
    )
