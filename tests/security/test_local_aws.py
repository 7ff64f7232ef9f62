"""Who may use the local AWS."""

import http.client
import os
import socket
import urllib.request
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws, listen
from cfn_pipeline.rehearsal.local_aws.runtime_api import user_of
from tests.rehearsal.small import Small

BODY = urlencode({"Action": "ListStacks", "Version": "2010-05-15"})


def authorization(key: str) -> str:
    scope = f"{key}/20260101/us-east-1/cloudformation/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def ask(
    aws: EmbeddedAws, method: str = "POST", path: str = "/", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Send a request as any program can; return status, headers and body."""
    host = urlsplit(str(aws.account.endpoint)).netloc
    connection = http.client.HTTPConnection(host)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    words = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, BODY, form | words)
    response = connection.getresponse()
    found = {name.lower(): value for name, value in response.getheaders()}
    return response.status, found, response.read().decode()


def test_with_the_credentials_of_the_run(aws: EmbeddedAws) -> None:
    status, headers, body = ask(aws, Authorization=authorization(aws.account.key))
    assert (status, "ListStacksResponse" in body) == (200, True)
    assert [name for name in headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize("key", ["test", "123456789012", "", "REHEARSAL", "ASIAIOSFODNN7EXAMPLE"])
def test_with_other_credentials(aws: EmbeddedAws, key: str) -> None:
    assert ask(aws, Authorization=authorization(key))[0] == 403


def test_without_credentials(aws: EmbeddedAws) -> None:
    status, headers, body = ask(aws)
    assert status == 403
    assert "the credentials of the rehearsal are needed" in body
    assert [name for name in headers if name.startswith("access-control-")] == []


@pytest.mark.parametrize(
    "path",
    [
        "/_ministack/health",
        "/_ministack/reset",
        "/_ministack/config",
        "/_ministack/cfn-response/x",
        "/bucket/key",
        "/?X-Amz-Credential=test/20260101/us-east-1/s3/aws4_request",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_no_path_is_open(aws: EmbeddedAws, method: str, path: str) -> None:
    assert ask(aws, method, path)[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "https://example.com"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Host": "evil.example.com"},
        {"Host": "localhost"},
        {"Host": "127.0.0.1"},
    ],
)
def test_pages_and_other_hosts_are_refused_with_any_credentials(
    aws: EmbeddedAws, headers: dict[str, str]
) -> None:
    key = authorization(aws.account.key)
    assert ask(aws, Authorization=key, **headers)[0] == 403


def test_preflights_are_refused(aws: EmbeddedAws) -> None:
    key = authorization(aws.account.key)
    status, headers, _ = ask(aws, "OPTIONS", Authorization=key)
    assert (status, "access-control-allow-origin" in headers) == (403, False)


def test_two_runs_have_different_credentials(aws: EmbeddedAws, tmp_path: Path) -> None:
    with embedded_aws(tmp_path, region="us-east-1") as other:
        assert ask(other, Authorization=authorization(aws.account.key))[0] == 403


def test_presigned_urls_carry_them(aws: EmbeddedAws) -> None:
    s3 = aws.account.client("s3")
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="k", Body=b"text")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned", "Key": "k"})
    with urllib.request.urlopen(url) as response:
        assert response.read() == b"text"
    assert ask(aws, "GET", "/presigned/k")[0] == 403


def test_credentials_that_it_has_issued_are_its_own(aws: EmbeddedAws) -> None:
    role = "arn:aws:iam::123456789012:role/r"
    aws.account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    issued = aws.account.client("sts").assume_role(RoleArn=role, RoleSessionName="session")
    key = issued["Credentials"]["AccessKeyId"]
    assert ask(aws, Authorization=authorization(key))[0] == 200
    aws.account.client("iam").create_user(UserName="u")
    user = aws.account.client("iam").create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    assert ask(aws, Authorization=authorization(user))[0] == 200


def test_a_dead_server_gets_nothing(tmp_path: Path) -> None:
    server = EmbeddedAws(tmp_path, region="us-east-1")
    try:
        server._process.kill()
        server._process.wait()
        with pytest.raises(RehearsalError, match="the local AWS has stopped"):
            server.account.client("sts").get_caller_identity()
        # Its port is not free for others as long as the run lasts.
        port = urlsplit(str(server.account.endpoint)).port
        with pytest.raises(RehearsalError, match="cannot be used"):
            listen(port)
    finally:
        server.stop()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_that_there_are_not(small: Small, port: int) -> None:
    done = small.rehearse(f"--port={port}")
    assert done.code == 2
    assert f"invalid --port {port}: use 1 to 65535, or leave out --port" in done.err
    assert not (small.folder / ".rehearsal").exists()


@pytest.mark.thorough
def test_a_server_does_not_import_from_the_working_directory(small: Small) -> None:
    small.write("hypercorn.py", "raise SystemExit('imported')")
    assert small.rehearse().code == 0


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="there is no /proc")
def test_the_user_at_the_other_end_of_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        with client, accepted:
            assert user_of(accepted) == os.getuid()
            assert user_of(client) == os.getuid()
