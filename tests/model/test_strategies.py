"""How new tasks take over: what is refused."""

from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    BlueGreen,
    Canary,
    Container,
    GitHubRepository,
    Linear,
    ModelError,
    Scaling,
)
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.model.strategies import Deployment, Rolling


def _application(**values: Any) -> Application:
    return Application(
        name="orders",
        source=GitHubRepository("acme/orders"),
        container=Container(name="orders", cpu=1, memory=6, port=80),
        **values,
    )


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: BlueGreen(bake_minutes=1441), "bake_minutes must be 0 to 1440 (got 1441)"),
        (lambda: BlueGreen(error_percent=0), "error_percent must be 1 to 99 (got 0)"),
        (lambda: Linear(percent=2), "percent must be 3 to 50 (got 2)"),
        (lambda: Canary(percent=100), "percent must be 1 to 99 (got 100)"),
        (lambda: Canary(bake_minutes=991), "takes 1982 minutes; CloudFormation allows 1980"),
        (lambda: Linear(percent=50, minutes=991), "takes 1982 minutes; CloudFormation allows 1980"),
        (lambda: Linear(percent=11, minutes=199), "takes 1990 minutes; CloudFormation allows 1980"),
        (
            lambda: _application(load_balancer=None, deployment=Canary()),
            "deployment Canary shifts requests of a load balancer, and load_balancer is absent",
        ),
        (
            lambda: _application(deployment=BlueGreen(), scaling=Scaling(requests_per_task=5)),
            "requests_per_task in scaling counts the requests of one target group",
        ),
    ],
)
def test_what_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "deployment"),
    [
        ("{type: rolling}", Rolling()),
        ("{type: blue_green, bake_minutes: 5}", BlueGreen(bake_minutes=5)),
        ("{type: linear, percent: 25, minutes: 1}", Linear(percent=25, minutes=1)),
        ("{type: canary, error_percent: 2}", Canary(error_percent=2)),
    ],
)
def test_in_the_configuration_file(text: str, deployment: Deployment) -> None:
    [application] = read_config(
        f"""
        applications:
          - name: orders
            source: acme/orders
            container: {{name: orders, cpu: 256, memory: 512, port: 8080}}
            deployment: {text}
        """
    )
    assert application.deployment == deployment
