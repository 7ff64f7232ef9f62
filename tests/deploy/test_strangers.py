"""Other users of this machine, and web pages, while a rehearsal runs."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws

#: A stack whose function leaves a mark where the attacker can see it.
EVIL = {
    "Parameters": {"Mark": {"Type": "String"}},
    "Resources": {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": "arn:aws:iam::123456789012:role/r",
                "Code": {
                    "ZipFile": "def handler(event, context): open(event['ResourceProperties']"
                    "['Mark'], 'w').close()"
                },
            },
        },
        "Custom": {
            "Type": "Custom::X",
            "Properties": {
                "ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]},
                "ServiceTimeout": 1,
                "Mark": {"Ref": "Mark"},
            },
        },
    },
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path_factory.mktemp("aws"), region="us-east-1") as server:
        yield server


def form(stack: str, mark: Path, key: str = "") -> str:
    words = {
        "Action": "CreateStack",
        "StackName": stack,
        "TemplateBody": json.dumps(EVIL),
        "Capabilities.member.1": "CAPABILITY_IAM",
        "Parameters.member.1.ParameterKey": "Mark",
        "Parameters.member.1.ParameterValue": str(mark),
    }
    return urlencode(words | ({"X-Amz-Credential": key} if key else {}))


def stacks(aws: EmbeddedAws) -> set[str]:
    listed = aws.account.client("cloudformation").list_stacks()["StackSummaries"]
    return {stack["StackName"] for stack in listed}


def test_the_attack_itself_works_with_the_key(aws: EmbeddedAws, tmp_path: Path) -> None:
    """Otherwise the tests below would prove nothing."""
    url = f"{aws.account.endpoint}/?{form('mine', tmp_path / 'mark', aws.account.key)}"
    subprocess.run(["curl", "--silent", "--request", "POST", url], check=True)
    # The response waits until the stack is stable.
    aws.account.client("cloudformation").describe_stacks(StackName="mine")
    assert (tmp_path / "mark").exists()


@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("su") is None or shutil.which("curl") is None,
    reason="only root becomes another user, with su; curl sends the requests",
)
def test_another_user_of_this_machine(aws: EmbeddedAws, tmp_path: Path) -> None:
    data = tmp_path / "form"
    data.write_text(form("other-user", tmp_path / "mark"))
    script = f"curl --silent --write-out ' %{{http_code}}' --data @- {aws.account.endpoint}/"
    done = subprocess.run(
        ["su", "nobody", "-s", "/bin/sh", "-c", script],
        input=data.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.endswith(b" 403")
    assert "other-user" not in stacks(aws)
    # Nor does the other user find the key in arguments and environments.
    key = aws.account.key
    look = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2> /dev/null; true"
    found = subprocess.run(
        ["su", "nobody", "-s", "/bin/sh", "-c", look], capture_output=True, check=True
    )
    assert key.encode() not in found.stdout


_SERVER = """
import socketserver
from cfn_pipeline.rehearsal.local_aws.runtime_api import refuse_other_users

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nevent")

refuse_other_users()
with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
"""


@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("su") is None or not Path("/proc/net/tcp").exists(),
    reason="only root becomes another user, with su; /proc tells who connects",
)
def test_the_runtime_api_of_functions_is_for_one_user() -> None:
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        curl = f"curl --silent http://127.0.0.1:{int(server.stdout.readline())}/"
        own = subprocess.run(["sh", "-c", curl], capture_output=True, check=False)
        words = ["su", "nobody", "-s", "/bin/sh", "-c", curl]
        other = subprocess.run(words, capture_output=True, check=False)
        server.kill()
    assert (own.stdout, other.stdout) == (b"event", b"")


class _Page(http.server.BaseHTTPRequestHandler):
    """Serves a page that tries what a page can."""

    page = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        del format, args


_SCRIPT = """
<!doctype html><title>page</title><pre id="seen">nothing</pre>
<form id="form" method="post" action="URL/" target="frame"><input name="TemplateBody"></form>
<iframe name="frame"></iframe>
<script>
const seen = document.getElementById("seen");
async function main() {
  const tries = {
    simple: () => fetch("URL/?FORM", {method: "POST", mode: "no-cors"}),
    body: () => fetch("URL/", {method: "POST", mode: "no-cors", body: "FORM",
      headers: {"Content-Type": "application/x-www-form-urlencoded"}}),
    read: () => fetch("URL/_ministack/health"),
    preflight: () => fetch("URL/", {method: "POST", headers: {"X-Amz-Target": "x"}}),
  };
  const results = {};
  for (const [name, go] of Object.entries(tries)) {
    try { const r = await go(); results[name] = r.type + " " + r.status; }
    catch (error) { results[name] = "refused"; }
  }
  document.getElementById("form").submit();
  seen.textContent = JSON.stringify(results);
}
main();
</script>
"""


def _browser() -> str | None:
    return next((p for n in ("chromium", "chromium-browser") if (p := shutil.which(n))), None)


@pytest.mark.skipif(_browser() is None, reason="chromium is not installed")
@pytest.mark.parametrize("with_key", [False, True])
def test_a_web_page(aws: EmbeddedAws, tmp_path: Path, with_key: bool) -> None:
    """Even a page that knows the key can do nothing."""
    stack = f"page-{with_key}".lower()
    key = aws.account.key if with_key else ""
    text = _SCRIPT.replace("URL", str(aws.account.endpoint))
    _Page.page = text.replace("FORM", form(stack, tmp_path / "mark", key)).encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [
        *(str(_browser()), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"),
        *("--virtual-time-budget=5000", "--dump-dom"),
    ]
    try:
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{server.server_port}/"],
            capture_output=True,
            check=True,
            timeout=120,
        )
    finally:
        server.shutdown()
    dom = done.stdout.decode()
    found = json.loads(dom.partition('id="seen">')[2].partition("<")[0])
    # Of an opaque response, the page sees nothing; the others are refused by the browser itself.
    assert found == {
        "simple": "opaque 0",
        "body": "opaque 0",
        "read": "refused",
        "preflight": "refused",
    }
    assert stack not in stacks(aws)
    assert not (tmp_path / "mark").exists()


def test_no_other_interface_is_used(aws: EmbeddedAws) -> None:
    port = urlsplit(str(aws.account.endpoint)).port
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("there is no /proc")
    here = [
        line.split()[1]
        for line in listening.read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert here == [f"0100007F:{port:04X}"]
