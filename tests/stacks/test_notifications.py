"""Notifications of a pipeline."""

import json
from typing import Any

import pytest

from cfn_pipeline import continuous_delivery, pipeline_template, todobackend

TEMPLATE: dict[str, Any] = pipeline_template(continuous_delivery(todobackend)).to_dict()


def rule(logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = TEMPLATE["Resources"][logical_id]["Properties"]
    return found


def test_a_run_mails_one_success_when_its_last_stage_is_complete() -> None:
    assert rule("StageSucceeded")["EventPattern"]["detail"] == {
        "pipeline": ["todobackend"],
        "state": ["SUCCEEDED"],
        "stage": ["Production"],
    }


@pytest.mark.parametrize("logical_id", ["ApprovalRequested", "PipelineFailed", "StageSucceeded"])
@pytest.mark.parametrize(
    "partition, region, host",
    [
        ("aws", "eu-central-1", "eu-central-1.console.aws.amazon.com"),
        ("aws-us-gov", "us-gov-east-1", "us-gov-east-1.console.amazonaws-us-gov.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
    ],
)
def test_each_message_links_to_the_pipeline(
    logical_id: str, partition: str, region: str, host: str
) -> None:
    [target] = rule(logical_id)["Targets"]
    text, values = target["InputTransformer"]["InputTemplate"]["Fn::Sub"]
    assert values == {
        "Domain": {"Fn::FindInMap": ["ConsoleDomains", {"Ref": "AWS::Partition"}, "Domain"]}
    }
    domain = TEMPLATE["Mappings"]["ConsoleDomains"][partition]["Domain"]
    message = text.replace("${AWS::Region}", region).replace("${Domain}", domain)
    # EventBridge's template is JSON, with the event's values in angle brackets.
    shown = json.loads(message.replace("<pipeline>", "todobackend"))
    if logical_id == "ApprovalRequested":
        shown = shown["message"]
    page = f"https://{host}/codesuite/codepipeline/pipelines/todobackend/view?region={region}"
    assert shown.endswith(page)
    placeholders = set(target["InputTransformer"]["InputPathsMap"])
    assert all(f"<{name}>" in text for name in placeholders)
