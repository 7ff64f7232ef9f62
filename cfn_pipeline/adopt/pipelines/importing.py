"""The template of a live pipeline, and what brings the pipeline under CloudFormation.

An import takes over what exists: nothing is created, changed or deleted by it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

from cfn_pipeline.adopt.pipelines.reading import LivePipeline
from cfn_pipeline.aws.cloudformation import TEMPLATE_BODY
from cfn_pipeline.template import emit
from cfn_pipeline.template.header import HEADER

TEMPLATE_FILE = "pipeline.yml"
RESOURCES_FILE = "resources-to-import.json"
PAGE = "IMPORT.md"
_TYPE = "AWS::CodePipeline::Pipeline"
_LOGICAL_ID = "Pipeline"
_CHANGE_SET = "import"


def stack_name(name: str) -> str:
    """Return a name for the stack of a pipeline: ``orders-pipeline``."""
    words = re.sub("[^A-Za-z0-9]+", "-", name).strip("-")
    return f"{words if words[:1].isalpha() else f'p-{words}'}"[:119].rstrip("-") + "-pipeline"


def template(pipeline: LivePipeline) -> dict[str, Any]:
    """Return the template of a pipeline, as it is, with a parameter for each secret value.

    An import needs a DeletionPolicy, and adds no outputs.
    """
    parameters = {
        secret.parameter: {
            "Type": "String",
            "NoEcho": True,
            "Description": _short(f"The value of {secret.where}, which CodePipeline does not tell"),
        }
        for secret in pipeline.secrets
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": _short(f"The pipeline {pipeline.name}"),
        **({"Parameters": parameters} if parameters else {}),
        "Resources": {
            _LOGICAL_ID: {
                "Type": _TYPE,
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": pipeline.properties,
            }
        },
    }


def import_files(pipeline: LivePipeline, stack: str) -> dict[str, str]:
    """Return the template, the resources to import, and the page with the commands.

    Args:
        pipeline: the live pipeline.
        stack: the name of the stack that takes it over, which must not exist.

    """
    text = emit(
        template(pipeline),
        header=f"{HEADER} (adopt) from the live pipeline {_line(pipeline.name)}.",
    )
    resources = [
        {
            "ResourceType": _TYPE,
            "LogicalResourceId": _LOGICAL_ID,
            "ResourceIdentifier": {"Name": pipeline.name},
        }
    ]
    return {
        TEMPLATE_FILE: text,
        RESOURCES_FILE: json.dumps(resources, indent=2) + "\n",
        PAGE: _page(pipeline, stack, is_large=len(text.encode()) > TEMPLATE_BODY),
    }


def _page(pipeline: LivePipeline, stack: str, *, is_large: bool) -> str:
    place = "" if pipeline.region is None else f" --region {shlex.quote(pipeline.region)}"
    name = shlex.quote(stack)
    change_set = f"--stack-name {name} --change-set-name {_CHANGE_SET}{place}"
    body = f"--template-body file://{TEMPLATE_FILE}"
    upload = []
    if is_large:
        body = f'--template-url "https://$BUCKET.s3.amazonaws.com/{TEMPLATE_FILE}"'
        upload = [
            f"The template has more than {TEMPLATE_BODY:,} bytes, so it goes by a bucket of yours:",
            "",
            f'    aws s3 cp {TEMPLATE_FILE} "s3://$BUCKET/"{place}',
            "",
        ]
    create = [
        f"aws cloudformation create-change-set {change_set}",
        "--change-set-type IMPORT",
        f"--resources-to-import file://{RESOURCES_FILE}",
        body,
    ]
    if pipeline.secrets:
        create.append("--parameters " + " ".join(_parameter(s.parameter) for s in pipeline.secrets))
    lines = [
        f"# The pipeline `{_line(pipeline.name)}`, under CloudFormation",
        "",
        f"`{TEMPLATE_FILE}` is the pipeline as it is. An import makes it part of the stack",
        f"`{stack}`: the pipeline goes on as before, its executions are kept, and nothing is",
        "created or deleted. Run the commands in this folder"
        + (
            f", with credentials of account {pipeline.account}."
            if pipeline.account
            else ", with credentials of the pipeline's account."
        ),
        "",
        *_secret_lines(pipeline),
        "## 1. The change set",
        "",
        *upload,
        "    " + " \\\n        ".join(create),
        f"    aws cloudformation wait change-set-create-complete {change_set}",
        f"    aws cloudformation describe-change-set {change_set} \\",
        "        --query 'Changes[].ResourceChange.[Action,PhysicalResourceId]' \\",
        "        --output text",
        "",
        "The last command must show one line, which begins with `Import`.",
        "",
        "## 2. The import",
        "",
        f"    aws cloudformation execute-change-set {change_set}",
        f"    aws cloudformation wait stack-import-complete --stack-name {name}{place}",
        "",
        "## 3. Template and pipeline, compared",
        "",
        f"    DRIFT=$(aws cloudformation detect-stack-drift --stack-name {name}{place} \\",
        "        --query StackDriftDetectionId --output text)",
        "    aws cloudformation describe-stack-drift-detection-status \\",
        f'        --stack-drift-detection-id "$DRIFT"{place}',
        f"    aws cloudformation describe-stack-resource-drifts --stack-name {name}{place}",
        "",
        "The status must become `IN_SYNC`. From then on, the template changes the pipeline:",
        "",
        f"    aws cloudformation deploy --stack-name {name} --template-file {TEMPLATE_FILE}{place}",
        "",
        "To go back, delete the stack: its DeletionPolicy `Retain` leaves the pipeline alive.",
        "",
        "## What is not in the template",
        "",
        *(f"- {line}" for line in _left_out(pipeline)),
    ]
    return "\n".join(lines) + "\n"


def _secret_lines(pipeline: LivePipeline) -> Iterator[str]:
    if not pipeline.secrets:
        return
    yield "CodePipeline does not tell these values, so that you give them:"
    yield ""
    for secret in pipeline.secrets:
        yield f"- `{secret.parameter}`: {_line(secret.where)}"
    yield ""
    for secret in pipeline.secrets:
        yield f"    read -rs {secret.parameter} && export {secret.parameter}"
    yield ""
    yield "Step 3 may show them as a difference, because the live value is masked."
    yield ""


def _left_out(pipeline: LivePipeline) -> Iterator[str]:
    yield from map(_line, pipeline.notes)
    yield (
        "What is beside the pipeline stays as it is: its role, its buckets and keys, the rules of "
        "EventBridge and the webhooks that start it, and what its actions use."
    )
    yield (
        "Its tags, and stages whose transition is disabled: `get-pipeline` does not tell them. "
        "Enable disabled transitions before the import, or add DisableInboundStageTransitions."
    )


def _parameter(name: str) -> str:
    return f'ParameterKey={name},ParameterValue="${name}"'


def _line(text: str) -> str:
    """Return a text on one line, which no Markdown begins."""
    return re.sub(r"[\s`|]+", " ", text).strip()


def _short(text: str) -> str:
    """Return a description: CloudFormation takes 1,024 bytes of a template's."""
    return _line(text)[:250]
