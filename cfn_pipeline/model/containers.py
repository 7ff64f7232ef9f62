"""The containers of an application."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.model.validated import Validated

__all__ = ["Container"]


@dataclass(frozen=True, kw_only=True)
class Container(Validated):
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
        user: with which ids it runs, ``<user>:<group>``; the application's volumes belong to 1000.
            The book edition leaves it to the image.
        read_only: whether it writes nowhere but to its mounts and ``/tmp``; the book edition lets
            every container write.

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
    user: str = "1000:1000"
    read_only: bool = True

    @property
    def where(self) -> str:
        """How messages call the container."""
        return f"container {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the container by itself."""
        yield from names.CONTAINER.problems(self.name, self.where)
        where = self.where
        if self.cpu < 1 or self.memory < 4:
            yield (
                f"{where}: {self.cpu} CPU units and {self.memory} MiB; ECS wants at least 1 unit, "
                "Docker at least 4 MiB"
            )
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"{where}: there is no port {self.port}; ports are 1 to 65535"
        for path in self.mounts.values():
            yield from names.PATH.problems(path, where)
