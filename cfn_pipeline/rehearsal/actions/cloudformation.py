"""CloudFormation actions, by their mode.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
"""

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.capabilities import is_given, needed_capabilities
from cfn_pipeline.analysis.system import Template
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.rehearsal.actions.parameters import artifact_file, configuration_of, parameters_of
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.cloudformation.change_sets import ChangeSets
from cfn_pipeline.rehearsal.cloudformation.changes import rows
from cfn_pipeline.rehearsal.cloudformation.stacks import FAILED_STATES, Request, Stacks
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome
from cfn_pipeline.rehearsal.pipeline import Action
from cfn_pipeline.template import load

__all__ = ["run_cloudformation"]

_NO_CHANGES = "nothing to change"


def run_cloudformation(action: Action, context: Context) -> Outcome:
    """Do what a CloudFormation action does.

    Raises:
        ActionFailed: it fails.
        Stopped: the run is to stop.

    """
    mode = action.configuration.get("ActionMode", "")
    stack = action.configuration.get("StackName", "")
    run = _MODES.get(mode)
    if run is None:
        raise ActionFailed(f"ActionMode is {mode!r}; there is {', '.join(_MODES)}")
    if not stack:
        raise ActionFailed("the action has no StackName")
    stacks = context.stacks_of(action)
    known = stacks.events(stack)
    last = known[-1]["id"] if known else None
    details: dict[str, Any] = {"stack": stack, "mode": mode}
    try:
        message = run(action, context, stacks, details)
    except ActionFailed as error:
        details["events"] = stacks.events(stack, last)
        raise ActionFailed(str(error), details) from error
    details["events"] = stacks.events(stack, last)
    details["status"] = stacks.status(stack) or "deleted"
    outputs = stacks.outputs(stack)
    details["outputs"] = outputs
    _put_outputs(action, context, outputs)
    return Outcome(message=message, variables=outputs, details=details)


def _create_update(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    request = _request(action, context, details)
    return "" if stacks.deploy(request) else _NO_CHANGES


def _replace_on_failure(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    request = _request(action, context, details)
    said = ""
    if stacks.wait(request.stack) in FAILED_STATES:
        said = f"{request.stack} was {stacks.status(request.stack)} and is replaced"
        stacks.delete(request.stack, request.role)
    return said if stacks.deploy(request) else _NO_CHANGES


def _delete_only(action: Action, context: Context, stacks: Stacks, details: dict[str, Any]) -> str:
    del context, details
    stack = action.configuration["StackName"]
    if stacks.find(stack) is None:
        return "there is no such stack"
    stacks.delete(stack, action.configuration.get("RoleArn"))
    return ""


def _change_set_replace(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    name = _change_set_name(action)
    request = _request(action, context, details)
    made = _change_sets(action, context, stacks).make(request, name)
    changes = rows(made.changes)
    details |= {"change_set": name, "changes": changes, "is_empty": made.is_empty}
    if made.is_empty:
        return _NO_CHANGES
    return f"{len(changes)} change{'' if len(changes) == 1 else 's'}"


def _change_set_execute(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    stack, name = action.configuration["StackName"], _change_set_name(action)
    details["change_set"] = name
    change_sets = _change_sets(action, context, stacks)
    begun = context.intended.get("change_set")
    if begun is not None:  # the run was interrupted here: it may have been executed already
        told = change_sets.find(stack, begun)
        if told is None or str(told["ExecutionStatus"]).startswith("EXECUTE_"):
            stacks.settle(stack)
            return "it had been executed before the interruption"
    found = change_sets.find(stack, name)
    if found is None:
        raise ActionFailed(f"ChangeSet [{name}] does not exist")
    if found["Status"] == "FAILED":
        return _NO_CHANGES
    if str(found["ExecutionStatus"]) != "AVAILABLE":
        raise ActionFailed(f"ChangeSet [{name}] is in {found['ExecutionStatus']} status")
    arn = str(found["ChangeSetId"])
    context.intend({"change_set": arn})
    change_sets.execute(stack, arn)
    return ""


_MODES: Mapping[str, Callable[[Action, Context, Stacks, dict[str, Any]], str]] = {
    "CREATE_UPDATE": _create_update,
    "REPLACE_ON_FAILURE": _replace_on_failure,
    "DELETE_ONLY": _delete_only,
    "CHANGE_SET_REPLACE": _change_set_replace,
    "CHANGE_SET_EXECUTE": _change_set_execute,
}


def _change_sets(action: Action, context: Context, stacks: Stacks) -> ChangeSets:
    return ChangeSets(context.account_of(action), stacks)


def _change_set_name(action: Action) -> str:
    name = action.configuration.get("ChangeSetName", "")
    if not name:
        raise ActionFailed("the action has no ChangeSetName")
    return name


def _request(action: Action, context: Context, details: dict[str, Any]) -> Request:
    """Return what the action says of its stack, as far as that can be deployed."""
    if "TemplatePath" not in action.configuration:
        raise ActionFailed("the action has no TemplatePath")
    text, shown = artifact_file(action, context, "TemplatePath")
    try:
        template = Template(shown, load(text, source=shown))
    except TemplateError as error:
        raise ActionFailed(str(error)) from error
    if not template.section("Resources"):
        raise ActionFailed(f"Template format error: {shown} has no Resources")
    configuration = configuration_of(action, context)
    declared = template.section("Parameters")
    if wrong := [name for name, said in declared.items() if not isinstance(said, dict)]:
        raise ActionFailed(f"Template format error: {shown}: {', '.join(wrong)} is no parameter")
    parameters = parameters_of(action, context, configuration, declared)
    details["parameters"] = _shown(parameters, declared)
    capabilities = [
        word for word in re.split(r"[,\s]+", action.configuration.get("Capabilities", "")) if word
    ]
    mode = action.configuration["ActionMode"]
    needed = needed_capabilities(template, mode)
    lacking = [name for name, _ in needed if not is_given(name, capabilities)]
    if lacking:
        raise ActionFailed(f"Requires capabilities : [{', '.join(lacking)}]")
    return Request(
        stack=action.configuration["StackName"],
        template=text,
        parameters=parameters,
        capabilities=capabilities,
        role=action.configuration.get("RoleArn"),
        tags=configuration.tags,
        policy=configuration.policy,
    )


def _shown(parameters: Mapping[str, str], declared: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters without those that are nobody's to read."""
    return {
        name: "****" if str(declared[name].get("NoEcho")).lower() == "true" else value
        for name, value in parameters.items()
    }


def _put_outputs(action: Action, context: Context, outputs: Mapping[str, str]) -> None:
    """Put the stack's outputs into the action's output artifact, where it names the file."""
    name = action.configuration.get("OutputFileName")
    if not action.outputs or not name:
        return
    [artifact, *_] = action.outputs
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "outputs")
        file.write_text(json.dumps(outputs, indent=2), encoding="utf-8")
        zip_of({name: file}, context.artifacts.zip_path(artifact))
    context.artifacts.put(artifact)
