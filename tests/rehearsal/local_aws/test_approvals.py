"""Approvals that begin while other events are dispatched."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import eventbridge

from cfn_pipeline.rehearsal.local_aws import approvals
from cfn_pipeline.rehearsal.local_aws.approvals import Approvals

APPROVAL = {"pipeline": "orders", "stage": "Prod", "action": "Approve", "state": "STARTED"}


def arn(function: str) -> str:
    return f"arn:aws:lambda:us-east-1:000000000000:function:{function}"


@pytest.fixture
def rules() -> Iterator[None]:
    """A rule for approvals, and one for builds."""
    eventbridge._ensure_default_bus()
    for name, source in (("approvals", "aws.codepipeline"), ("builds", "aws.codebuild")):
        eventbridge._put_rule({"Name": name, "EventPattern": json.dumps({"source": [source]})})
        eventbridge._put_targets({"Rule": name, "Targets": [{"Id": "1", "Arn": arn(name)}]})
    yield
    for name in ("approvals", "builds"):
        eventbridge._remove_targets({"Rule": name, "Ids": ["1"]})
        eventbridge._delete_rule({"Name": name})


def test_functions_of_other_events_run(rules: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del rules
    ran: list[str] = []
    dispatch = eventbridge._dispatch_event
    build = {
        "EventId": "1",
        "Source": "aws.codebuild",
        "DetailType": "CodeBuild Build State Change",
        "Detail": "{}",
        "Time": 0,
        "Resources": [],
    }

    def with_build(event: dict[str, Any]) -> None:
        # A build ends while the approval begins.
        other = threading.Thread(target=dispatch, args=(build,))
        other.start()
        other.join()
        dispatch(event)

    monkeypatch.setattr(approvals, "_run", lambda function, _: ran.append(function))
    monkeypatch.setattr(eventbridge, "_dispatch_event", with_build)
    [began] = Approvals().begin(APPROVAL)
    assert began["function"] == arn("approvals")
    assert json.loads(began["event"])["detail"] == APPROVAL
    assert ran == [arn("builds")]
