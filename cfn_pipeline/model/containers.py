"""The containers of an application."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.model.validated import Validated


@dataclass(frozen=True, kw_only=True)
class Container(Validated):
    """A container of the application's image.

    ``Container(name="orders", cpu=256, memory=512, port=8080, environment={"MODE": "live"})``

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html

    Args:
        name: unique in its task.
        command: what runs in it; empty: the image's own command.
        cpu: CPU units, 1024 to a core; the service is scaled by how much of them its tasks use, so
            with few units, little work starts more tasks.
        memory: MiB that are reserved for it, 6 at least.
        port: the port on which it listens; absent: none.
        environment: variables, beside those of the database; empty: none.
        database: whether it gets the variables and the password of the database.
        mounts: paths in the container, by the names of the application's volumes; empty: none.
        essential: whether the task ends when this container does.
        user: ``<user id>:<group id>`` that it runs as; the application's volumes belong to 1000.
        read_only: whether it can write to its mounts and ``/tmp`` only.

    """

    #: The least memory, in MiB, that Docker reserves.
    least_memory: ClassVar[int] = 6

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
        yield from name_forms.CONTAINER.problems(self.name, self.where)
        where = self.where
        if self.cpu < 1:
            yield f"{where}: cpu must be 1 or more CPU units (got {self.cpu})"
        if self.memory < self.least_memory:
            yield (
                f"{where}: memory must be {self.least_memory} MiB or more, which is Docker's "
                f"least (got {self.memory})"
            )
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"{where}: port must be 1 to 65535 (got {self.port})"
        for path in self.mounts.values():
            yield from name_forms.PATH.problems(path, where)
