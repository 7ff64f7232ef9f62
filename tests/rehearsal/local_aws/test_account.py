"""Other accounts than the one that a rehearsal brings along."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from cfn_pipeline.aws.lambda_functions import LONGEST_SECONDS
from cfn_pipeline.rehearsal.local_aws.account import Account, endpoint_account
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from tests.rehearsal.small import Run, Small, spawn, usual_stages

J = ("--format", "json")


def test_another_local_aws(small: Small, emulator: str) -> None:
    url = emulator
    done = small.rehearse(*J, "--endpoint-url", url)
    assert done.code == 0, done.err
    assert done.json["aws"] == url
    account = endpoint_account(url, "us-east-1")
    stacks = account.client("cloudformation").describe_stacks()["Stacks"]
    assert {"dev", "prod"} <= {stack["StackName"] for stack in stacks}
    again = small.rehearse(*J, "--endpoint-url", url)
    assert again.action("Dev/Deploy")["message"] == "no changes"


class _CodePipeline(BaseHTTPRequestHandler):
    """Answers GetPipeline, which the local AWS does not know."""

    answer: ClassVar[dict[str, Any]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        del format, args


def _lowered(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    if isinstance(value, dict) and key != "Configuration":
        return {name[0].lower() + name[1:]: _lowered(v, name) for name, v in value.items()}
    return value


@pytest.fixture
def codepipeline() -> Iterator[str]:
    _CodePipeline.answer = {
        "pipeline": {
            "name": "small",
            "artifactStore": {"type": "S3", "location": "live-artifacts"},
            "stages": _lowered(usual_stages()),
            "version": 1,
        }
    }
    server = HTTPServer(("127.0.0.1", 0), _CodePipeline)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def live(small: Small, aws: EmbeddedAws, codepipeline: str, *words: str) -> Run:
    """Run with variables by which the local AWS plays AWS."""
    return spawn(
        small.folder,
        *(*small.words, "--approve", "--builds", "shell", *words, *J),
        AWS_ENDPOINT_URL=str(aws.account.endpoint),
        AWS_ENDPOINT_URL_CODEPIPELINE=codepipeline,
        AWS_ACCESS_KEY_ID=aws.account.key,
        AWS_SECRET_ACCESS_KEY=aws.account.key,
    )


@pytest.mark.thorough
def test_live_runs_the_pipeline_that_is_deployed(
    small: Small, aws: EmbeddedAws, codepipeline: str
) -> None:
    stages = usual_stages()
    for stage in stages[2:]:
        for action in stage["Actions"]:
            if "StackName" in action["Configuration"]:
                action["Configuration"]["StackName"] += "-live"
                if "ParameterOverrides" in action["Configuration"]:
                    action["Configuration"].pop("TemplateConfiguration")
    _CodePipeline.answer["pipeline"]["stages"] = _lowered(stages)
    aws.account.client("s3").create_bucket(Bucket="live-artifacts")
    project = json.loads((small.folder / "pipeline.json").read_text())["Resources"]["Builder"]
    body = json.dumps({"Resources": {"Builder": project}})
    cloudformation = aws.account.client("cloudformation")
    if not aws.account.client("codebuild").batch_get_projects(names=["builder"])["projects"]:
        cloudformation.create_stack(StackName="builder", TemplateBody=body)
        cloudformation.get_waiter("stack_create_complete").wait(StackName="builder")
    before = {s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]}
    done = live(small, aws, codepipeline, "--live", "123456789012")
    assert done.code == 0, done.err + done.out
    assert done.json["aws"] == "AWS"
    after = {s["StackName"] for s in cloudformation.describe_stacks()["Stacks"]}
    # Nothing is prepared there: only the stacks of the pipeline come into being.
    assert after - before == {"dev-live", "prod-live"}
    assert {a["bucket"] for a in done.json["artifacts"]} == {"live-artifacts"}


def test_live_is_only_the_account_that_was_said(
    small: Small, aws: EmbeddedAws, codepipeline: str
) -> None:
    done = live(small, aws, codepipeline, "--live", "999999999999")
    assert done.code == 2
    assert (
        "--live 999999999999: the credentials of this machine belong to account 123456789012; "
        "nothing has been changed"
    ) in done.err


@pytest.mark.thorough
def test_without_live_what_the_environment_says_of_aws_is_not_heeded(
    small: Small, aws: EmbeddedAws, codepipeline: str
) -> None:
    before = aws.account.client("cloudformation").describe_stacks()["Stacks"]
    done = live(small, aws, codepipeline)
    assert done.code == 0, done.err
    assert done.json["aws"] == "embedded"
    after = aws.account.client("cloudformation").describe_stacks()["Stacks"]
    assert [s["LastUpdatedTime"] for s in after] == [s["LastUpdatedTime"] for s in before]


class _Failing(BaseHTTPRequestHandler):
    """Fails in a way that boto3 tries again."""

    requests: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.requests.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        del format, args


def test_a_function_is_run_once_and_may_take_its_time() -> None:
    with HTTPServer(("127.0.0.1", 0), _Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            account = Account(number="1" * 12, region="us-east-1", endpoint=url)
            client = account.client("lambda")
            with pytest.raises(ClientError):
                client.invoke(FunctionName="slow", Payload=b"{}")
        finally:
            server.shutdown()
            thread.join()
    assert _Failing.requests == ["/2015-03-31/functions/slow/invocations"]
    assert client.meta.config.read_timeout > LONGEST_SECONDS
