"""What to do after a run."""

from typing import Any

import pytest

from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.report.result import next_step

RESUME = "cfn-pipeline rehearse --resume p-0001"
NEW_RUN = "After a change of the source, begin a new run: a resumed run uses the same sources"


def result(
    status: Status, message: str = "", aws: str = "embedded", **details: Any
) -> dict[str, Any]:
    action = {"status": status, "message": message, "details": details}
    return {"status": status, "run": "p-0001", "aws": aws, "stages": [{"actions": [action]}]}


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (result(Status.SUCCEEDED), []),
        (result(Status.STOPPED), [f"Resume with: {RESUME}"]),
        (result(Status.REJECTED), [f"Resume with: {RESUME}"]),
        (result(Status.FAILED), [f"Resume with: {RESUME}"]),
        (
            result(Status.FAILED, "stack dev is ROLLBACK_COMPLETE", failed_stack="dev"),
            [f"To resume, delete the failed stack: {RESUME} --delete-stack dev"],
        ),
        (
            result(Status.FAILED, "The secret cannot be read", failed_stack="dev"),
            [
                f"To resume, delete the failed stack: {RESUME} --delete-stack dev",
                "To create a missing secret, add: --secret 'NAME=TEXT'",
            ],
        ),
        (
            result(Status.FAILED, "stack dev is ROLLBACK_COMPLETE", "AWS", failed_stack="dev"),
            [f"Resume with: {RESUME}"],
        ),
        (
            result(Status.FAILED, "phase BUILD", phases=[]),
            [
                NEW_RUN,
                f"If the source is right, resume with: {RESUME}",
            ],
        ),
    ],
)
def test_the_next_step_is_one_that_helps(outcome: dict[str, Any], lines: list[str]) -> None:
    assert next_step(outcome) == lines
