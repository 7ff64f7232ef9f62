"""Applications: defaults, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    Container,
    Database,
    Environment,
    GitHubRepository,
    Instances,
    ModelError,
    todobackend,
)

ORDERS = Application(
    name="orders",
    source=GitHubRepository("acme/orders"),
    container=Container(name="orders", cpu=256, memory=512, port=8080),
)


def test_what_is_not_said_follows_from_the_name() -> None:
    assert ORDERS.display_name == "Orders"
    assert ORDERS.deployment_repository == GitHubRepository("acme/orders-aws")
    assert ORDERS.image_repository_name == "orders"
    assert ORDERS.build_image_repository_name == "orders/codebuild"
    assert ORDERS.secret_name == "orders/credentials"
    assert ORDERS.secret_prefix == "orders/"
    assert [ORDERS.stack_name(e) for e in ORDERS.environments] == ["orders-dev", "orders-prod"]
    assert [e.stage_name for e in ORDERS.environments] == ["Dev", "Prod"]


def test_what_is_said_holds() -> None:
    said = replace(ORDERS, title="Order desk", secret="orders", source=GitHubRepository("a/b"))
    assert said.display_name == "Order desk"
    assert said.secret_prefix == "orders"
    assert said.deployment_repository.name == "a/b-aws"
    assert todobackend.environment("prod").stage_name == "Production"
    with pytest.raises(ModelError, match="has no environment 'test'; it has 'dev', 'prod'"):
        todobackend.environment("test")


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "Orders"}, "the application name 'Orders' is refused"),
        ({"name": "o" * 25}, "has 25 characters"),
        ({"name": "o"}, "has 1 characters"),
        ({"name": "codebuild"}, "the name is taken"),
        ({"image_repository": "Orders"}, "the ECR repository name 'Orders' is refused"),
        ({"image_repository": "orders/codebuild"}, "give each its own"),
        ({"pull_accounts": ["123"]}, "'123' is no AWS account"),
        ({"secret": "a b"}, "the secret's name 'a b' is refused"),
        ({"volumes": {"a b": "/data"}}, "the volume name 'a b' is refused"),
        ({"volumes": {"a": "/data; reboot"}}, "the path '/data; reboot' is refused"),
        ({"container": Container(name="c", cpu=1, memory=4)}, "the load balancer needs a port"),
        ({"sidecars": [ORDERS.container]}, "2 containers are called 'orders'"),
        (
            {"sidecars": [Container(name="s", cpu=1, memory=4, mounts={"v": "/vol"})]},
            "it mounts the volume 'v'; the application has none",
        ),
        ({"minimum_tasks": 5}, "5 to 4 tasks"),
        ({"log_retention_days": 6}, "logs cannot be kept for 6 days; CloudWatch takes 1, 3, 5"),
        ({"environments": []}, "it has no environment"),
        ({"environments": [Environment("kms")]}, "and so is a template"),
        ({"environments": [Environment("dev"), Environment("dev")]}, "2 environments are called"),
        (
            {"environments": [Environment("aa", stack="s"), Environment("bb", stack="s")]},
            "2 environments have the stack 's'",
        ),
        (
            {"maximum_tasks": 1, "environments": [Environment("dev", desired_count=2)]},
            "2 tasks, and",
        ),
        (
            {"sidecars": [Container(name=f"s{n}", cpu=1, memory=8) for n in range(10)]},
            "11 containers run together; ECS takes 10",
        ),
        (
            {
                "database": Database(name="o", username="o"),
                "container": replace(ORDERS.container, environment={"MYSQL_HOST": "x"}),
            },
            "the variable MYSQL_HOST is the database's",
        ),
        (
            {
                "volumes": {"v": "/data"},
                "container": replace(ORDERS.container, mounts={"v": "/tmp"}),
            },
            "/tmp is the container's own",
        ),
        ({"source": "acme/orders"}, r"source is 'acme/orders' \(str\); it wants GitHubRepo"),
        ({"pull_accounts": "123456789012"}, "pull_accounts is .* it wants a list, each a string"),
        ({"container": None}, r"container is None \(NoneType\); it wants Container"),
    ],
)
def test_applications_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        replace(ORDERS, **changes)
    assert all(problem.lower().startswith("application ") for problem in caught.value.problems)


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: GitHubRepository("a b"), "'a b' is no repository"),
        (lambda: Container(name="c", cpu=0, memory=4, port=1), "0 CPU units"),
        (lambda: Container(name="", cpu=1, memory=4, port=1), "has 0 characters"),
        (lambda: Container(name="c", cpu=1, memory=4, port=0), "there is no port 0"),
        (lambda: Container(name="c", cpu=1, memory=4, mounts={"v": "vol"}), "the path 'vol'"),
        (lambda: Container(name="c", cpu=1, memory=4, command="uwsgi --http"), "a list, each a"),
        (lambda: Container(name="c", cpu=True, memory=4), r"cpu is True \(bool\); it wants a num"),
        (lambda: Container(name="c", cpu=1, memory=4, environment={"A": 5}), "a mapping to a str"),  # type: ignore[dict-item]
        (lambda: Instances(minimum=2, desired=1), "2 to 4 instances, 1 at first"),
        (lambda: Instances(maximum=0, desired=0), "at least one as maximum"),
        (lambda: Database(name="a-b", username="u"), "the database name 'a-b' is refused"),
        (lambda: Database(name="a", username="1"), "the database user '1' is refused"),
        (lambda: Database(name="a", username="u", allocated_storage=1), "1 GiB"),
        (lambda: Environment("Dev"), "the environment name 'Dev' is refused"),
        (lambda: Environment("dev", stack="1"), "the stack name '1' is refused"),
        (lambda: Environment("dev", stack="s" * 50), "has 50 characters; AWS takes 1 to 49"),
        (lambda: Environment("dev", vpc_id="x"), "the VPC 'x' is refused"),
        (lambda: Environment("dev", subnets=["x", "y"]), "the subnet 'x' is refused"),
        (lambda: Environment("dev", subnets=["subnet-1"]), "one subnet"),
        (lambda: Environment("dev", desired_count=-1), "the desired count is -1"),
        (lambda: Environment("dev", parameters={"a b": ""}), "the parameter name"),
    ],
)
def test_parts_that_are_refused(make: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        make()


def test_lists_become_tuples_and_mappings_are_copied() -> None:
    command, environment = ["a"], {"A": "1"}
    container = Container(name="c", cpu=1, memory=4, command=command, environment=environment)
    command.append("b")
    environment["B"] = "2"
    assert container.command == ("a",)
    assert container.environment == {"A": "1"}


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(ModelError) as caught:
        replace(ORDERS, name="Orders", minimum_tasks=9, environments=[])
    assert len(caught.value.problems) == 3
