"""What a rehearsal starts here: its environment, its end, and what it leaves."""

import json
import os
import signal
import stat
import sys
import time
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.security.test_network import CUSTOM


def test_functions_have_the_environment_and_the_home_of_builds(aws: EmbeddedAws) -> None:
    cloudformation = aws.account.client("cloudformation")
    cloudformation.create_stack(StackName="custom", TemplateBody=json.dumps(CUSTOM))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="custom")
    seen = aws.account.client("ssm").get_parameter(Name="/seen")["Parameter"]["Value"]
    found = json.loads(seen)
    assert found["AWS_ACCESS_KEY_ID"] == aws.account.key
    assert found["HOME"] == str(aws._folder / "home")
    assert [name for name in found if name.startswith("PYTEST")] == []


DAEMON = """
import subprocess, sys
import cfnresponse

def handler(event, context):
    daemon = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    command = [sys.executable, "-c", daemon, event["ResourceProperties"]["Pid"]]
    subprocess.Popen(command, start_new_session=True, env={}, stdin=subprocess.DEVNULL,
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {})
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to the guard")
@pytest.mark.parametrize("killed", [False, True])
def test_what_a_function_starts_ends_with_the_local_aws(tmp_path: Path, killed: bool) -> None:
    stack = json.loads(json.dumps(CUSTOM))
    stack["Resources"]["Function"]["Properties"]["Code"]["ZipFile"] = DAEMON
    stack["Resources"]["Custom"]["Properties"]["Pid"] = str(tmp_path / "pid")
    del stack["Outputs"]
    with embedded_aws(tmp_path / "aws", region="us-east-1") as server:
        cloudformation = server.account.client("cloudformation")
        cloudformation.create_stack(StackName="daemon", TemplateBody=json.dumps(stack))
        cloudformation.get_waiter("stack_create_complete").wait(StackName="daemon")
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        pid = (tmp_path / "pid").read_text()
        status = Path("/proc", pid, "status")
        assert status.exists()
        if killed:
            [child] = Path("/proc", str(server._process.pid), "task").glob("*/children")
            os.kill(int(child.read_text().split()[0]), signal.SIGKILL)
            server._process.wait()
    assert not status.exists()


def test_secrets_are_in_files_of_their_owner(tmp_path: Path) -> None:
    with embedded_aws(tmp_path / "run" / "account", region="us-east-1") as server:
        server.account.client("secretsmanager").create_secret(Name="s", SecretString="topsecret")
        server.account.client("s3").create_bucket(Bucket="bucket")
        server.account.client("s3").put_object(Bucket="bucket", Key="k", Body=b"topsecret")
        server.save()
        key = server.account.key
    found = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert key.encode() not in path.read_bytes(), path
    assert [path for path in found if b"topsecret" in path.read_bytes()]
