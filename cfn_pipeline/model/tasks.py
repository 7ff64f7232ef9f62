"""What must hold between the containers of a task and the application around them."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import Database
from cfn_pipeline.model.validated import repeated

#: Variables that the stack may set beside those of the database.
_STACK_VARIABLES = ("SECRETS", "AWS_DEFAULT_REGION")
_MOST_CONTAINERS = 10


def task_problems(
    containers: Sequence[Container],
    where: str,
    *,
    volumes: Collection[str],
    database: Database | None,
) -> Iterator[str]:
    """Yield what is wrong with the containers of one task.

    Args:
        containers: of the task.
        where: how messages call the application.
        volumes: the names of the application's volumes.
        database: of the application; None: it has none.

    """
    for container in containers:
        at = f"{where}, {container.where}"
        yield from _mount_problems(container, at, volumes)
        yield from _variable_problems(container, at, database)
        yield from _dependency_problems(container, at, containers)
    yield from _cycles(containers, where)
    if len(containers) > _MOST_CONTAINERS:
        yield f"{where}: a task has {len(containers)} containers; ECS allows {_MOST_CONTAINERS}"
    yield from repeated(f"{where}: container name", [container.name for container in containers])


def _mount_problems(container: Container, at: str, volumes: Collection[str]) -> Iterator[str]:
    for volume in container.mounts:
        if volume not in volumes:
            existing = ", ".join(map(repr, volumes)) or "none"
            yield (
                f"{at}: unknown volume {volume!r} in mounts; the application's volumes are "
                f"{existing}"
            )
    if "/tmp" in container.mounts.values():
        yield f"{at}: a volume cannot be mounted at /tmp; use another path"


def _variable_problems(container: Container, at: str, database: Database | None) -> Iterator[str]:
    """Yield the container's variables that the stack sets for the database."""
    if database is None or not container.uses_database:
        return
    reserved = {*database.variable_names, *_STACK_VARIABLES}
    for name in (*container.environment, *container.secrets):
        if name in reserved:
            place = "environment" if name in container.environment else "secrets"
            yield (
                f"{at}: the variable {name} is set for the database; remove it from {place}, or "
                "use database=False"
            )


def _dependency_problems(
    container: Container, at: str, containers: Sequence[Container]
) -> Iterator[str]:
    """Yield dependencies on what the task does not have, or on what never happens in it."""
    others = {other.name: other for other in containers if other is not container}
    for name, condition in container.depends_on.items():
        if name not in others:
            existing = ", ".join(map(repr, others)) or "none"
            yield (
                f"{at}: unknown container {name!r} in depends_on; the other containers of its "
                f"task are {existing}"
            )
        elif condition == "HEALTHY" and others[name].health_check is None:
            yield (
                f"{at}: depends_on waits until {name!r} is HEALTHY, and that container has no "
                "health_check; add one, or use START"
            )
        elif condition in ("COMPLETE", "SUCCESS") and others[name].essential:
            yield (
                f"{at}: depends_on waits until {name!r} ends ({condition}), which ends the whole "
                "task; use essential=False in that container"
            )


def _cycles(containers: Sequence[Container], where: str) -> Iterator[str]:
    """Yield the containers that wait for each other."""
    waits: Mapping[str, Collection[str]] = {c.name: c.depends_on for c in containers}
    started: set[str] = set()
    while ready := [n for n in waits if n not in started and started >= {*waits[n]} & {*waits}]:
        started |= {*ready}
    waiting = [name for name in waits if name not in started]
    if waiting:
        names = ", ".join(map(repr, waiting))
        yield f"{where}: depends_on has a circle: {names} wait for each other; remove one of them"
