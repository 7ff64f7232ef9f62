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
    lines, empty = [event["message"]], set()
    approval = APPROVALS.get(f"{action['stageName']}/{action['actionName']}", {})
    for each in approval.get("change_sets", []):
        try:
            changes, is_empty = describe(**each)
        except Exception as error:
            changes, is_empty = [f"It cannot be read: {error}"], False
        empty.add(is_empty)
        lines += ["", f"Stack {each['stack']}", *changes]
    if not approval.get("approve_empty") or empty != {True}:
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
    """Return lines, and whether nothing changes."""
    keys = []
    if role:
        given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="approval")
        keys = [given["Credentials"][k] for k in KEYS]
    client = boto3.Session(*keys).client("cloudformation", region)
    pages = client.get_paginator("describe_change_set")
    first, *more = pages.paginate(StackName=stack, ChangeSetName=name)
    status = f"{first['Status']}: {first.get('StatusReason')}"
    if first["Status"] == "FAILED" and any(w in status for w in EMPTY):
        return ["No changes"], True
    if first["Status"] != "CREATE_COMPLETE":
        return [f"The change set is {status}"], False
    old = values(client.describe_stacks(StackName=stack)["Stacks"][0])
    lines = [
        f"{k}: {old.get(k, '(none)')} -> {v}" for k, v in values(first).items() if v != old.get(k)
    ]
    lines += [row(c["ResourceChange"]) for p in (first, *more) for c in p["Changes"]]
    at = client.meta.region_name
    page = f"https://{at}.{os.environ['CONSOLE']}/cloudformation/home?region={at}#/stacks"
    page += f"/changesets/changes?stackId={first['StackId']}&changeSetId={first['ChangeSetId']}"
    return [*(lines or ["No resource changes"]), page], False


def values(stack: Any) -> Any:
    return {p["ParameterKey"]: p.get("ParameterValue") for p in stack.get("Parameters", [])}


def row(change: Any) -> str:
    text = f"{change['Action']} {change['LogicalResourceId']} ({change['ResourceType']})"
    if change.get("Replacement", "False") != "False":
        text += f", replacement {change['Replacement']}"
    causes = {}
    for each in change.get("Details", []):
        what = each["Target"].get("Name") or each["Target"]["Attribute"]
        causes[f"{what} by {each.get('CausingEntity') or each['ChangeSource']}"] = 1
    return f"{text}: {', '.join(causes)}".rstrip(": ")


def approve(action: Any, execution: str) -> None:
    found = codepipeline.get_pipeline_state(name=action["pipelineName"])["stageStates"]
    [stage] = [s for s in found if s["stageName"] == action["stageName"]]
    if stage["latestExecution"]["pipelineExecutionId"] != execution:
        raise LookupError("another execution is in the stage")
    [own] = [a for a in stage["actionStates"] if a["actionName"] == action["actionName"]]
    token = own["latestExecution"].get("token")
    if not token:
        raise LookupError("it has no token yet")
    result = {"status": "Approved", "summary": "Nothing will change"}
    codepipeline.put_approval_result(**action, result=result, token=token)
