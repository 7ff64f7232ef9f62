"""The local AWS as a process: ``python -m cfn_pipeline.rehearsal.local_aws.server``.

It is told what to do in lines of JSON on standard input, and answers each with a line on standard
output. When standard input ends, because the rehearsal has ended in whichever way, it lets stacks
come to rest, saves the account, and stops. Port, account and folders come from the environment.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import persistence
from ministack.services import cloudformation

from cfn_pipeline.rehearsal.local_aws.patience import patient
from cfn_pipeline.rehearsal.local_aws.stand_ins import (
    Tasks,
    add_network,
    add_public_parameters,
    add_types,
    mend_types,
)

#: Seconds for stacks to come to rest when the server stops.
_REST = 60.0


class _Orders:
    """What the rehearsal says, a line at a time."""

    def __init__(self) -> None:
        mend_types()
        self._types = add_types()
        self._tasks = Tasks()
        add_public_parameters()

    def obey(self, order: dict[str, Any]) -> Any:
        """Do as told, and return the answer."""
        match order:
            case {"order": "save"}:
                return _save()
            case {"order": "end tasks with", "exit_code": int(code)}:
                self._tasks.exit_code = code
            case {"order": "have", "vpcs": list(vpcs), "subnets": list(subnets)}:
                return add_network(vpcs, subnets)
            case {"order": "stand-ins"}:
                return sorted(self._types.used)
            case _:
                return f"not understood: {order}"
        return None

    def read(self, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
        """Obey until standard input ends."""
        try:
            for line in sys.stdin:
                done = asyncio.run_coroutine_threadsafe(self._obey(json.loads(line)), loop)
                print(json.dumps(done.result()), flush=True)
        except BrokenPipeError:
            pass  # nobody reads the answer any more
        finally:
            loop.call_soon_threadsafe(ended.set)

    async def _obey(self, order: dict[str, Any]) -> Any:
        return self.obey(order)


class _Failures(logging.Handler):
    """What went wrong while the account was saved: the emulator itself only logs it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _save() -> list[str]:
    """Save the account, and return what went wrong."""
    failures = _Failures()
    persistence.logger.addHandler(failures)
    try:
        persistence.save_all(app._build_persistence_save_dict())
    finally:
        persistence.logger.removeHandler(failures)
    return failures.messages


def _at_work(name: str | None = None) -> bool:
    """Tell whether a stack is being changed; None: any stack."""
    return any(
        status.endswith("IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
        for status in (
            str(stack.get("StackStatus", ""))
            for stack in cloudformation._stacks._data.values()
            if name in (None, stack.get("StackName"), stack.get("StackId"))
        )
    )


async def _main() -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    orders = _Orders()

    async def until_ended() -> None:
        await ended.wait()
        deadline = loop.time() + _REST
        while _at_work() and loop.time() < deadline:
            await asyncio.sleep(0.1)

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.5
    threading.Thread(target=orders.read, args=(loop, ended), daemon=True).start()
    patient_app: Any = patient(app.app, _at_work)
    await serve(patient_app, config, shutdown_trigger=until_ended)


if __name__ == "__main__":
    asyncio.run(_main())
    os._exit(0)  # worker threads of the emulator may still wait for somebody
