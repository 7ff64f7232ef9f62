"""From an empty folder to production and back: new, deploy, remove."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.command import Done, spawn
from tests.deploy.test_templates import FILLED_IN

NETWORK = ("VpcId", "ApplicationSubnets", "ApplicationImageTag")
DELIVERY = ["kms", "ecr", "dev-environment", "prod-environment", "iam", "codebuild", "pipeline"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path / "account", region="us-east-1") as server:
        server.ensure_network([FILLED_IN["VpcId"]], FILLED_IN["ApplicationSubnets"].split(","))
        yield server


@pytest.mark.parametrize(
    "options",
    [
        ("--compute", "fargate", "--database", "postgresql"),
        ("--compute", "ec2", "--database", "mysql"),
        ("--compute", "fargate", "--worker"),
    ],
    ids="-".join,
)
def test_everything_is_deployed_and_removed(
    tmp_path: Path, server: EmbeddedAws, options: tuple[str, ...]
) -> None:
    def run(*words: str) -> Done:
        done = spawn(*words, cwd=tmp_path, **server.account.environment)
        assert done.code == 0, done.out + done.err
        return done

    def statuses() -> dict[str, str]:
        client = server.account.client("cloudformation")
        return {s["StackName"]: s["StackStatus"] for s in client.describe_stacks()["Stacks"]}

    run("new", "orders", "--source", "acme/orders", *options)
    connection = f"ConnectionArn={FILLED_IN['ConnectionArn']}"
    run("deploy", "orders-aws", "kms", "ecr", "--yes")
    delivery = run("deploy", "orders-aws", "--yes", "-p", connection)
    ended = [line for line in delivery.out.splitlines() if line.endswith(("COMPLETE", "changes"))]
    assert [line.split(":")[0] for line in ended if "new stack" not in line] == [
        f"orders-{name}" for name in DELIVERY
    ]
    network = [word for name in NETWORK for word in ("-p", f"{name}={FILLED_IN[name]}")]
    run("deploy", "orders-aws", "dev", "prod", "--yes", *network)
    assert statuses() == dict.fromkeys(
        [f"orders-{name}" for name in (*DELIVERY, "dev", "prod")], "CREATE_COMPLETE"
    )
    again = run("deploy", "orders-aws", "--yes", "dev", "prod", "pipeline")
    assert again.out.count(": no changes") == 3
    changed = run("deploy", "orders-aws", "--yes", "dev", "-p", "ApplicationImageTag=second")
    assert "ApplicationTaskDefinition" in changed.out
    assert changed.out.endswith("orders-dev: UPDATE_COMPLETE\n")

    plan = run("deploy", "orders-aws", "--remove", "--dry-run")
    assert len(statuses()) == len(DELIVERY) + 2
    run("deploy", "orders-aws", "--remove", "--yes")
    assert {s for s in statuses().values() if s != "DELETE_COMPLETE"} == set()
    assert ("snapshot" in plan.out) == ("--database" in options)
    repositories = server.account.client("ecr").describe_repositories()["repositories"]
    assert {r["repositoryName"] for r in repositories} == {"orders", "orders/codebuild"}
    assert all(r["repositoryName"] in plan.out for r in repositories)
