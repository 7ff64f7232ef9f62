"""Load balancers and rules of listeners: what is refused."""

from typing import Any

import pytest

from cfn_pipeline import ListenerRule, LoadBalancer, ModelError
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
            lambda: LoadBalancer(internal=True, listener_rule=RULE),
            "internal is for a load balancer of its own",
        ),
    ],
)
def test_what_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert problem in str(caught.value)


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
