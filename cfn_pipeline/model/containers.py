"""The containers of an application."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Container"]


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container that runs the application's image.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html

    Args:
        name: unique in its task.
        command: what runs in it; empty: the image's own command.
        cpu: CPU units, 1024 to a core.
        memory: MiB that are reserved for it.
        port: the port on which it listens, reached through a host port that Docker chooses;
            absent: none.
        environment: variables, beside those of the database.
        database: whether it has the variables with which the database is found.
        mounts: where the application's volumes appear in it, by the volumes' names.
        essential: whether the task ends when this container does.

    """

    name: str
    command: Sequence[str] = ()
    cpu: int
    memory: int
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    database: bool = True
    mounts: Mapping[str, str] = field(default_factory=dict)
    essential: bool = True

    def problems(self, where: str, volumes: Mapping[str, str]) -> Iterator[str]:
        """Yield what is wrong with the container in an application that has ``volumes``."""
        where = f"{where}, container {self.name!r}"
        if not self.name:
            yield f"{where}: a container needs a name"
        if self.cpu < 1 or self.memory < 4:
            yield (
                f"{where}: {self.cpu} CPU units and {self.memory} MiB; ECS wants at least 1 unit, "
                "Docker at least 4 MiB"
            )
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"{where}: there is no port {self.port}; ports are 1 to 65535"
        for volume in self.mounts:
            if volume not in volumes:
                known = ", ".join(map(repr, volumes)) or "none"
                yield f"{where}: it mounts the volume {volume!r}; the application has {known}"
