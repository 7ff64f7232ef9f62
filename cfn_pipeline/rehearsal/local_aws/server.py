"""The local AWS as a process: ``python -m cfn_pipeline.rehearsal.local_aws.server``.

It reads requests as lines of JSON from standard input, and answers each with a line on standard
output. When standard input ends, because the rehearsal has ended or was killed, it waits until
stacks are stable, saves the account and stops. Host, credentials and folders are in the
environment; the first argument is the descriptor of the socket, which the rehearsal has opened.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import persistence
from ministack.services import cloudformation

from cfn_pipeline.rehearsal.local_aws.access import with_access
from cfn_pipeline.rehearsal.local_aws.approvals import Approvals, with_approvals
from cfn_pipeline.rehearsal.local_aws.conditions import patch_conditions
from cfn_pipeline.rehearsal.local_aws.credentials import (
    acting_in,
    hand_out,
    is_issued,
    key_of,
)
from cfn_pipeline.rehearsal.local_aws.long_polling import with_long_polling
from cfn_pipeline.rehearsal.local_aws.loopback import stay_on_loopback
from cfn_pipeline.rehearsal.local_aws.runtime_api import refuse_other_users
from cfn_pipeline.rehearsal.local_aws.stand_ins import (
    Tasks,
    add_public_parameters,
    add_types,
    create_network,
    patch_types,
)

#: Seconds for stacks to become stable when the server stops.
_REST = 60.0


class _Requests:
    """The requests of the rehearsal, a line each."""

    def __init__(self) -> None:
        patch_types()
        patch_conditions()
        self._types = add_types()
        self._tasks = Tasks()
        self._saving = _Saving()
        self.approvals = Approvals()
        add_public_parameters()

    def handle(self, request: dict[str, Any]) -> Any:
        """Handle a request and return the response."""
        match request:
            case {"request": "start"}:
                pass
            case {"request": "save"}:
                return self._saving.save()
            case {"request": "set task exit code", "exit_code": int(code)}:
                self._tasks.exit_code = code
            case {"request": "create network", "number": str(number), "region": str(region)}:
                with acting_in(number, region):
                    return create_network(request["vpcs"], request["subnets"])
            case {"request": "begin approval", "number": str(number), "region": str(region)}:
                with acting_in(number, region):
                    return self.approvals.begin(request["detail"])
            case {"request": "end approval"}:
                return self.approvals.end()
            case {"request": "access key", "number": str(number)}:
                return key_of(number)
            case {"request": "stand-in types"}:
                return sorted(self._types.used)
            case _:
                return f"unknown request: {request}"
        return None

    def read(self, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
        """Handle requests until standard input ends."""
        try:
            for line in sys.stdin:
                done = asyncio.run_coroutine_threadsafe(self._handle(json.loads(line)), loop)
                print(json.dumps(done.result()), flush=True)
        except BrokenPipeError:
            pass  # the rehearsal has ended
        finally:
            loop.call_soon_threadsafe(ended.set)

    async def _handle(self, request: dict[str, Any]) -> Any:
        return self.handle(request)


class _Failures(logging.Handler):
    """Collects errors of saving the account, which the emulator only logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class _Saving:
    """Saves the account after each action: the services whose state is another one than before."""

    def __init__(self) -> None:
        self._saved: dict[str, str] = {}

    def save(self) -> list[str]:
        """Save the account, and return the errors."""
        failures = _Failures()
        persistence.logger.addHandler(failures)
        try:
            services = app._build_persistence_save_dict()
            persistence.save_all(
                {name: partial(self._changed, name, services[name]) for name in services}
            )
        finally:
            persistence.logger.removeHandler(failures)
        if failures.messages:
            self._saved.clear()
        return failures.messages

    def _changed(self, service: str, get_state: Callable[[], Any]) -> Any:
        """Return the state of a service; None, which is not saved, if it is saved already."""
        state = get_state()
        text = json.dumps(state, default=persistence._json_default)
        there = (Path(persistence.STATE_DIR) / f"{service}.json").exists()
        if there and self._saved.get(service) == text:
            return None
        self._saved[service] = text
        return state


def _in_progress(name: str | None = None) -> bool:
    """Return whether a stack is being changed; None: whether any stack is."""
    return any(
        status.endswith("IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
        for status in (
            str(stack.get("StackStatus", ""))
            for stack in cloudformation._stacks._data.values()
            if name in (None, stack.get("StackName"), stack.get("StackId"))
        )
    )


async def _main(descriptor: int) -> None:
    host, key = os.environ["GATEWAY_HOST"], os.environ["AWS_ACCESS_KEY_ID"]
    hand_out(key)
    stay_on_loopback()
    refuse_other_users()
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    requests = _Requests()

    async def until_ended() -> None:
        await ended.wait()
        deadline = loop.time() + _REST
        while _in_progress() and loop.time() < deadline:
            await asyncio.sleep(0.1)

    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.5
    threading.Thread(target=requests.read, args=(loop, ended), daemon=True).start()
    answering = with_approvals(with_long_polling(app.app, _in_progress), requests.approvals)
    guarded: Any = with_access(answering, host, key, is_issued)
    await serve(guarded, config, shutdown_trigger=until_ended)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
    os._exit(0)  # without waiting for the emulator's worker threads
