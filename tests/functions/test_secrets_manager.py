"""The custom resource with a secret's values."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import Function, custom_resource_event

VERSION = "4f2c1a90-0000-4000-8000-000000000000"


@pytest.fixture
def secrets(function: Callable[..., Function]) -> Function:
    return function("secrets_manager", "secretsmanager")


def holds(secrets: Function, text: str) -> None:
    secrets.stubs["secretsmanager"].add_response(
        "get_secret_value", {"SecretString": text, "VersionId": VERSION}, {"SecretId": "t/c"}
    )


def test_values_are_attributes_and_reach_no_log(
    secrets: Function, responses: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    holds(secrets, '{"MYSQL_PASSWORD": "hunter2"}')
    secrets(custom_resource_event("Create", SecretId="t/c"))
    [response] = responses
    assert response["Status"] == "SUCCESS"
    assert response["Data"] == {"MYSQL_PASSWORD": "hunter2"}
    assert response["NoEcho"] is True
    assert response["PhysicalResourceId"] == VERSION
    output = capsys.readouterr()
    assert "hunter2" not in output.out + output.err
    assert VERSION in output.out


def test_delete_answers_at_once_with_the_same_id(
    secrets: Function, responses: list[dict[str, Any]]
) -> None:
    secrets(custom_resource_event("Delete", SecretId="t/c"))
    assert (responses[0]["Status"], responses[0]["PhysicalResourceId"]) == ("SUCCESS", "before")


def test_a_secret_that_is_no_json_stays_out_of_log_and_answer(
    secrets: Function, responses: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    holds(secrets, "hunter2")
    secrets(custom_resource_event("Update", SecretId="t/c"))
    assert responses[0]["Status"] == "FAILED"
    assert "JSONDecodeError" in responses[0]["Reason"]
    assert "hunter2" not in capsys.readouterr().out + str(responses)


def test_an_error_of_aws_is_a_failure(secrets: Function, responses: list[dict[str, Any]]) -> None:
    secrets.stubs["secretsmanager"].add_client_error("get_secret_value", "AccessDenied", "no")
    secrets(custom_resource_event("Create", SecretId="t/c"))
    assert responses[0]["Status"] == "FAILED"
    assert responses[0]["PhysicalResourceId"] == "log-stream"
