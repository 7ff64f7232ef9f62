"""What the emulator lacks of CodePipeline: an approval that begins, and its result.

It uses private names of the emulator, so setup.cfg pins its version.
https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
"""

import json
import time
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge

from cfn_pipeline.rehearsal.local_aws.long_polling import App, Message, Receive, Send

_TARGET = "CodePipeline_20150709."

#: The functions that rules run for the event of an approval, while this context dispatches it;
#: other events are dispatched in other threads and tasks at the same time.
_functions: ContextVar[list[dict[str, str]] | None] = ContextVar("functions", default=None)

_run = eventbridge._dispatch_to_lambda


def _collect_or_run(arn: str, payload: str) -> None:
    """Keep a function for the rehearsal, which runs it and waits; run those of other events."""
    functions = _functions.get()
    if functions is None:
        _run(arn, payload)
    else:
        functions.append({"function": arn, "event": payload})


eventbridge._dispatch_to_lambda = _collect_or_run


class Approvals:
    """The approval that waits; rehearsals have one at a time."""

    def __init__(self) -> None:
        self._detail: Mapping[str, Any] = {}
        self._token = ""
        self._result: Mapping[str, Any] | None = None

    def begin(self, detail: Mapping[str, Any]) -> list[dict[str, str]]:
        """Begin an approval, and return the functions that rules run for it, with their events.

        Args:
            detail: of the event "CodePipeline Action Execution State Change".

        """
        self._detail, self._token, self._result = detail, str(uuid.uuid4()), None
        event = {
            "EventId": str(uuid.uuid4()),
            "Source": "aws.codepipeline",
            "DetailType": "CodePipeline Action Execution State Change",
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": int(time.time()),
            "Resources": [],
            "Account": get_account_id(),
            "Region": get_region(),
        }
        functions: list[dict[str, str]] = []
        token = _functions.set(functions)
        try:
            eventbridge._dispatch_event(event)
        finally:
            _functions.reset(token)
        return functions

    def end(self) -> Mapping[str, Any] | None:
        """End the approval, and return its result; None: nothing has given one."""
        result, self._detail, self._result = self._result, {}, None
        return result

    def answer(self, operation: str, request: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer a request of the API: its status and its body."""
        name = request.get("name") or request.get("pipelineName")
        if name != self._detail.get("pipeline"):
            return _error("PipelineNotFoundException", f"no approval of {name} waits")
        if operation == "GetPipelineState":
            return 200, self._state
        if operation != "PutApprovalResult":
            return _error("UnknownOperationException", f"a rehearsal has no {operation}")
        place = (request.get("stageName"), request.get("actionName"))
        if place != (self._detail["stage"], self._detail["action"]):
            return _error("ActionNotFoundException", f"{'/'.join(map(str, place))} does not wait")
        if request.get("token") != self._token:
            return _error("InvalidApprovalTokenException", "the token is not that of the approval")
        if self._result is not None:
            return _error("ApprovalAlreadyCompletedException", "it has a result already")
        self._result = request["result"]
        return 200, {"approvedAt": time.time()}

    @property
    def _state(self) -> dict[str, Any]:
        execution = {
            "pipelineExecutionId": self._detail["execution-id"],
            "status": "InProgress",
        }
        action = {"status": "InProgress", "token": self._token}
        return {
            "pipelineName": self._detail["pipeline"],
            "stageStates": [
                {
                    "stageName": self._detail["stage"],
                    "latestExecution": execution,
                    "actionStates": [
                        {"actionName": self._detail["action"], "latestExecution": action}
                    ],
                }
            ],
        }


def with_approvals(app: App, approvals: Approvals) -> App:
    """Return an ASGI application that also answers CodePipeline's requests."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        target = bytes(headers.get(b"x-amz-target", b"")).decode("latin-1")
        if scope["type"] != "http" or not target.startswith(_TARGET):
            await app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        text = b"".join(m.get("body", b"") for m in messages)
        status, response = approvals.answer(target.removeprefix(_TARGET), json.loads(text))
        body = json.dumps(response).encode()
        sent = [
            (b"content-type", b"application/x-amz-json-1.1"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    return answer


def _error(kind: str, message: str) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": kind, "message": message}
