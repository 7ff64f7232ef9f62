"""By what tasks are scaled: what is refused."""

from typing import Any

import pytest

from cfn_pipeline import Application, Container, GitHubRepository, ModelError, Queue, Scaling
from cfn_pipeline.config.reading import read_config


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Scaling(cpu_percent=0), "cpu_percent must be 1 to 100 (got 0)"),
        (lambda: Scaling(memory_percent=101), "memory_percent must be 1 to 100 (got 101)"),
        (lambda: Scaling(requests_per_task=0), "requests_per_task must be 1 or more (got 0)"),
        (lambda: Queue("a.b"), "invalid queue name 'a.b'"),
        (lambda: Queue("a", messages_per_task=0), "messages_per_task must be 1 or more (got 0)"),
        (
            lambda: Application(
                name="orders",
                source=GitHubRepository("acme/orders"),
                container=Container(name="orders", cpu=1, memory=6),
                load_balancer=None,
                scaling=Scaling(requests_per_task=10),
            ),
            "requests_per_task in scaling is for requests of a load balancer",
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
            container: {name: orders, cpu: 256, memory: 512}
            load_balancer:
            minimum_tasks: 0
            scaling: {queue: jobs.fifo}
        """
    )
    assert application.load_balancer is None
    assert application.scaling == Scaling(queue=Queue("jobs.fifo"))
