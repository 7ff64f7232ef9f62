"""The functions as Lambda runs them, against botocore's Stubber in AWS's place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

import cfnresponse
import pytest
from botocore.stub import Stubber


@dataclass
class Context:
    """Lambda's context: a clock that each look moves on, and the log stream's name."""

    milliseconds: list[int] = field(default_factory=lambda: [300_000])
    log_stream_name: str = "log-stream"

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds.pop(0) if len(self.milliseconds) > 1 else self.milliseconds[0]


@dataclass
class Function:
    """A function's module with stubbed clients; ``naps`` are the seconds that it slept."""

    module: ModuleType
    stubs: dict[str, Stubber]
    naps: list[float]

    def __call__(self, event: dict[str, Any], context: Context | None = None) -> None:
        for stub in self.stubs.values():
            stub.activate()
        self.module.handler(event, context or Context())
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Function]]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("ECS_CLUSTER", "todobackend-cluster")
    monkeypatch.setenv("APPROVALS", "{}")

    def make(name: str, *clients: str) -> Function:
        module = import_module(f"cfn_pipeline.functions.{name}")
        stubs = {client: Stubber(getattr(module, client)) for client in clients}
        naps: list[float] = []
        if hasattr(module, "time"):
            monkeypatch.setattr(module.time, "sleep", naps.append)
        made.append(stubs)
        return Function(module, stubs, naps)

    made: list[dict[str, Stubber]] = []
    yield make
    for stubs in made:
        for stub in stubs.values():
            stub.deactivate()


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What CloudFormation is answered, taken where cfnresponse sends it."""
    import json

    sent: list[dict[str, Any]] = []

    class Http:
        def request(self, method: str, url: str, *, body: str, **_: Any) -> Any:
            assert (method, url) == ("PUT", "https://cloudformation.invalid/response")
            sent.append(json.loads(body))
            return type("Response", (), {"status": 200})

    monkeypatch.setattr(cfnresponse, "http", Http())
    return sent


def custom_resource_event(kind: str, **properties: Any) -> dict[str, Any]:
    event = {
        "RequestType": kind,
        "RequestId": "request-1",
        "ResponseURL": "https://cloudformation.invalid/response",
        "StackId": "stack-1",
        "LogicalResourceId": "Resource",
        "ResourceProperties": {"ServiceToken": "arn:function", **properties},
    }
    return event if kind == "Create" else {**event, "PhysicalResourceId": "before"}
