"""What reaches other programs and other machines: nothing that stays here."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cfn_pipeline.rehearsal.machine import with_direct_loopback
from tests.rehearsal.small import Small, action, spawn, template


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "127.0.0.1,localhost,::1"),
        ("example.com", "example.com,127.0.0.1,localhost,::1"),
        ("localhost", "localhost,127.0.0.1,::1"),
        ("*", "*"),
    ],
)
def test_this_machine_is_reached_without_a_proxy(before: str, after: str) -> None:
    found = with_direct_loopback({"NO_PROXY": before, "no_proxy": before, "HTTP_PROXY": "p"})
    assert found == {"NO_PROXY": after, "no_proxy": after, "HTTP_PROXY": "p"}


OWN = {
    "AWS_PROFILE": "nope",
    "AWS_DEFAULT_PROFILE": "nope",
    "AWS_DEFAULTS_MODE": "nope",
    "AWS_RETRY_MODE": "nope",
    "AWS_MAX_ATTEMPTS": "nope",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "nope",
    "AWS_DATA_PATH": "/nope",
    "AWS_CA_BUNDLE": "/nope",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_METADATA_SERVICE_TIMEOUT": "nope",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "nope",
}


@pytest.mark.thorough
def test_what_the_user_has_configured_for_aws_is_ignored(small: Small) -> None:
    config = small.write("config", "[profile broken\nendpoint_url = nope\n")
    small.write(
        "app/build",
        '#!/bin/sh\necho \'{"Version": "one"}\' > version.json\n! env | grep -i nope\n',
    )
    words = (*small.words, "--approve", "--builds", "shell", "--secret", "a=b")
    done = spawn(small.folder, *words, AWS_CONFIG_FILE=str(config), **OWN)
    assert done.code == 0, done.err + done.out


class Listener:
    """A proxy that takes what it gets and answers nothing."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.received: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.received.append(connection.recv(1000))

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def proxy() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


FUNCTION = """
import json, os, urllib.request
import boto3, cfnresponse

def handler(event, context):
    boto3.client("ssm").put_parameter(
        Name="/seen", Type="String", Overwrite=True, Value=json.dumps(dict(os.environ))
    )
    key, url = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_ENDPOINT_URL"]
    urllib.request.urlopen(url + "/?Action=GetCallerIdentity&X-Amz-Credential=" + key).read()
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Key": "value"})
"""

CUSTOM = {
    "Resources": {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": "arn:aws:iam::123456789012:role/r",
                "Timeout": 30,
                "Code": {"ZipFile": FUNCTION},
            },
        },
        "Custom": {
            "Type": "Custom::X",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    },
    "Outputs": {"Key": {"Value": {"Fn::GetAtt": ["Custom", "Key"]}}},
}


def with_function(small: Small, stack: Mapping[str, Any]) -> None:
    """Let the small system build with a program that uses the local AWS, and deploy a stack."""
    stages = [
        {"Name": "Source", "Actions": [action("App", ("Source", "S3"), outputs=["App"])]},
        {
            "Name": "Build",
            "Actions": [
                action("Build", ("Build", "CodeBuild"), {"ProjectName": "builder"}, inputs=["App"])
            ],
        },
        {
            "Name": "Deploy",
            "Actions": [
                action(
                    "Deploy",
                    ("Deploy", "CloudFormation"),
                    {
                        "ActionMode": "CREATE_UPDATE",
                        "StackName": "custom",
                        "TemplatePath": "App::custom.json",
                    },
                    inputs=["App"],
                )
            ],
        },
    ]
    small.write("pipeline.json", json.dumps(template(stages)))
    small.write("app/custom.json", json.dumps(stack))
    python = json.dumps(
        "import os, urllib.request as u; u.urlopen(os.environ['AWS_ENDPOINT_URL'] + "
        "'/?Action=GetCallerIdentity&X-Amz-Credential=' + os.environ['AWS_ACCESS_KEY_ID'])"
    )
    small.build(f"#!/bin/sh\n{sys.executable} -c {python} && echo '{{}}' > version.json\n")


@pytest.mark.thorough
def test_nothing_goes_to_a_proxy(small: Small, proxy: Listener) -> None:
    with_function(small, CUSTOM)
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    variables = dict.fromkeys(names, proxy.url)
    words = ("pipeline.json", "--source", "App=app", "--approve", "--builds", "shell")
    done = spawn(small.folder, *words, "--secret", "mysec=topsecret", **variables, **OWN)
    assert proxy.received == []
    assert done.code == 0, done.err + done.out


def test_the_emulator_connects_to_no_other_machine() -> None:
    code = (
        "import socket\n"
        "from cfn_pipeline.rehearsal.local_aws.loopback import stay_on_loopback\n"
        "stay_on_loopback()\n"
        "def refused(call, *arguments):\n"
        "    try:\n"
        "        call(*arguments)\n"
        "    except ConnectionRefusedError as error:\n"
        "        return 'stays on this machine' in str(error)\n"
        "assert refused(socket.socket().connect, ('192.0.2.1', 80))\n"
        "assert refused(socket.create_connection, ('example.com', 80))\n"
        "assert refused(socket.getaddrinfo, 'example.com', 80)\n"
        "assert refused(socket.socket().bind, ('0.0.0.0', 0))\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
