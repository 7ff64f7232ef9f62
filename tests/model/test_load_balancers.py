"""Load balancers and rules of listeners: what is refused."""

from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    Container,
    Environment,
    ListenerRule,
    LoadBalancer,
    ModelError,
    Repository,
)
from cfn_pipeline.config.reading import read_config

RULE = ListenerRule(priority=10, paths=["/orders/*"])


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: ListenerRule(priority=0, paths=["/"]), "priority must be 1 to 50000 (got 0)"),
        (lambda: ListenerRule(priority=1), "paths and hosts are empty"),
        (
            lambda: ListenerRule(priority=1, paths=["/a"] * 6),
            "has 6 paths and hosts; a rule can have 5",
        ),
        (lambda: ListenerRule(priority=1, paths=["orders"]), "invalid path pattern 'orders'"),
        (lambda: ListenerRule(priority=1, hosts=["a/b"]), "invalid host pattern 'a/b'"),
        (lambda: LoadBalancer(health_check_interval=4), "health_check_interval must be 5 to 300"),
        (
            lambda: LoadBalancer(health_check_timeout=30),
            "health_check_timeout (30) must be less than health_check_interval (30)",
        ),
        (lambda: LoadBalancer(healthy_threshold=1), "healthy_threshold must be 2 to 10 (got 1)"),
        (lambda: LoadBalancer(health_check_codes="ok"), "invalid statuses of a health check 'ok'"),
        (lambda: LoadBalancer(certificate="shop"), "invalid certificate 'shop'"),
        (
            lambda: LoadBalancer(health_check_path="health"),
            "invalid health check path 'health': use a path with / first, such as '/health'",
        ),
        (
            lambda: LoadBalancer(internal=True, listener_rule=RULE),
            "internal is for a load balancer of its own",
        ),
    ],
)
def test_what_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert problem in str(caught.value)


def _application(environments: list[Environment], **options: Any) -> Application:
    rule = ListenerRule(priority=10, paths=["/orders/*"], **options)
    return Application(
        name="orders",
        source=Repository("acme/orders"),
        container=Container(name="orders", cpu=256, memory=512, port=8080),
        load_balancer=LoadBalancer(listener_rule=rule),
        environments=environments,
    )


def test_environments_of_one_place_have_listeners_of_their_own() -> None:
    """AWS refuses a second rule of a priority; an export is that of an account and region."""
    together = [Environment("dev"), Environment("prod")]
    with pytest.raises(ModelError) as caught:
        _application(together, listener_export="shop-listener")
    assert (
        "environments 'dev', 'prod' are in one account and region, and would each add a rule with "
        "priority 10 to the same listener"
    ) in str(caught.value)
    assert _application(together).load_balancer is not None
    for account, region in (("222222222222", None), (None, "eu-west-1")):
        apart = [Environment("dev"), Environment("prod", account=account, region=region)]
        assert _application(apart, listener_export="shop-listener").environments == tuple(apart)


def test_the_shared_listener_takes_one_environment_of_a_place() -> None:
    with pytest.raises(ModelError, match=r"would each add a rule with priority 10"):
        read_config(
            """
            shared: {name: platform, listener: {}}
            applications:
              - name: orders
                source: acme/orders
                container: {name: orders, cpu: 256, memory: 512, port: 8080}
                load_balancer: {listener_rule: {priority: 10, paths: ["/orders/*"]}}
                environments: [{name: dev}, {name: prod}]
            """
        )


def test_in_the_configuration_file() -> None:
    [application] = read_config(
        """
        applications:
          - name: orders
            source: acme/orders
            container: {name: orders, cpu: 256, memory: 512, port: 8080}
            load_balancer:
              health_check_path: /health
              listener_rule: {priority: 10, paths: ["/orders/*"]}
        """
    )
    assert application.load_balancer == LoadBalancer(
        health_check_path="/health", listener_rule=RULE
    )
