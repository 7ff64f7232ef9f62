"""Scheduled tasks: what is refused, and how they are written."""

from typing import Any

import pytest

from cfn_pipeline import (
    Application,
    Container,
    Fargate,
    GitHubRepository,
    ModelError,
    ScheduledTask,
)
from cfn_pipeline.config.reading import read_config

CONTAINER = Container(name="report", cpu=256, memory=512)


def _task(name: str = "report", **values: Any) -> ScheduledTask:
    return ScheduledTask(name, **{"schedule": "rate(1 day)", "container": CONTAINER, **values})


def _application(**values: Any) -> Application:
    return Application(
        name="orders",
        source=GitHubRepository("acme/orders"),
        container=CONTAINER,
        load_balancer=None,
        **values,
    )


@pytest.mark.parametrize(
    "schedule",
    [
        "rate(1 minute)",
        "rate(12 hours)",
        "cron(0/15 8-18 ? * MON-FRI *)",
        "at(2030-01-31T08:00:00)",
    ],
)
def test_schedules(schedule: str) -> None:
    assert _task(schedule=schedule).schedule == schedule


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: _task("Report"), "invalid scheduled task's name 'Report'"),
        (lambda: _task("report-1"), "invalid scheduled task's name 'report-1'"),
        (lambda: _task(schedule="daily"), "invalid schedule 'daily': use 'rate(1 hour)'"),
        (lambda: _task(schedule="cron(0 3 * * *)"), "invalid schedule"),
        (lambda: _task(timezone="Europe Berlin"), "invalid time zone 'Europe Berlin'"),
        (
            lambda: _application(scheduled_tasks=[_task(), _task()]),
            "scheduled task 'report' is used twice",
        ),
        (
            lambda: _application(
                compute=Fargate(cpu=256),
                scheduled_tasks=[_task(container=Container(name="a", cpu=512, memory=1024))],
            ),
            "the containers of a task need 512 CPU units and 1024 MiB of memory",
        ),
        (
            lambda: _application(
                scheduled_tasks=[
                    _task(container=Container(name="a", cpu=1, memory=6, mounts={"v": "/v"}))
                ]
            ),
            "container 'a': unknown volume 'v' in mounts",
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
            scheduled_tasks:
              - name: report
                schedule: rate(1 day)
                container: {name: report, cpu: 256, memory: 512}
        """
    )
    assert application.scheduled_tasks == (_task(),)
