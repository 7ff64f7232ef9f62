"""CloudFormation actions, by ActionMode.

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
from cfn_pipeline.aws.cloudformation import FAILED_STATES
from cfn_pipeline.aws.name_forms import CHANGE_SET, STACK
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.rehearsal.actions.differences import stack_difference, told_by_change_set
from cfn_pipeline.rehearsal.actions.parameters import (
    artifact_file,
    read_configuration,
    stack_parameters,
)
from cfn_pipeline.rehearsal.artifacts.zips import zip_of
from cfn_pipeline.rehearsal.authorization.images import authorize_pulls
from cfn_pipeline.rehearsal.cloudformation.change_sets import ChangeSets
from cfn_pipeline.rehearsal.cloudformation.changes import change_rows
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks
from cfn_pipeline.rehearsal.context import Context
from cfn_pipeline.rehearsal.outcome import ActionFailed, Outcome
from cfn_pipeline.rehearsal.pipeline import Action
from cfn_pipeline.template import load

_NO_CHANGES = "no changes"
#: The modes after which the resources of a template are there.
_DEPLOYING = ("CREATE_UPDATE", "REPLACE_ON_FAILURE", "CHANGE_SET_EXECUTE")


def run_cloudformation(action: Action, context: Context) -> Outcome:
    """Run a CloudFormation action.

    Raises:
        ActionFailed: it fails.
        Stopped: the run is to stop.

    """
    mode = action.configuration.get("ActionMode", "")
    stack = action.configuration.get("StackName", "")
    run = _MODES.get(mode)
    if run is None:
        raise ActionFailed(f"invalid ActionMode {mode!r}: use one of {', '.join(_MODES)}")
    if not stack:
        raise ActionFailed("StackName is missing")
    change_set = action.configuration.get("ChangeSetName")
    if wrong := [*STACK.problems(stack, mode), *CHANGE_SET.problems(change_set, mode)]:
        raise ActionFailed("; ".join(wrong))
    stacks = context.stacks_of(action)
    earlier = stacks.events(stack)
    last = earlier[-1]["id"] if earlier else None
    details: dict[str, Any] = {"stack": stack, "mode": mode}
    try:
        message = run(action, context, stacks, details)
        if context.accounts is not None and action.account and mode in _DEPLOYING:
            authorize_pulls(stack, context.account_of(action), context.accounts)
    except ActionFailed as error:
        details |= error.details
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
    details |= stack_difference(stacks, request, _file(action))
    return "" if stacks.deploy(request) else _NO_CHANGES


def _replace_on_failure(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    request = _request(action, context, details)
    message = ""
    status = stacks.wait(request.stack)
    if status in FAILED_STATES:
        message = f"{request.stack} was {status} and is replaced"
        stacks.delete(request.stack, request.role)
    details |= stack_difference(stacks, request, _file(action))
    return message if stacks.deploy(request) else _NO_CHANGES


def _delete_only(action: Action, context: Context, stacks: Stacks, details: dict[str, Any]) -> str:
    del context, details
    stack = action.configuration["StackName"]
    if stacks.find(stack) is None:
        return "the stack does not exist"
    stacks.delete(stack, action.configuration.get("RoleArn"))
    return ""


def _change_set_replace(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    name = _change_set_name(action)
    request = _request(action, context, details)
    details |= stack_difference(stacks, request, _file(action))
    change_set = _change_sets(action, context, stacks).create(request, name)
    if context.account.endpoint is None:  # the change set of AWS knows better than its templates
        details |= told_by_change_set(details, _file(action), change_set.changes)
    changes = change_rows(change_set.changes)
    details |= {"change_set": name, "changes": changes, "is_empty": change_set.is_empty}
    if change_set.is_empty:
        return _NO_CHANGES
    return f"{len(changes)} change{'' if len(changes) == 1 else 's'}"


def _change_set_execute(
    action: Action, context: Context, stacks: Stacks, details: dict[str, Any]
) -> str:
    stack, name = action.configuration["StackName"], _change_set_name(action)
    details["change_set"] = name
    change_sets = _change_sets(action, context, stacks)
    interrupted = context.intent.get("change_set")
    if interrupted is not None:  # it may have been executed before the interruption
        earlier = change_sets.find(stack, interrupted)
        if earlier is None or str(earlier["ExecutionStatus"]).startswith("EXECUTE_"):
            stacks.settle(stack)
            return "executed before the interruption"
    change_set = change_sets.find(stack, name)
    if change_set is None:
        raise ActionFailed(f"ChangeSet [{name}] does not exist")
    if change_set["Status"] == "FAILED":
        return _NO_CHANGES
    if str(change_set["ExecutionStatus"]) != "AVAILABLE":
        raise ActionFailed(f"ChangeSet [{name}] is in {change_set['ExecutionStatus']} status")
    arn = str(change_set["ChangeSetId"])
    context.record_intent({"change_set": arn})
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


def _file(action: Action) -> str:
    """Return the path of the template in its artifact."""
    return action.configuration["TemplatePath"].partition("::")[2]


def _change_set_name(action: Action) -> str:
    name = action.configuration.get("ChangeSetName", "")
    if not name:
        raise ActionFailed("ChangeSetName is missing")
    return name


def _request(action: Action, context: Context, details: dict[str, Any]) -> Request:
    """Return the stack that the action describes.

    Raises:
        ActionFailed: CloudFormation would refuse it.

    """
    if "TemplatePath" not in action.configuration:
        raise ActionFailed("TemplatePath is missing")
    text, path = artifact_file(action, context, "TemplatePath")
    try:
        template = Template(path, load(text, source=path))
    except TemplateError as error:
        raise ActionFailed(str(error)) from error
    if not template.section("Resources"):
        raise ActionFailed(f"Template format error: {path} has no Resources")
    configuration = read_configuration(action, context)
    declarations = template.section("Parameters")
    if wrong := [name for name, value in declarations.items() if not isinstance(value, dict)]:
        raise ActionFailed(
            f"Template format error: {path}: {', '.join(wrong)} must be a parameter with a Type"
        )
    parameters = stack_parameters(action, context, configuration, declarations)
    details["parameters"] = _masked(parameters, declarations)
    capabilities = [
        word for word in re.split(r"[,\s]+", action.configuration.get("Capabilities", "")) if word
    ]
    mode = action.configuration["ActionMode"]
    needed = needed_capabilities(template, mode)
    missing = [name for name, _ in needed if not is_given(name, capabilities)]
    if missing:
        raise ActionFailed(f"Requires capabilities : [{', '.join(missing)}]")
    return Request(
        stack=action.configuration["StackName"],
        template=text,
        parameters=parameters,
        capabilities=capabilities,
        role=action.configuration.get("RoleArn"),
        tags=configuration.tags,
        policy=configuration.policy,
    )


def _masked(parameters: Mapping[str, str], declarations: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters, those with NoEcho masked."""
    return {
        name: "****" if str(declarations[name].get("NoEcho")).lower() == "true" else value
        for name, value in parameters.items()
    }


def _put_outputs(action: Action, context: Context, outputs: Mapping[str, str]) -> None:
    """Put the stack's outputs into the output artifact, if OutputFileName is set."""
    name = action.configuration.get("OutputFileName")
    if not action.outputs or not name:
        return
    [artifact, *_] = action.outputs
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "outputs")
        file.write_text(json.dumps(outputs, indent=2), encoding="utf-8")
        zip_of({name: file}, context.artifacts.archive(artifact))
    context.artifacts.put(artifact)
