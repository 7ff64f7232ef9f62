"""The containers of an application."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.permissions import Allow
from cfn_pipeline.model.secret_values import Secret
from cfn_pipeline.model.validated import Validated

#: For what a container can wait.
#: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
_CONDITIONS = ("START", "HEALTHY", "COMPLETE", "SUCCESS")

_PRIVATE_IMAGE = re.compile(
    r"(?P<account>[0-9]{12}|\$\{AWS::AccountId\})\.dkr\.ecr(?:-fips)?"
    r"\.(?P<region>[a-z0-9-]+|\$\{AWS::Region\})\.[^/]+/(?P<repository>[^:@]+)"
)


@frozen(kw_only=False)
class HealthCheck(Validated):
    """A command that tells whether a container is healthy; ECS replaces tasks that are not.

    ``HealthCheck("curl --fail http://localhost:8080/health", start_period=60)``

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html

    Args:
        command: what the container's shell runs; it ends with 0 while the container is healthy.
        interval: seconds from one run to the next, 5 to 300.
        timeout: seconds after which a run has failed, 2 to 60.
        retries: failed runs in a row after which the container is unhealthy, 1 to 10.
        start_period: seconds at first in which failed runs do not count, 0 to 300.

    """

    command: str
    _: KW_ONLY
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0

    def problems(self) -> Iterator[str]:
        """Yield an empty command, and numbers that ECS refuses."""
        if not self.command.strip():
            yield f"{self.where}: command is empty; use one, such as 'curl --fail localhost:8080'"
        for name, least, most in (
            ("interval", 5, 300),
            ("timeout", 2, 60),
            ("retries", 1, 10),
            ("start_period", 0, 300),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                yield f"{self.where}: {name} must be {least} to {most} (got {value})"


@frozen
class Container(Validated):
    """A container of the application's image, or of another one.

    ``Container(name="orders", cpu=256, memory=512, port=8080, environment={"MODE": "live"})``

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html

    Args:
        name: unique in its task.
        image: such as ``public.ecr.aws/nginx/nginx:1.29``, or one of a private repository in ECR,
            for which ECS gets the permission; absent: the image that the build publishes.
        command: what runs in it; empty: the image's own command.
        cpu: CPU units, 1024 to a core; the service is scaled by how much of them its tasks use, so
            with few units, little work starts more tasks.
        memory: MiB that are reserved for it, 6 at least.
        port: the port on which it listens; absent: none.
        environment: variables, beside those of the database; empty: none.
        secrets: variables with secret values, such as ``{"TOKEN": Secret("ssm:/orders/token")}``;
            empty: none but the database's password.
        permissions: what the containers of the application may do on AWS, such as
            ``[Allow("sqs:SendMessage", on="arn:...")]``; all its containers have one role, and with
            it the permissions of each; empty: nothing.
        health_check: a command that tells whether it is healthy; absent: it is while it runs.
        database: whether it gets the variables and the password of the database; absent: if it runs
            the image that the build publishes.
        mounts: paths in the container, by the names of the application's volumes; empty: none.
        essential: whether the task ends when this container does.
        depends_on: for what it waits, by the names of other containers of its task: START,
            HEALTHY, COMPLETE or SUCCESS, such as ``{"proxy": "HEALTHY"}``; empty: for nothing.
        user: ``<user id>:<group id>`` that it runs as; the application's volumes belong to 1000;
            None: the image's own user.
        read_only: whether it can write to its mounts and ``/tmp`` only.

    """

    #: The least memory, in MiB, that Docker reserves.
    least_memory: ClassVar[int] = 6

    name: str
    image: str | None = None
    command: Sequence[str] = ()
    cpu: int
    memory: int
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    permissions: Sequence[Allow] = ()
    health_check: HealthCheck | None = None
    database: bool | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
    essential: bool = True
    depends_on: Mapping[str, str] = field(default_factory=dict)
    user: str | None = "1000:1000"
    read_only: bool = True

    @property
    def where(self) -> str:
        """How messages call the container."""
        return f"container {self.name!r}"

    @property
    def uses_database(self) -> bool:
        """Whether it gets the variables and the password of the database."""
        return self.image is None if self.database is None else self.database

    @property
    def ecr_repository(self) -> str | None:
        """The ARN of the image's repository, where it is a private one in ECR."""
        match = _PRIVATE_IMAGE.match(self.image or "")
        if match is None:
            return None
        place = f"{match['region']}:{match['account']}"
        return f"arn:${{AWS::Partition}}:ecr:{place}:repository/{match['repository']}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the container by itself."""
        yield from name_forms.CONTAINER.problems(self.name, self.where)
        where = self.where
        yield from name_forms.IMAGE.problems(self.image, where)
        for name, condition in self.depends_on.items():
            if condition not in _CONDITIONS:
                yield (
                    f"{where}: depends_on of {name!r} must be one of {', '.join(_CONDITIONS)} "
                    f"(got {condition!r})"
                )
        if self.cpu < 1:
            yield f"{where}: cpu must be 1 or more CPU units (got {self.cpu})"
        if self.memory < self.least_memory:
            yield (
                f"{where}: memory must be {self.least_memory} MiB or more, which is Docker's "
                f"least (got {self.memory})"
            )
        if self.port is not None and not 1 <= self.port <= 65535:
            yield f"{where}: port must be 1 to 65535 (got {self.port})"
        for name in self.secrets:
            if name in self.environment:
                yield f"{where}: the variable {name} is in environment and secrets; remove one"
        for path in self.mounts.values():
            yield from name_forms.PATH.problems(path, where)
