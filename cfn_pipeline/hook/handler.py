"""The function that a Lambda Hook calls before CloudFormation creates or updates a stack.

https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.analysis.pipelines import pipelines
from cfn_pipeline.analysis.reading import read_files
from cfn_pipeline.aws.cloudformation import LONGEST_HOOK_MESSAGE
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.checks.locating import located
from cfn_pipeline.checks.reports import as_text
from cfn_pipeline.hook import payload
from cfn_pipeline.printable import printable_lines

#: Templates without this text have no pipeline, and are not even parsed.
_PIPELINE = "AWS::CodePipeline::Pipeline"

_NO_PIPELINE = "the template has no pipeline"

#: How findings name the template.
_TEMPLATE = "template"


def handle(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer a request of a Lambda Hook for stacks and change sets.

    The answer is ``FAILED`` with ``NonCompliant`` for a pipeline template with errors, and with
    ``InternalFailure`` if the template could not be checked; otherwise ``SUCCESS``. What becomes of
    a failure, a warning or a refusal, is CloudFormation's to say, by the Hook's failure mode.

    Args:
        event: the request.
        context: Lambda's; it is not used.

    """
    del context
    return answer(event, payload.read)


def answer(event: Mapping[str, Any], read: Callable[[str], bytes]) -> dict[str, Any]:
    """Answer a request; ``read`` returns the document at the URL of its payload."""
    try:
        error, message = _judge(event, read)
    except Exception as failure:  # whatever it is, CloudFormation needs an answer
        logging.getLogger().exception("The template could not be checked")
        why = f"{type(failure).__name__}: {failure}"
        error, message = "InternalFailure", f"cfn-pipeline could not check the template: {why}"
    return {
        "hookStatus": "FAILED" if error else "SUCCESS",
        **({"errorCode": error} if error else {}),
        "message": _shortened("\n".join(printable_lines(message.rstrip("\n")))),
        "clientRequestToken": event.get("clientRequestToken"),
        "callbackContext": None,
        "callbackDelaySeconds": 0,
    }


def _judge(event: Mapping[str, Any], read: Callable[[str], bytes]) -> tuple[str | None, str]:
    """Return the code of an error, or None, and what is to be said."""
    request = event["requestData"]
    if request["targetName"] not in ("STACK", "CHANGE_SET"):
        return None, "only the templates of stacks and change sets are checked"
    if not event["actionInvocationPoint"].startswith(("CREATE_", "UPDATE_")):
        return None, "only what creates and updates stacks is checked"
    text = payload.template_of(read(request["payload"]))
    if _PIPELINE not in text:
        return None, _NO_PIPELINE
    # Doubled keys, which CloudFormation accepts, are findings.
    system = read_files([Path(_TEMPLATE)], {}, strict=False, read=lambda _: text)
    if system.unreadable:
        # CloudFormation refuses it itself, in its own words.
        return None, f"not checked, because it cannot be read: {system.unreadable[0].why}"
    if not any(True for _ in pipelines(system)):
        return None, _NO_PIPELINE
    findings = check_system(system, selected(RULES, severity="error"))
    if not findings:
        return None, "the pipeline has no errors"
    lines = as_text(located(findings, lambda _: text), (), ())
    count = f"{len(findings)} error{'s' if len(findings) > 1 else ''}"
    return "NonCompliant", f"cfn-pipeline found {count} in the pipeline:\n{lines}"


def _shortened(message: str) -> str:
    """Return as many whole lines as the message of an answer holds."""
    if len(message) <= LONGEST_HOOK_MESSAGE:
        return message
    end = "\n... and more; run: cfn-pipeline check"
    head = message[: LONGEST_HOOK_MESSAGE - len(end)]
    return (head[: head.rfind("\n")] if "\n" in head else head) + end
