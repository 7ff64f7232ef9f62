"""Stacks that applications share: deployed before them, changed beside them, removed after them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.command import Done, run
from tests.fleet.test_shared import CONFIG

NETWORK = ("-p", "VpcId=vpc-1a", "-p", "Subnets=subnet-1a,subnet-2b")
SHARED = ["platform-kms", "platform-notifications", "platform-connection", "platform-listener"]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path / "account", region="us-east-1") as server:
        server.ensure_network(["vpc-1a"], ["subnet-1a", "subnet-2b"])
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in server.account.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def test_shared_stacks_come_first_and_go_last(server: EmbeddedAws, tmp_path: Path) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(CONFIG)
    render(config)

    def deploy(folder: str, *words: str) -> Done:
        return run("deploy", str(tmp_path / folder), *words, "--yes")

    # Nothing is deployed that would import what does not exist.
    refused = deploy("web")
    assert (refused.code, refused.out) == (2, "")
    way_out = f"run cfn-pipeline deploy {tmp_path} --application shared"
    assert (
        "stack platform-kms must be deployed before web-ecr, web-iam, web-codebuild, "
        f"web-pipeline, for their imports; {way_out}"
    ) in refused.err
    assert "stack platform-connection must be deployed before" in refused.err

    done = deploy("shared", *NETWORK)
    assert done.code == 0, done.err
    assert complete(done) == [f"{stack}: CREATE_COMPLETE" for stack in SHARED]
    for name in ("web", "jobs"):
        done = deploy(name)
        assert done.code == 0, done.err
        assert f"{name}-pipeline: CREATE_COMPLETE" in done.out
    done = deploy("web", "dev", "-p", "ApplicationImageTag=first")
    assert done.code == 0, done.err

    # A change of what is not exported changes this stack alone; other parameters keep their values.
    done = deploy("shared", "-p", "NotificationEmail=team@example.com")
    assert done.code == 0, done.err
    assert complete(done) == ["platform-notifications: UPDATE_COMPLETE"]
    assert deploy("jobs").out.count(": no changes") == 5

    in_use = deploy("shared", "--remove")
    assert (in_use.code, in_use.out) == (2, "")
    assert "stack platform-listener has exports that are in use by web-dev; remove" in in_use.err
    assert (
        "stack platform-connection has exports that are in use by jobs-iam, jobs-pi" in in_use.err
    )
    for name in ("web", "jobs"):
        assert deploy(name, "--remove").code == 0
    done = deploy("shared", "--remove")
    assert done.code == 0, done.err
    assert complete(done) == [f"{stack}: DELETE_COMPLETE" for stack in reversed(SHARED)]
    stacks = server.account.client("cloudformation").describe_stacks()["Stacks"]
    assert {stack["StackStatus"] for stack in stacks} <= {"DELETE_COMPLETE"}


def render(config: Path) -> None:
    done = run("render", "--config", str(config))
    assert done.code == 0, done.err


def complete(done: Done) -> list[str]:
    return [line for line in done.out.splitlines() if line.endswith("_COMPLETE")]
