"""The payload of a request is read from S3, and from nowhere else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError

import pytest

from cfn_pipeline.hook import payload


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/document")
            self.end_headers()
        else:
            self.send_response(200 if self.path == "/document" else 403)
            self.end_headers()
            self.wfile.write(b'{"template": "A"}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Server) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_document_is_downloaded(server: str) -> None:
    assert payload.template_of(payload.download(f"{server}/document")) == "A"


@pytest.mark.parametrize("path, status", [("redirect", 302), ("expired", 403)])
def test_redirects_are_not_followed(server: str, path: str, status: int) -> None:
    with pytest.raises(HTTPError) as caught:
        payload.download(f"{server}/{path}")
    assert caught.value.code == status


def test_a_document_that_is_too_large_is_refused(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "_MOST_BYTES", 16)
    with pytest.raises(ValueError, match="larger than 16 bytes"):
        payload.download(f"{server}/document")


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.eu-west-1.amazonaws.com/key?X-Amz-Signature=0a",
        "https://a.b.s3.amazonaws.com/key",
        "https://s3-us-west-2.amazonaws.com/bucket/key",
        "https://bucket.s3.dualstack.eu-west-1.amazonaws.com/key",
        "https://bucket.s3.cn-north-1.amazonaws.com.cn/key",
    ],
)
def test_urls_of_s3_are_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "download", str.encode)
    assert payload.read(url) == url.encode()


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket.s3.amazonaws.com/key",
        "file:///etc/passwd",
        "https://169.254.169.254/latest/meta-data",
        "https://s3.amazonaws.com@example.com/key",
        "https://s3.amazonaws.com.example.com/key",
        "https://s3.amazonaws.com\\@example.com/key",
        "https://example.com/s3.amazonaws.com",
        "https://ec2.eu-west-1.amazonaws.com/",
        "https://bucket.s3.example-amazonaws.com/key",
        "",
    ],
)
def test_other_urls_are_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "download", str.encode)
    with pytest.raises(ValueError, match="must be at an https URL of S3"):
        payload.read(url)
