"""The document that a request of a Hook leads to: the template, in a bucket of CloudFormation."""

import json
import re
from http.client import HTTPMessage
from typing import IO
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

#: The hosts of S3, in all partitions, with the bucket in the name or in the path.
_S3 = re.compile(r"(.+\.)?s3[.-]([a-z0-9-]+\.)*amazonaws\.(com|com\.cn|eu)")

#: Two templates of 1 MB, as text within JSON, and the list of changes.
_MOST_BYTES = 16_000_000

_SECONDS = 10


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirects: they may lead to another host."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        del req, fp, code, msg, headers, newurl


def read(url: str) -> bytes:
    """Return the document at a presigned URL of S3.

    Raises:
        ValueError: the URL is not an https URL of S3, or the document is too large.
        OSError: it could not be read.

    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not _S3.fullmatch(parts.hostname or ""):
        place = f"{parts.scheme}://{parts.hostname or ''}"
        raise ValueError(f"the payload must be at an https URL of S3, got {place!r}")
    return download(url)


def download(url: str) -> bytes:
    """Return what is at a URL itself, not at another one that it leads to.

    Raises:
        ValueError: it is too large.
        OSError: it could not be read.

    """
    with build_opener(_NoRedirects).open(url, timeout=_SECONDS) as response:
        document: bytes = response.read(_MOST_BYTES + 1)
    if len(document) > _MOST_BYTES:
        raise ValueError(f"the payload is larger than {_MOST_BYTES} bytes")
    return document


def template_of(document: bytes) -> str:
    """Return the template in the document of a stack or a change set.

    Raises:
        ValueError: the document has none.

    """
    content = json.loads(document)
    template = content.get("template") if isinstance(content, dict) else None
    if not isinstance(template, str):
        raise ValueError("the payload has no template as text")
    return template
