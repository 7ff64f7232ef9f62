"""The reasons of failures: those that matter, without what follows from them."""

from datetime import UTC, datetime
from typing import Any

from cfn_pipeline.deployment.events import STACK_TYPE, Event
from cfn_pipeline.deployment.failures import StackError, first_failure, validation_reasons


def event(resource: str, status: str, reason: str = "", type_: str = "AWS::SNS::Topic") -> Event:
    return Event(
        id=f"{resource}-{status}",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        resource=resource,
        type=type_,
        status=status,
        reason=reason,
        physical_id="",
    )


def test_the_first_failure_and_not_the_cascade() -> None:
    events = [
        event("A", "CREATE_IN_PROGRESS"),
        event("B", "CREATE_FAILED", "Resource creation cancelled"),
        event("A", "CREATE_FAILED", "Topic already exists"),
        event("C", "CREATE_FAILED", "Something else"),
        event("s", "CREATE_FAILED", "The following resource(s) failed to create: [A]", STACK_TYPE),
    ]
    assert first_failure(events) == "A (AWS::SNS::Topic): Topic already exists"


def test_the_stack_alone_has_a_reason() -> None:
    events = [event("s", "UPDATE_FAILED", "Export x is in use", STACK_TYPE)]
    assert first_failure(events) == f"s ({STACK_TYPE}): Export x is in use"
    assert first_failure([event("A", "CREATE_COMPLETE")]) is None


def test_validation_has_paths() -> None:
    events: list[dict[str, Any]] = [
        {"EventType": "STACK_EVENT", "ResourceStatusReason": "no"},
        {
            "EventType": "VALIDATION_ERROR",
            "ValidationFailureMode": "FAIL",
            "ValidationPath": "/Resources/A/Properties/B",
            "ValidationStatusReason": "unknown property",
        },
        {
            "EventType": "VALIDATION_ERROR",
            "ValidationFailureMode": "WARN",
            "LogicalResourceId": "Bucket",
            "ValidationName": "BUCKET_EMPTINESS_VALIDATION",
        },
    ]
    assert validation_reasons(events * 2, mode="FAIL") == [
        "/Resources/A/Properties/B: unknown property"
    ]
    assert validation_reasons(events, mode="WARN") == ["Bucket: BUCKET_EMPTINESS_VALIDATION"]


def test_the_way_out_depends_on_the_status() -> None:
    def way_out(status: str | None) -> str | None:
        return StackError("orders-dev", status, ["r"]).way_out("run R")

    assert way_out("ROLLBACK_COMPLETE") == "run R, then deploy again"
    assert way_out("UPDATE_ROLLBACK_COMPLETE") == (
        "it is as it was before; mend the cause, then deploy again"
    )
    assert "continue-update-rollback --stack-name orders-dev," in str(
        way_out("UPDATE_ROLLBACK_FAILED")
    )
    assert way_out("DELETE_FAILED") == "mend the cause, then run R"
    assert way_out(None) is None
    assert way_out("CREATE_COMPLETE") is None
