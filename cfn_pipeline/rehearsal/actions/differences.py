"""What an action changes in a stack, by meaning."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.analysis.system import Template
from cfn_pipeline.aws.cloudformation import FAILED_STATES
from cfn_pipeline.diff.change_sets import with_change_set
from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.reports.document import from_dict, to_dict
from cfn_pipeline.errors import TemplateError
from cfn_pipeline.rehearsal.cloudformation.stacks import Request, Stacks
from cfn_pipeline.template import load

_NEW = (None, "REVIEW_IN_PROGRESS", *FAILED_STATES)


def stack_difference(stacks: Stacks, request: Request, file: str) -> dict[str, Any]:
    """Return what a request changes in a stack, for the details of an action.

    Args:
        stacks: of the account.
        request: the stack as it will be.
        file: the template's file.

    Returns:
        ``is_new``: whether the stack is not there yet. ``difference``: as JSON values, if it is
        there, something differs, and its template can be read.

    Raises:
        Stopped: the run is stopped.

    """
    if stacks.wait(request.stack) in _NEW:
        return {"is_new": True}
    deployed = stacks.template(request.stack)
    try:
        declared = [_parameters(text) for text in (deployed, request.template)]
        old, new = declared
        left_out = {n for each in declared for n, body in each.items() if _is_left_out(body)}
        before = stacks.parameters(request.stack)
        after = {
            name: str(body["Default"])
            for name, body in new.items()
            if isinstance(body, dict) and "Default" in body
        }
        after |= request.parameters
        names = [n for n in after if n in old and n in before and n not in left_out]
        difference = compare(
            State(
                name=f"stack {request.stack}",
                files={file: deployed},
                parameters={name: before[name] for name in names},
            ),
            State(
                name=file,
                files={file: request.template},
                parameters={name: after[name] for name in names},
            ),
        )
    except TemplateError:
        return {}
    return {"difference": to_dict(difference)} if difference else {}


def told_by_change_set(
    details: Mapping[str, Any], file: str, changes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the difference in the details of an action, with what AWS's change set says of it."""
    if "difference" not in details:
        return {}
    difference = from_dict(details["difference"])
    return {
        "difference": to_dict(
            with_change_set(difference, file, [{"ResourceChange": change} for change in changes])
        )
    }


def _parameters(text: str) -> Mapping[str, Any]:
    return Template("", load(text, source="", strict=False)).section("Parameters")


def _is_left_out(body: Any) -> bool:
    """Whether the value of a parameter is hidden, or AWS puts another one in its place."""
    if not isinstance(body, dict):
        return False
    is_hidden = str(body.get("NoEcho")).lower() == "true"
    return is_hidden or str(body.get("Type")).startswith("AWS::SSM::Parameter::Value")
