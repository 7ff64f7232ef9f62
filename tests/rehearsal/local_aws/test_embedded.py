"""The local AWS that a rehearsal brings along."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.local_aws.account import endpoint_account, live_account
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws


def test_what_was_in_the_account_is_there_again(tmp_path: Path) -> None:
    with embedded_aws(tmp_path, region="eu-west-1") as server:
        server.account.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
        server.account.client("s3").create_bucket(
            Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        server.account.client("s3").put_object(Bucket="kept", Key="k", Body=b"text")
    with embedded_aws(tmp_path, region="eu-west-1") as server:
        assert server.account.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"] == "b"
        body = server.account.client("s3").get_object(Bucket="kept", Key="k")["Body"]
        assert body.read() == b"text"


def test_what_was_saved_outlives_a_crash(tmp_path: Path) -> None:
    server = EmbeddedAws(tmp_path, region="us-east-1")
    try:
        server.account.client("ssm").put_parameter(Name="/a", Value="saved", Type="String")
        server.save()
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
        with pytest.raises(RehearsalError, match="the local AWS has stopped"):
            server.save()
    finally:
        server.stop()
    with embedded_aws(tmp_path, region="us-east-1") as again:
        found = again.account.client("ssm").get_parameter(Name="/a")["Parameter"]["Value"]
        assert found == "saved"


def test_what_cannot_be_saved_is_said(tmp_path: Path) -> None:
    with embedded_aws(tmp_path, region="us-east-1") as server:
        server.account.client("ssm").put_parameter(Name="/a", Value="b", Type="String")
        shutil.rmtree(tmp_path / "state", ignore_errors=True)
        (tmp_path / "state").write_text("in the way")
        with pytest.raises(RehearsalError, match="the account cannot be saved in "):
            server.save()
        (tmp_path / "state").unlink()
        server.save()


def test_it_ends_with_those_who_started_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws\n"
        "server = EmbeddedAws(Path(sys.argv[1]), region='us-east-1')\n"
        "print(server._process.pid, flush=True); time.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


def test_it_ends_though_nobody_hears_its_answer(tmp_path: Path) -> None:
    server = EmbeddedAws(tmp_path, region="us-east-1")
    process = server._process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    process.stdin.write(b'{"request": "save"}\n')
    process.stdin.flush()
    try:
        assert process.wait(timeout=20) == 0
    finally:
        process.stdin.close()
        process.kill()


def test_types_that_the_emulator_lacks_are_stood_in_for(aws: EmbeddedAws) -> None:
    template = {
        "Resources": {
            "Map": {"Type": "AWS::IoTWireless::Destination", "Properties": {"Name": "mine"}},
            "Queue": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {
            "Name": {"Value": {"Ref": "Map"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Map", "Arn"]}},
        },
    }
    cloudformation = aws.account.client("cloudformation")
    cloudformation.create_stack(StackName="others", TemplateBody=json.dumps(template))
    [stack] = cloudformation.describe_stacks(StackName="others")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}
    assert outputs == {
        "Name": "mine",
        "Arn": "arn:aws:iotwireless:us-east-1:123456789012:destination/mine",
    }
    assert "AWS::IoTWireless::Destination" in aws.stand_in_types()
    assert "AWS::SQS::Queue" not in aws.stand_in_types()


def test_types_that_nobody_has_are_refused(aws: EmbeddedAws) -> None:
    template = {"Resources": {"X": {"Type": "AWS::Nothing::AtAll"}}}
    cloudformation = aws.account.client("cloudformation")
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        cloudformation.create_stack(StackName="nothing", TemplateBody=json.dumps(template))


def test_networks_are_there_when_asked_for(aws: EmbeddedAws) -> None:
    assert aws.ensure_network(["vpc-a"], ["subnet-a", "subnet-b"]) == [
        "vpc-a",
        "subnet-a",
        "subnet-b",
    ]
    assert aws.ensure_network(["vpc-a"], ["subnet-a"]) == []
    found = aws.account.client("ec2").describe_subnets(SubnetIds=["subnet-b"])["Subnets"]
    assert [subnet["VpcId"] for subnet in found] == ["vpc-a"]


def test_published_parameters(aws: EmbeddedAws) -> None:
    ssm = aws.account.client("ssm")
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-")


def test_an_unknown_request(aws: EmbeddedAws) -> None:
    assert aws._request({"request": "dance"}) == "unknown request: {'request': 'dance'}"


@pytest.mark.parametrize(
    "url", ["https://aws.amazon.com", "ftp://127.0.0.1", "127.0.0.1:4566", "http://10.0.0.1:4566"]
)
def test_only_this_machine_is_an_endpoint(url: str) -> None:
    with pytest.raises(RehearsalError, match="use a URL of this machine"):
        endpoint_account(url, "us-east-1")


def test_an_endpoint_says_which_account_it_is(emulator: str) -> None:
    found = endpoint_account(emulator, "us-east-1")
    assert found.number == "123456789012"


def test_live_needs_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(RehearsalError, match="--live 111111111111: no AWS API answers"):
        live_account("1" * 12, "us-east-1")


def test_an_alarm_of_an_expression_is_deployed(tmp_path: Path) -> None:
    def template(*metrics: Mapping[str, object]) -> str:
        properties = {
            "AlarmName": "errors",
            "Metrics": metrics,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5,
            "EvaluationPeriods": 1,
        }
        alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
        return json.dumps({"Resources": {"Alarm": alarm}})

    errors = {
        "Id": "errors",
        "MetricStat": {
            "Metric": {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent"},
            "Period": 300,
            "Stat": "Sum",
        },
    }
    share = {"Id": "share", "Expression": "100 * errors"}
    with embedded_aws(tmp_path, region="us-east-1") as server:
        cloudformation = server.account.client("cloudformation")
        cloudformation.create_stack(StackName="s", TemplateBody=template(share, errors))
        cloudformation.get_waiter("stack_create_complete").wait(StackName="s")
        cloudwatch = server.account.client("cloudwatch")
        [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
        assert (alarm["MetricName"], alarm["Period"]) == ("NumberOfMessagesSent", 300)
        cloudformation.update_stack(StackName="s", TemplateBody=template(share))
        cloudformation.get_waiter("stack_update_complete").wait(StackName="s")
        [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
        assert (alarm["Namespace"], alarm["Threshold"]) == ("Expression", 5.0)
