"""Applications: defaults, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    Container,
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
        ({"source": GitHubRepository("a b")}, "'a b' is no repository"),
        ({"image_repository": "Orders"}, "the ECR repository name 'Orders' is refused"),
        ({"pull_accounts": ["123"]}, "'123' is no AWS account"),
        ({"container": Container(name="c", cpu=1, memory=4)}, "the load balancer needs a port"),
        ({"container": Container(name="c", cpu=0, memory=4, port=1)}, "0 CPU units"),
        ({"container": Container(name="", cpu=1, memory=4, port=1)}, "needs a name"),
        ({"container": Container(name="c", cpu=1, memory=4, port=0)}, "there is no port 0"),
        ({"sidecars": [ORDERS.container]}, "2 containers are called 'orders'"),
        (
            {"sidecars": [Container(name="s", cpu=1, memory=4, mounts={"v": "/v"})]},
            "it mounts the volume 'v'; the application has none",
        ),
        ({"instances": Instances(minimum=2, desired=1)}, "2 to 4 instances, 1 at first"),
        ({"minimum_tasks": 5}, "5 to 4 tasks"),
        ({"environments": []}, "it has no environment"),
        ({"environments": [Environment("dev"), Environment("dev")]}, "2 environments are called"),
        (
            {"environments": [Environment("a", stack="s"), Environment("b", stack="s")]},
            "2 environments have the stack 's'",
        ),
        ({"environments": [Environment("Dev")]}, "the environment name 'Dev' is refused"),
        ({"environments": [Environment("dev", stack="1")]}, "the stack name '1' is refused"),
        ({"environments": [Environment("dev", subnets=["subnet-1"])]}, "one subnet"),
        ({"environments": [Environment("dev", desired_count=-1)]}, "the desired count is -1"),
        ({"environments": [Environment("dev", parameters={"a b": ""})]}, "the parameter name"),
    ],
)
def test_applications_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        replace(ORDERS, **changes)
    assert all(problem.startswith("application ") for problem in caught.value.problems)


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(ModelError) as caught:
        replace(ORDERS, name="Orders", minimum_tasks=9, environments=[Environment("Dev")])
    assert len(caught.value.problems) == 3
