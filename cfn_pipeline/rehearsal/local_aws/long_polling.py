"""DescribeStacks with long polling: the response waits until the stack is stable.

The AWS CLI polls every 30 seconds, and most stacks take one second here.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

#: Seconds after which the response is sent in any case; clients time out after a minute.
_LONGEST = 20.0
_INTERVAL = 0.02


def with_long_polling(app: App, in_progress: Callable[[str], bool]) -> App:
    """Return an ASGI application that answers DescribeStacks when the stack is stable.

    Args:
        app: the application.
        in_progress: returns whether the stack of a name or ARN is being changed.

    """

    async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body"):
            messages.append(await receive())
        form = parse_qs(b"".join(m.get("body", b"") for m in messages).decode(errors="replace"))
        if form.get("Action") == ["DescribeStacks"] and "StackName" in form:
            await _wait(lambda: in_progress(form["StackName"][0]))
        waiting = iter(messages)

        async def replay() -> Message:
            message = next(waiting, None)
            return await receive() if message is None else message

        await app(scope, replay, send)

    return answer


async def _wait(in_progress: Callable[[], bool]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LONGEST
    while in_progress() and loop.time() < deadline:
        await asyncio.sleep(_INTERVAL)
