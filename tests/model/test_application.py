"""Applications: defaults, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    Canary,
    Container,
    Ec2,
    Environment,
    GitHubRepository,
    LoadBalancer,
    ModelError,
    MySql,
    PostgreSql,
    ScheduledTask,
    todobackend,
)
from cfn_pipeline.model.composition import aspects

ORDERS = Application(
    name="orders",
    source=GitHubRepository("acme/orders"),
    container=Container(name="orders", cpu=256, memory=512, port=8080),
)
REPORT = ScheduledTask("report", schedule="rate(1 day)", container=ORDERS.containers[0])


def test_what_is_not_said_follows_from_the_name() -> None:
    assert ORDERS.display_name == "Orders"
    assert ORDERS.deployment_repository == GitHubRepository("acme/orders-aws")
    assert ORDERS.image_repository_name == "orders"
    assert ORDERS.build_image_repository_name == "orders/codebuild"
    assert [ORDERS.stack_name(e) for e in ORDERS.environments] == ["orders-dev", "orders-prod"]
    assert [e.stage_name for e in ORDERS.environments] == ["Dev", "Prod"]


def test_what_is_said_holds() -> None:
    said = replace(ORDERS, title="Order desk", source=GitHubRepository("a/b"))
    assert said.display_name == "Order desk"
    assert said.deployment_repository.title == "a/b-aws"
    assert todobackend.environment("prod").stage_name == "Production"
    with pytest.raises(
        ModelError, match="has no environment 'test'; its environments are 'dev', 'prod'"
    ):
        todobackend.environment("test")


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "Orders"}, "invalid application name 'Orders'"),
        (
            {"name": "o" * 25},
            "has 25 characters; use 2 to 24, because it begins the names of buckets",
        ),
        ({"name": "o"}, "has 1 character; use 2"),
        ({"name": "codebuild"}, "name must not be 'codebuild'"),
        ({"image_repository": "Orders"}, "invalid ECR repository name 'Orders'"),
        (
            {"image_repository": "orders/codebuild"},
            "are both 'orders/codebuild'; use two repositories",
        ),
        (
            {"pull_accounts": ["123"]},
            "pull_accounts: the AWS account '123' has 3 characters; use 12",
        ),
        ({"secret": "a b"}, "invalid secret's name 'a b'"),
        (
            {"secret": "billing/keys"},
            "secret 'billing/keys' is for the password of a database, and database is absent",
        ),
        (
            {"deployment_source": GitHubRepository("Acme/orders")},
            "source and deployment_source are both 'acme/orders', branch 'main'",
        ),
        (
            {"suppressions": ["checkov", "nag"]},
            "unknown checker 'nag' in suppressions; the checkers are 'checkov', 'guard', 'cdk-nag'",
        ),
        ({"volumes": {"a b": "/data"}}, "invalid volume name 'a b'"),
        ({"volumes": {"a": "/data; reboot"}}, "invalid path '/data; reboot'"),
        (
            {"container": Container(name="c", cpu=1, memory=6)},
            "port is required by the load balancer",
        ),
        (
            {"sidecars": [ORDERS.container]},
            "container name 'orders' is used twice; names must be unique",
        ),
        (
            {"sidecars": [Container(name="s", cpu=1, memory=6, mounts={"v": "/vol"})]},
            "unknown volume 'v' in mounts; the application's volumes are none",
        ),
        ({"minimum_tasks": 9}, r"minimum_tasks \(9\) is greater than maximum_tasks \(4\)"),
        ({"log_retention_days": 6}, "log_retention_days must be one of 1, 3, 5, "),
        ({"environments": []}, "environments is empty; add one"),
        (
            {"environments": [Environment("dev"), Environment("dev")]},
            "environment name 'dev' is used twice; names must be unique",
        ),
        (
            {"environments": [Environment("aa", stack="s"), Environment("bb", stack="s")]},
            "stack name 's' is used twice; names must be unique",
        ),
        (
            {"maximum_tasks": 1, "environments": [Environment("dev", desired_count=2)]},
            r"desired_count \(2\) is greater than maximum_tasks \(1\)",
        ),
        (
            {"sidecars": [Container(name=f"s{n}", cpu=1, memory=8) for n in range(10)]},
            "a task has 11 containers; ECS allows 10",
        ),
        (
            {
                "database": MySql(name="o", username="o"),
                "container": replace(ORDERS.containers[0], environment={"MYSQL_HOST": "x"}),
            },
            "the variable MYSQL_HOST is set for the database",
        ),
        (
            {
                "volumes": {"v": "/data"},
                "container": replace(ORDERS.containers[0], mounts={"v": "/tmp"}),
            },
            "a volume cannot be mounted at /tmp",
        ),
        (
            {"source": "acme/orders"},
            r"source must be a Repository or S3Object or ECRImage \(got 'acme/orders', a str\)",
        ),
        ({"pull_accounts": "123456789012"}, "pull_accounts must be a list, each item a string"),
        ({"container": None}, "container, scheduled_tasks or stack is required"),
        (
            {"container": None, "scheduled_tasks": [REPORT], "maximum_tasks": 3},
            "maximum_tasks needs a service; add container, or remove maximum_tasks",
        ),
        (
            {"container": None, "scheduled_tasks": [REPORT], "deployment": Canary(percent=5)},
            "deployment needs a service; add container, or remove deployment",
        ),
        (
            {
                "container": None,
                "scheduled_tasks": [REPORT],
                "load_balancer": LoadBalancer(internal=True),
            },
            "load_balancer needs a service; add container, or remove load_balancer",
        ),
        (
            {
                "container": None,
                "scheduled_tasks": [REPORT],
                "environments": [Environment("dev", desired_count=2)],
            },
            "environment 'dev': desired_count needs a service; add container, or remove desired_",
        ),
    ],
)
def test_applications_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        replace(ORDERS, **changes)
    assert all(problem.lower().startswith("application ") for problem in caught.value.problems)


def test_a_doubled_environment_is_one_mistake() -> None:
    with pytest.raises(ModelError) as caught:
        replace(ORDERS, environments=[Environment("dev"), Environment("dev")])
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    "make, said",
    [
        (lambda: GitHubRepository("a b"), "invalid repository 'a b': use 'owner/name'"),
        (
            lambda: GitHubRepository("acme/orders.git"),
            "invalid repository 'acme/orders.git': use 'acme/orders', without '.git'",
        ),
        (
            lambda: MySql(name="a", username="u", engine_version="16.4"),
            r"invalid MySQL version '16\.4': use a version of MySQL, such as '8\.4' or '8\.4\.11'",
        ),
        (
            lambda: PostgreSql(name="a", username="u", engine_version="8.4.11"),
            r"invalid PostgreSQL version '8\.4\.11': use a version of PostgreSQL, such as '17' or",
        ),
        (
            lambda: Container(name="c", cpu=0, memory=6, port=1),
            r"cpu must be 1 or more CPU units \(got 0\)",
        ),
        (lambda: Container(name="c", cpu=1, memory=5), r"memory must be 6 MiB or more.* \(got 5\)"),
        (
            lambda: Container(name="c", cpu=0.25, memory=6),  # type: ignore[arg-type]
            r"cpu must be a whole number \(got 0\.25, a float\)",
        ),
        (lambda: Container(name="", cpu=1, memory=6, port=1), "has 0 characters"),
        (
            lambda: Container(name="c", cpu=1, memory=6, port=0),
            r"port must be 1 to 65535 \(got 0\)",
        ),
        (lambda: Container(name="c", cpu=1, memory=6, mounts={"v": "vol"}), "invalid path 'vol'"),
        (
            lambda: Container(name="c", cpu=1, memory=6, command="uwsgi --http"),
            "command must be a list, each item a string",
        ),
        (
            lambda: Container(name="c", cpu=True, memory=6),
            r"cpu must be a whole number \(got True, a bool\)",
        ),
        (
            lambda: Container(name="c", cpu=1, memory=6, environment={"A": 5}),  # type: ignore[dict-item]
            "environment must be a mapping, each value a string",
        ),
        (lambda: Ec2(minimum=2, desired=1), r"minimum \(2\) is greater than desired \(1\)"),
        (lambda: Ec2(maximum=0, desired=0), r"maximum must be 1 or more \(got 0\)"),
        (lambda: MySql(name="a-b", username="u"), "invalid database name 'a-b'"),
        (lambda: MySql(name="a", username="1"), "invalid database user '1'"),
        (
            lambda: MySql(name="a", username="u", allocated_storage=1),
            r"allocated_storage must be 5 to 65,536 GiB \(got 1\)",
        ),
        (lambda: Environment("Dev"), "invalid environment name 'Dev'"),
        (lambda: Environment("dev", stack="1"), "invalid stack name '1'"),
        (
            lambda: Environment("dev", stack="s" * 50),
            "has 50 characters; use 1 to 49, because it begins",
        ),
        (lambda: Environment("dev", vpc_id="x"), "invalid VPC 'x'"),
        (lambda: Environment("dev", subnets=["x", "y"]), "invalid subnet 'x'"),
        (lambda: Environment("dev", subnets=["subnet-1"]), "subnets has one subnet; use two"),
        (
            lambda: Environment("dev", desired_count=-1),
            r"desired_count must be 0 or more \(got -1\)",
        ),
        (lambda: Environment("dev", parameters={"a b": ""}), "invalid parameter name 'a b'"),
    ],
)
def test_parts_that_are_refused(make: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        make()


def test_lists_become_tuples_and_mappings_are_read_only_copies() -> None:
    command, environment = ["a"], {"A": "1"}
    container = Container(name="c", cpu=1, memory=6, command=command, environment=environment)
    command.append("b")
    environment["B"] = "2"
    assert container.command == ("a",)
    assert container.environment == {"A": "1"}
    with pytest.raises(TypeError):
        container.environment["A"] = "2"  # type: ignore[index]


def test_values_have_a_hash() -> None:
    assert hash(todobackend) == hash(replace(todobackend))
    assert len({todobackend, replace(todobackend), ORDERS}) == 2


def test_what_an_application_is_made_of() -> None:
    def names(application: Application) -> list[str]:
        return [type(aspect).__name__ for aspect in aspects(application)]

    least = ["Ec2", "LoadBalancer", "Rolling", "Service", "Network", "ScalableTarget"]
    assert names(ORDERS) == least
    assert names(todobackend) == [
        *("Ec2", "HostVolume", "LoadBalancer", "GeneratedSecret", "MySql", "Migration"),
        *("Rolling", "Service", "Network", "ScalableTarget"),
    ]
    existing = replace(ORDERS, secret="db", database=MySql(name="o", username="o"))
    assert {*names(existing)} == {*least, "ExistingSecret", "MySql"}


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(ModelError) as caught:
        replace(ORDERS, name="Orders", minimum_tasks=9, environments=[])
    assert len(caught.value.problems) == 3
