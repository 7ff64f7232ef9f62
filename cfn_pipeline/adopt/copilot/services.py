"""What a service or a job becomes: the keys of an application that its type decides."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.adopt.copilot.containers import Task
from cfn_pipeline.adopt.copilot.reading import (
    BACKEND,
    LOAD_BALANCED,
    REQUEST_DRIVEN,
    SCHEDULED_JOB,
    WORKER,
)
from cfn_pipeline.adopt.copilot.rows import Row, row
from cfn_pipeline.adopt.copilot.sections import Section
from cfn_pipeline.adopt.copilot.values import schedule, seconds
from cfn_pipeline.aws.cloudwatch import RETENTION_DAYS
from cfn_pipeline.frozen import Frozen, frozen

_DEFAULT_SIZE = (256, 512)
_APP_RUNNER_SIZE = (1024, 2048)
_PRIORITY_STEP = 10
_MOST_TASKS = 4
_RANGE = re.compile("([0-9]{1,5})-([0-9]{1,5})", re.ASCII)
#: For a job that is not to run: a schedule of Amazon EventBridge needs some time.
_NEVER = "at(2099-12-31T00:00:00)"


@frozen
class Count(Frozen):
    """How many tasks a service has, in one environment.

    Args:
        least: fewest.
        most: most.
        spot_percent: the share on Fargate Spot.

    """

    least: int
    most: int
    spot_percent: int = 0


def service_keys(
    kind: str,
    name: str,
    section: Section,
    *,
    variables: Mapping[str, str],
    place: int | None,
    rows: list[Row],
) -> dict[str, Any]:
    """Return the keys of an application for a workload that runs in containers.

    Args:
        kind: its type.
        name: the workload's.
        section: its manifest.
        variables: those that Copilot gives to containers.
        place: of its rule among those of the environment's load balancer, from 1; None: it has a
            load balancer of its own.
        rows: to which is added what has no counterpart.

    """
    size = _APP_RUNNER_SIZE if kind == REQUEST_DRIVEN else _DEFAULT_SIZE
    task = Task(section, name, rows, size)
    container, sidecars = task.containers(_container_name(name), variables)
    keys: dict[str, Any] = {}
    if task.volumes:
        keys["volumes"] = task.volumes
    compute = {
        "type": "fargate",
        "cpu": task.cpu,
        "memory": task.memory,
        "private": _is_private(section, task) or None,
    }
    keys["compute"] = {key: value for key, value in compute.items() if value is not None}
    days = section.section("logging").number("retention")
    if days in RETENTION_DAYS:
        keys["log_retention_days"] = days
    elif days is not None:
        task.row("logging.retention", f"use one of {', '.join(map(str, RETENTION_DAYS))} days")
    if kind == SCHEDULED_JOB:
        return {**keys, **_job(name, section, container, sidecars, task)}
    frontend = _frontend(kind, section, container, task, place)
    if frontend is None:
        container.pop("port", None) if kind == WORKER else None
    elif container.get("port") is None:
        container["port"] = 80
        task.row("image.port", "80, which the manifest does not say: use the port it listens on")
    return {
        "container": container,
        **({"sidecars": sidecars} if sidecars else {}),
        **keys,
        "load_balancer": frontend,
    }


def count(section: Section, where: str, rows: list[Row]) -> tuple[Count, dict[str, Any]]:
    """Return how many tasks a service has, and by what they are scaled."""
    value = section.take("count")
    if value is None:
        return Count(least=1, most=1), {}
    if isinstance(value, int) and not isinstance(value, bool):
        return Count(least=value, most=max(value, 1)), {}
    if not isinstance(value, dict):
        rows.append(Row(where=where, what="count", instead=f"1 to {_MOST_TASKS} tasks"))
        return Count(least=1, most=_MOST_TASKS), {}
    inner = Section(value, f"{where}.count", section.problems)
    spot = inner.number("spot")
    if spot is not None:
        return Count(least=spot, most=max(spot, 1), spot_percent=100), {}
    least, most, percent = _range(inner, where, rows)
    scaling = {
        "cpu_percent": _target(inner, "cpu_percentage"),
        "memory_percent": _target(inner, "memory_percentage"),
        "requests_per_task": _target(inner, "requests"),
    }
    for key, _ in inner.unused("count."):
        instead = {"queue_delay": "scale by scaling: {queue: ...}, with the name of the queue"}
        step = key.split(".")[1]
        text = instead.get(step, "the defaults of Application Auto Scaling apply")
        rows.append(Row(where=where, what=key, instead=text))
    least, most = min(least, most), max(least, most, 1)
    return (
        Count(least=least, most=most, spot_percent=percent),
        {name: number for name, number in scaling.items() if number is not None},
    )


def _range(inner: Section, where: str, rows: list[Row]) -> tuple[int, int, int]:
    value = inner.take("range")
    if isinstance(value, dict):
        bounds = Section(value, f"{where}.count.range", inner.problems)
        least, most = bounds.number("min") or 1, bounds.number("max") or _MOST_TASKS
        spot_from = bounds.number("spot_from")
        rows += [row(where, key) for key, _ in bounds.unused("count.range.")]
        if spot_from is None:
            return least, most, 0
        percent = max(0, min(100, round(100 * (most - spot_from + 1) / max(most, 1))))
        instead = f"{percent} percent of the tasks are on Spot, whatever their number"
        rows.append(Row(where=where, what="count.range.spot_from", instead=instead))
        return least, most, percent
    if value is None:
        return 1, _MOST_TASKS, 0
    match = _RANGE.fullmatch(str(value))
    if match is None:
        inner.refuse(value, "a range such as 1-10", "range")
        return 1, _MOST_TASKS, 0
    return int(match[1]), int(match[2]), 0


def _target(inner: Section, key: str) -> int | None:
    value = inner.take(key)
    if isinstance(value, dict):
        value = value.get("value")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    inner.refuse(value, "a number above 0", key)
    return None


def _frontend(
    kind: str, section: Section, container: Mapping[str, Any], task: Task, place: int | None
) -> dict[str, Any] | None:
    """Return the load balancer, or the rule of one; None: nothing leads requests to it."""
    raw = section.take("http")
    has_http = isinstance(raw, dict)
    if not has_http and not isinstance(raw, (bool, type(None))):
        section.refuse(raw, "a mapping", "http")
    http = Section(raw if has_http else {}, f"{task.where}.http", task.problems)
    if kind == WORKER or (kind == BACKEND and not (has_http or container.get("port"))):
        return None
    if kind == BACKEND and not has_http:
        task.row(
            "image.port",
            "it gets an internal load balancer, whose name others use instead of Service Connect's",
        )
    keys = _health_check(http, task)
    path, hosts = http.text("path") or "/", _hosts(http)
    if hosts:
        task.row("http.alias", "point it in DNS to the new load balancer, as the steps below say")
    if kind == BACKEND:
        keys["internal"] = True
        if path != "/":
            task.row("http.path", f"its own load balancer takes every path, not {path} alone")
    if kind == LOAD_BALANCED and place is not None:
        paths = [] if path == "/" else [f"/{path.strip('/')}", f"/{path.strip('/')}/*"]
        rule = {"priority": place * _PRIORITY_STEP, "paths": paths, "hosts": hosts}
        if not paths and not hosts:
            rule["paths"] = ["/*"]
        keys["listener_rule"] = {name: value for name, value in rule.items() if value}
    elif kind == LOAD_BALANCED and path != "/":
        task.row("http.path", f"its own load balancer takes every path, not {path} alone")
    for key, _ in http.unused("http."):
        task.unused(key)
    return keys


def _health_check(http: Section, task: Task) -> dict[str, Any]:
    value = http.take("healthcheck")
    if isinstance(value, str):
        return {} if value == "/" else {"health_check_path": value}
    check = Section(value, f"{task.where}.http.healthcheck", task.problems)
    numbers: dict[str, tuple[int | None, int, int]] = {
        "health_check_interval": (_seconds(check, "interval"), 5, 300),
        "health_check_timeout": (_seconds(check, "timeout"), 2, 120),
        "healthy_threshold": (check.number("healthy_threshold"), 2, 10),
        "unhealthy_threshold": (check.number("unhealthy_threshold"), 2, 10),
        "grace_period": (_seconds(check, "grace_period"), 0, 7200),
    }
    keys: dict[str, Any] = {}
    path, codes = check.text("path"), check.text("success_codes")
    if path not in (None, "/"):
        keys["health_check_path"] = path
    if codes is not None:
        keys["health_check_codes"] = codes
    for name, (number, least, most) in numbers.items():
        if number is None:
            continue
        if least <= number <= most:
            keys[name] = number
        else:
            task.row(f"http.healthcheck: {name}", f"use {least} to {most} (it is {number})")
    if keys.get("health_check_timeout", 5) >= keys.get("health_check_interval", 30):
        keys.pop("health_check_timeout", None)
        keys.pop("health_check_interval", None)
        task.row("http.healthcheck.timeout", "it must be less than the interval; 5 and 30 seconds")
    for key, _ in check.unused("http.healthcheck."):
        task.row(key, "the port of the container is checked")
    return keys


def _seconds(section: Section, key: str) -> int | None:
    length = seconds(section.take(key))
    return None if length is None else int(length)


def _hosts(http: Section) -> list[str]:
    value = http.take("alias")
    listed: Sequence[Any] = value if isinstance(value, list) else [value]
    names = [each.get("name") if isinstance(each, dict) else each for each in listed]
    return [name for each in names if isinstance(each, str) for name in each.split(",")]


def _job(
    name: str,
    section: Section,
    container: dict[str, Any],
    sidecars: Sequence[Mapping[str, Any]],
    task: Task,
) -> dict[str, Any]:
    text = section.section("on").text("schedule") or "none"
    expression = schedule(text)
    if expression is None:
        expression = _NEVER
        instead = f"{text!r:.40} has no counterpart: the job waits until you write the schedule"
        task.row("on.schedule", instead)
    for sidecar in sidecars:
        task.row(f"sidecars.{sidecar['name']}", "a scheduled task has one container")
    container.pop("depends_on", None)
    container.pop("port", None)
    container["cpu"], container["memory"] = task.cpu, task.memory
    return {
        "scheduled_tasks": [
            {"name": _container_name(name), "schedule": expression, "container": container}
        ]
    }


def _container_name(name: str) -> str:
    return name.lower()


def _is_private(section: Section, task: Task) -> bool:
    placement = section.section("network").section("vpc").take("placement")
    if isinstance(placement, (dict, list)):
        task.row("network.vpc.placement", "the subnets are those of the environment's file")
        return False
    return bool(placement == "private")
