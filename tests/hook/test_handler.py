"""What the function of a Lambda Hook answers."""

import json
import logging
from typing import Any

import pytest
import yaml

from cfn_pipeline.hook.handler import answer, handle
from tests.command import ROOT
from tests.hook.requests import TOKEN, URL, document, request

EXAMPLES = ROOT / "tests" / "checks" / "examples"
GOOD = (ROOT / "templates/current/pipeline.yml").read_text(encoding="utf-8")
BAD = (EXAMPLES / "E9107/bad.yml").read_text(encoding="utf-8")
QUEUE = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n"

each_operation = pytest.mark.parametrize(
    "target, point",
    [
        ("STACK", "CREATE_PRE_PROVISION"),
        ("STACK", "UPDATE_PRE_PROVISION"),
        ("CHANGE_SET", "CREATE_PRE_PROVISION"),
    ],
)


def ask(template: str, target: str = "STACK", point: str = "CREATE_PRE_PROVISION") -> Any:
    def read(url: str) -> bytes:
        assert url == URL
        return document(template, target=target, previous=GOOD if "UPDATE" in point else None)

    given = answer(request(target, point), read)
    assert json.loads(json.dumps(given)) == given
    assert given["clientRequestToken"] == TOKEN
    assert (given["callbackContext"], given["callbackDelaySeconds"]) == (None, 0)
    assert len(given["message"]) <= 4096
    return given


def refuse(url: str) -> bytes:
    raise AssertionError(f"{url} must not be read")


@each_operation
def test_a_pipeline_with_errors_does_not_comply(target: str, point: str) -> None:
    given = ask(BAD, target, point)
    assert (given["hookStatus"], given["errorCode"]) == ("FAILED", "NonCompliant")
    first, finding = given["message"].splitlines()
    assert first == "cfn-pipeline found 1 error in the pipeline:"
    assert finding.startswith("template:39:17: E9107 stage 'Deploy', action 'Deploy': Fn::GetParam")


@each_operation
def test_a_good_pipeline_complies(target: str, point: str) -> None:
    given = ask(GOOD, target, point)
    assert given["hookStatus"] == "SUCCESS"
    assert "errorCode" not in given
    assert given["message"] == "the pipeline has no errors"


def test_a_template_may_be_json() -> None:
    content = yaml.safe_load(BAD.replace("!Ref ", "").replace("!Sub ", "").replace("!GetAtt ", ""))
    assert ask(json.dumps(content, default=str))["errorCode"] == "NonCompliant"


def test_warnings_and_hints_are_not_reported() -> None:
    given = ask((EXAMPLES / "W9104/bad.yml").read_text(encoding="utf-8"))
    assert given["hookStatus"] == "SUCCESS"


@pytest.mark.parametrize(
    "template",
    [
        QUEUE,
        f"# AWS::CodePipeline::Pipeline\n{QUEUE}",
        "- not: a template",
    ],
)
def test_what_has_no_pipeline_complies(template: str) -> None:
    given = ask(template)
    assert (given["hookStatus"], given["message"]) == ("SUCCESS", "the template has no pipeline")


@pytest.mark.parametrize(
    "template, why",
    [
        ("Resources: {A: {Type: AWS::CodePipeline::Pipeline}", "did not find expected"),
        ("[AWS::CodePipeline::Pipeline]", "a template must be a mapping with Resources"),
        ("A: &a [*a, AWS::CodePipeline::Pipeline]", ""),
    ],
)
def test_what_cannot_be_read_is_left_to_cloudformation(template: str, why: str) -> None:
    given = ask(template)
    assert given["hookStatus"] == "SUCCESS"
    assert given["message"].startswith("not checked, because it cannot be read: ")
    assert why in given["message"]


def test_doubled_keys_are_errors_of_a_pipeline() -> None:
    given = ask(f"Description: one\n{GOOD}")
    assert given["errorCode"] == "NonCompliant"
    assert "Description" in given["message"]


@pytest.mark.parametrize(
    "target, point",
    [
        ("STACK", "DELETE_PRE_PROVISION"),
        ("AWS::SQS::Queue", "CREATE_PRE_PROVISION"),
    ],
)
def test_other_operations_comply_unread(target: str, point: str) -> None:
    assert answer(request(target, point), refuse)["hookStatus"] == "SUCCESS"


def test_a_long_message_is_cut_between_lines() -> None:
    content = yaml.load(BAD, Loader=yaml.BaseLoader)
    [name] = [n for n, r in content["Resources"].items() if "Pipeline" in r["Type"]]
    pipeline = content["Resources"][name]
    content["Resources"] |= {f"Pipeline{number}": pipeline for number in range(100)}
    message = ask(json.dumps(content))["message"]
    first, *findings, last = message.splitlines()
    assert first == "cfn-pipeline found 101 errors in the pipeline:"
    assert last == "... and more; run: cfn-pipeline check"
    assert {line.count("template:") for line in findings} == {1}
    assert {line[-15:] for line in findings} == {findings[0][-15:]}
    assert len(message) > 3500


def test_control_characters_of_a_template_stay_text() -> None:
    given = ask(BAD.replace("Version", '"Ver\\e[31msion"', 1))
    assert "\x1b" not in given["message"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"template": {}}', b"\xff"])
def test_a_payload_without_a_template_is_a_failure_of_the_hook(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        given = answer(request(), lambda _: content)
    assert (given["hookStatus"], given["errorCode"]) == ("FAILED", "InternalFailure")
    assert given["message"].startswith("cfn-pipeline could not check the template: ")
    assert given["clientRequestToken"] == TOKEN
    assert "The template could not be checked" in caplog.text


def test_a_url_elsewhere_is_not_read() -> None:
    given = handle(request(url="https://example.com/payload?X-Amz-Signature=0a1b"), None)
    assert given["errorCode"] == "InternalFailure"
    assert given["message"].endswith("must be at an https URL of S3, got 'https://example.com'")


def test_an_event_of_another_kind_is_a_failure_of_the_hook() -> None:
    given = handle({"Records": []}, None)
    assert (given["errorCode"], given["clientRequestToken"]) == ("InternalFailure", None)
