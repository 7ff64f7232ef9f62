"""Who may use the local AWS: programs that have the credentials of the run, and no web page.

It listens on the loopback interface, which every user of the machine and every web page in a
browser can reach.
"""

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from cfn_pipeline.rehearsal.local_aws.long_polling import App, Message, Receive, Send

#: The parameter of URLs that carry the access key, as in presigned URLs.
CREDENTIAL = "X-Amz-Credential"

#: Headers of requests that a browser sends for a page.
_OF_PAGES = ("origin", "sec-fetch-site", "sec-fetch-mode", "access-control-request-method")

_KEY = re.compile(r"(?:Credential=|^AWS )([^/:,\s]+)")


def with_access(app: App, host: str, key: str, is_issued: Callable[[str], bool]) -> App:
    """Return an ASGI application that answers requests with the credentials of the run only.

    Args:
        app: the application.
        host: its host and port; requests for other hosts are refused.
        key: the access key of the run.
        is_issued: returns whether the application itself has issued an access key.

    """

    def refusal(scope: Mapping[str, Any]) -> str:
        headers = [(bytes(k).lower().decode("latin-1"), bytes(v)) for k, v in scope["headers"]]
        if [value for name, value in headers if name == "host"] != [host.encode()]:
            return f"the host must be {host}"
        if scope.get("method") == "OPTIONS" or any(name in _OF_PAGES for name, _ in headers):
            return "requests of web pages are refused"
        texts = [value.decode("latin-1") for name, value in headers if name == "authorization"]
        if not any(_is_same(each, key) or is_issued(each) for each in _keys(texts, scope)):
            return "the credentials of the rehearsal are needed; builds and functions have them"
        return ""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        reason = refusal(scope)
        if not reason:
            await app(scope, receive, _without_cors(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
        else:
            body = f"403: {reason}\n".encode()
            length = str(len(body)).encode()
            headers = [(b"content-type", b"text/plain"), (b"content-length", length)]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return answer


def _keys(authorization: list[str], scope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the access keys of a request: of its signature, or of its URL."""
    for text in authorization:
        yield from _KEY.findall(text)
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    for name in (CREDENTIAL, "AWSAccessKeyId"):
        yield from (value.partition("/")[0] for value in query.get(name, []))


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _without_cors(send: Send) -> Send:
    """Return a ``send`` that leaves out the headers by which pages may read a response."""

    async def without(message: Message) -> None:
        if "headers" in message:
            kept = [
                (name, value)
                for name, value in message["headers"]
                if not bytes(name).lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return without
