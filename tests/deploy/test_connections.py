"""Every connection of a rehearsal, of whatever it starts."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rehearsal.small import Small, command, environment
from tests.security.test_network import CUSTOM, OWN, Listener, with_function


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_connection_is_to_this_machine(tmp_path: Path) -> None:
    small, proxy = Small(tmp_path / "small"), Listener()
    with_function(small, CUSTOM)
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    trace = tmp_path / "trace"
    done = subprocess.run(
        [
            *("strace", "--follow-forks", "-qq", "--trace=connect,sendto,sendmsg,bind"),
            *("--output", str(trace)),
            *command("pipeline.json", "--source", "App=app", "--approve", "--builds", "shell"),
            *("--secret", "mysec=topsecret"),
        ],
        cwd=small.folder,
        env=environment() | OWN | dict.fromkeys(names, proxy.url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    proxy.close()
    assert done.returncode == 0, done.stderr
    assert proxy.received == []
    text = trace.read_text(errors="replace")
    hosts = re.findall(r'inet_addr\("([^"]+)"\)', text)
    hosts += re.findall(r'inet_pton\(AF_INET6, "([^"]+)"', text)
    assert len(hosts) > 10
    assert set(hosts) <= {"127.0.0.1", "::1"}, json.dumps(sorted(set(hosts)))
