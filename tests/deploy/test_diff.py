"""``cfn-pipeline diff --stack``: a template against a deployed stack, by a change set."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.command import run

TEMPLATE = """\
Parameters:
  Title: {Type: String, Default: it}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Title}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: ecs-tasks.amazonaws.com}
          Action: sts:AssumeRole
      Policies:
      - PolicyName: it
        PolicyDocument: {Statement: {Effect: Allow, Action: 'sns:Publish', Resource: !Ref Topic}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path_factory.mktemp("aws"), region="us-east-1") as server:
        server.account.client("cloudformation").create_stack(
            StackName="orders", TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"]
        )
        server.account.client("cloudformation").get_waiter("stack_create_complete").wait(
            StackName="orders", WaiterConfig={"Delay": 1}
        )
        yield server


@pytest.fixture
def client(server: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in server.account.environment.items():
        monkeypatch.setenv(name, value)
    return server.account.client("cloudformation")


def test_a_change_set_is_made_read_and_deleted(client: Any, tmp_path: Path) -> None:
    new = tmp_path / "new.yml"
    new.write_text(TEMPLATE.replace("TableName: orders", "TableName: sales"))
    before = client.describe_stacks(StackName="orders")["Stacks"][0]
    done = run(
        "diff", "--stack", "orders", str(new), "--fail-on", "destructive", "--format", "json"
    )
    assert (done.code, done.err) == (1, "--fail-on: destructive\n")
    found = json.loads(done.out)
    assert found["old"] == "stack orders"
    [table] = found["templates"][0]["resources"]
    assert (table["resource"], table["kind"], table["is_destructive"]) == (
        "Table",
        "replaced",
        True,
    )
    assert [p["path"] for p in table["properties"]] == ["TableName"]
    assert client.list_change_sets(StackName="orders")["Summaries"] == []
    assert client.describe_stacks(StackName="orders")["Stacks"][0] == before


def test_values_of_the_stack_stay_where_none_is_given(client: Any, tmp_path: Path) -> None:
    new = tmp_path / "new.yml"
    new.write_text(TEMPLATE.replace("Default: it", "Default: other"))
    assert "no difference" not in run("diff", "--stack", "orders", str(new)).out
    for path in (new, tmp_path / "same.yml"):
        path.write_text(new.read_text() if path == new else TEMPLATE)
        done = run("diff", "--stack", "orders", str(path), "-p", "Title=new")
        assert "changed Topic (AWS::SNS::Topic)" in done.out
    assert client.list_change_sets(StackName="orders")["Summaries"] == []


def test_nothing_differs(client: Any, tmp_path: Path) -> None:
    (tmp_path / "same.yml").write_text(TEMPLATE)
    done = run("diff", "--stack", "orders", str(tmp_path / "same.yml"))
    assert done.code == 0, done.err
    assert done.out.splitlines()[1] == "no difference"
    assert client.list_change_sets(StackName="orders")["Summaries"] == []


def test_permissions_are_those_of_the_templates(client: Any, tmp_path: Path) -> None:
    del client
    new = tmp_path / "new.yml"
    new.write_text(
        TEMPLATE.replace("'sns:Publish', Resource: !Ref Topic", "'iam:PassRole', Resource: '*'")
    )
    done = run("diff", "--stack", "orders", str(new), "--fail-on", "broadening")
    assert done.code == 1
    assert "a new way to more rights: iam:PassRole" in done.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--stack", "nothing"), "stack 'nothing' does not exist in account"),
        (("--stack", "orders", "-p", "Size=1"), "unknown parameter 'Size'"),
    ],
)
def test_what_is_refused(client: Any, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    del client
    (tmp_path / "same.yml").write_text(TEMPLATE)
    done = run("diff", *words, str(tmp_path / "same.yml"))
    assert done.code == 2
    assert message in done.err
    assert done.out == ""
    missing = tmp_path / "missing.yml"
    missing.write_text(
        TEMPLATE.replace("{Type: String, Default: it}", "{Type: String}").replace("Title", "Name")
    )
    assert "parameters without a value: Name" in run("diff", "--stack", "orders", str(missing)).err
