"""Answers about stacks that wait until the stacks have come to rest.

The AWS CLI looks at a stack every 30 seconds, and here most are made in one.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

__all__ = ["patient"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

#: Seconds after which the answer is given all the same; clients wait for a minute.
_LONGEST = 20.0
_INTERVAL = 0.02


def patient(app: App, at_work: Callable[[str], bool]) -> App:
    """Return an ASGI application that answers DescribeStacks when there is something to tell.

    Args:
        app: the application.
        at_work: tells whether a stack of this name, or ARN, is being changed.

    """

    async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        said = parse_qs(b"".join(m.get("body", b"") for m in messages).decode(errors="replace"))
        if said.get("Action") == ["DescribeStacks"] and "StackName" in said:
            await _rest(lambda: at_work(said["StackName"][0]))
        waiting = iter(messages)

        async def replay() -> Message:
            message = next(waiting, None)
            return await receive() if message is None else message

        await app(scope, replay, send)

    return answer


async def _rest(at_work: Callable[[], bool]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LONGEST
    while at_work() and loop.time() < deadline:
        await asyncio.sleep(_INTERVAL)
