"""A containerised application, as the person who delivers it describes it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.sources import repository_problems
from cfn_pipeline.model.validated import Validated

__all__ = ["RETENTION_DAYS", "TARGETS", "Application", "Database", "GitHubRepository", "Instances"]

_DATABASE_VARIABLES = (
    *("MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE"),
    *("SECRETS", "AWS_DEFAULT_REGION"),
)
_MOST_CONTAINERS = 10

#: What ``make deploy/`` calls the templates that are no environment's.
TARGETS = ("codebuild", "ecr", "iam", "kms", "pipeline", "stack")

#: How long CloudWatch Logs can keep what it is given, in days.
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


@dataclass(frozen=True)
class GitHubRepository(Validated):
    """A repository on GitHub.

    Args:
        name: ``owner/name``, or the name alone, whose owner is then a parameter of the
            pipeline's stack.
        branch: the branch whose pushes start the pipeline.

    """

    name: str
    _: KW_ONLY
    branch: str = "main"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with name and branch."""
        yield from repository_problems(self.name, self.branch, self.where)


@dataclass(frozen=True, kw_only=True)
class Database(Validated):
    """A MySQL database on RDS, found by the containers through MYSQL_* variables.

    Args:
        name: of the database in the server.
        username: of its owner.
        password_key: where the password stands in the application's secret.
        allocated_storage: in GiB; absent: the edition's.
        engine_version: absent: the edition's.
        instance_class: absent: the edition's.

    """

    name: str
    username: str
    password_key: str = "MYSQL_PASSWORD"
    allocated_storage: int | None = None
    engine_version: str | None = None
    instance_class: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with names and size."""
        yield from names.DATABASE.problems(self.name, self.where)
        yield from names.DATABASE_USER.problems(self.username, self.where)
        yield from names.SECRET_KEY.problems(self.password_key, self.where)
        if self.allocated_storage is not None and not 5 <= self.allocated_storage <= 65536:
            yield f"{self.where}: {self.allocated_storage} GiB; RDS takes 5 to 65,536"


@dataclass(frozen=True, kw_only=True)
class Instances(Validated):
    """The EC2 instances on which the containers run.

    Args:
        instance_type: absent: the edition's.
        minimum: fewest instances.
        maximum: most instances.
        desired: how many there are at first in the book edition; in the current one ECS asks for
            as many as it needs.

    """

    instance_type: str | None = None
    minimum: int = 0
    maximum: int = 4
    desired: int = 1

    def problems(self) -> Iterator[str]:
        """Yield numbers that contradict each other."""
        if not 0 <= self.minimum <= self.desired <= self.maximum or not self.maximum:
            yield (
                f"{self.where}: {self.minimum} to {self.maximum} instances, {self.desired} at "
                "first; give 0 <= minimum <= desired <= maximum, and at least one as maximum"
            )


@dataclass(frozen=True, kw_only=True)
class Application(Validated):
    """A containerised application and the way it is delivered.

    Args:
        name: names stacks, roles, exports and the artifact bucket.
        title: how descriptions call it; absent: the name with a capital letter.
        source: the repository with the application's code and its buildspec.yml.
        deployment_source: the repository with stack.yml and the environments' configuration
            files; absent: ``<source>-aws``, on the same branch.
        image_repository: the ECR repository of its images; absent: its name.
        build_image_repository: the ECR repository of the image in which it is built; absent:
            ``<name>/codebuild``.
        pull_accounts: other AWS accounts that may pull its images.
        container: the container that answers requests; it needs a port.
        sidecars: containers that run beside it, in the same task.
        volumes: folders on the instances, by name, for the containers to mount.
        database: absent: it has none.
        migration: a container that runs once before each deployment of the service, and whose
            failure fails the deployment; absent: nothing runs.
        secret: a secret in Secrets Manager that exists, a JSON object; absent: the stack makes
            one of its own, or in the book edition ``<name>/credentials``, which must exist.
        health_check_path: the path that answers 200 while the application is well; absent: ``/``.
        instances: the instances that it runs on.
        minimum_tasks: fewest tasks to which the service is scaled in, and with which it starts,
            where an environment says nothing.
        maximum_tasks: most tasks to which the service is scaled out.
        log_retention_days: how long logs are kept.
        environments: where it is deployed, in the order of the pipeline's stages.

    Raises:
        ModelError: all that is wrong, told together.

    """

    name: str
    title: str | None = None
    source: GitHubRepository
    deployment_source: GitHubRepository | None = None
    image_repository: str | None = None
    build_image_repository: str | None = None
    pull_accounts: Sequence[str] = ()
    container: Container
    sidecars: Sequence[Container] = ()
    volumes: Mapping[str, str] = field(default_factory=dict)
    database: Database | None = None
    migration: Container | None = None
    secret: str | None = None
    health_check_path: str | None = None
    instances: Instances = Instances()
    minimum_tasks: int = 1
    maximum_tasks: int = 4
    log_retention_days: int = 365
    environments: Sequence[Environment] = (Environment("dev"), Environment("prod", approval=True))

    @property
    def display_name(self) -> str:
        """How descriptions call the application."""
        return self.name.capitalize() if self.title is None else self.title

    @property
    def deployment_repository(self) -> GitHubRepository:
        """The repository of template and configuration files."""
        if self.deployment_source is not None:
            return self.deployment_source
        return GitHubRepository(f"{self.source.name}-aws", branch=self.source.branch)

    @property
    def image_repository_name(self) -> str:
        """The ECR repository of the application's images."""
        return self.image_repository or self.name

    @property
    def build_image_repository_name(self) -> str:
        """The ECR repository of the image in which the application is built."""
        return self.build_image_repository or f"{self.name}/codebuild"

    @property
    def secret_name(self) -> str:
        """The secret in Secrets Manager, where the stack makes none of its own."""
        return self.secret or f"{self.name}/credentials"

    @property
    def secret_prefix(self) -> str:
        """What the names of all secrets of the application begin with."""
        folder, slash, _ = self.secret_name.rpartition("/")
        return f"{folder}/" if slash else self.secret_name

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers of the service's task, the one that answers requests first."""
        return (self.container, *self.sidecars)

    def environment(self, name: str) -> Environment:
        """Return the environment of that name.

        Raises:
            ModelError: there is none.

        """
        for environment in self.environments:
            if environment.name == name:
                return environment
        known = ", ".join(repr(environment.name) for environment in self.environments)
        raise ModelError(f"application {self.name!r} has no environment {name!r}; it has {known}")

    def stack_name(self, environment: Environment) -> str:
        """Return the name of the stack that the pipeline deploys for an environment."""
        return environment.stack or f"{self.name}-{environment.name}"

    @property
    def where(self) -> str:
        """How messages call the application."""
        return f"application {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the application as a whole."""
        where = self.where
        yield from names.APPLICATION.problems(self.name, where)
        if self.name == "codebuild":
            yield f"{where}: the name is taken by the build image's repository; choose another"
        yield from names.REPOSITORY.problems(self.image_repository, where)
        yield from names.REPOSITORY.problems(self.build_image_repository, where)
        if self.image_repository_name == self.build_image_repository_name:
            yield (
                f"{where}: {self.image_repository_name!r} is the repository of its images and of "
                "the image in which it is built; give each its own"
            )
        yield from names.SECRET.problems(self.secret, where)
        for account in self.pull_accounts:
            if not (len(account) == 12 and account.isdecimal()):
                yield f"{where}: {account!r} is no AWS account; an account has 12 digits"
        yield from self._container_problems(where)
        yield from self._size_problems(where)
        yield from self._environment_problems(where)

    def _container_problems(self, where: str) -> Iterator[str]:
        for volume, path in self.volumes.items():
            yield from names.VOLUME.problems(volume, where)
            yield from names.PATH.problems(path, where)
        migration = () if self.migration is None else (self.migration,)
        for container in (*self.containers, *migration):
            for volume in container.mounts:
                if volume not in self.volumes:
                    known = ", ".join(map(repr, self.volumes)) or "none"
                    yield (
                        f"{where}, container {container.name!r}: it mounts the volume "
                        f"{volume!r}; the application has {known}"
                    )
        if len(self.containers) > _MOST_CONTAINERS:
            yield (
                f"{where}: {len(self.containers)} containers run together; ECS takes "
                f"{_MOST_CONTAINERS}"
            )
        for container in (*self.containers, *migration):
            for name in self._taken_variables(container):
                yield (
                    f"{where}, container {container.name!r}: the variable {name} is the "
                    "database's; leave it out, or say database=False"
                )
            if "/tmp" in container.mounts.values():
                yield (
                    f"{where}, container {container.name!r}: /tmp is the container's own; mount "
                    "the volume elsewhere"
                )
        if self.container.port is None:
            yield (
                f"{where}, container {self.container.name!r}: the load balancer needs a port; "
                "give the one on which the container listens"
            )
        for name, count in Counter(c.name for c in self.containers).items():
            if count > 1:
                yield f"{where}: {count} containers are called {name!r}; a name is unique"

    def _taken_variables(self, container: Container) -> list[str]:
        """Return variables that the container says and the database has."""
        if self.database is None or not container.database:
            return []
        taken = {*_DATABASE_VARIABLES, self.database.password_key}
        return [name for name in container.environment if name in taken]

    def _size_problems(self, where: str) -> Iterator[str]:
        if self.log_retention_days not in RETENTION_DAYS:
            yield (
                f"{where}: logs cannot be kept for {self.log_retention_days} days; CloudWatch "
                f"takes {', '.join(map(str, RETENTION_DAYS))}"
            )
        if not 0 <= self.minimum_tasks <= self.maximum_tasks:
            yield (
                f"{where}: {self.minimum_tasks} to {self.maximum_tasks} tasks; "
                "give 0 <= minimum_tasks <= maximum_tasks"
            )

    def _environment_problems(self, where: str) -> Iterator[str]:
        if not self.environments:
            yield f"{where}: it has no environment; give it one, such as Environment('dev')"
        for environment in self.environments:
            if environment.name in TARGETS:
                yield (
                    f"{where}: an environment is called {environment.name!r}, and so is a "
                    "template; choose another name"
                )
            count = environment.desired_count
            if count is not None and count > self.maximum_tasks:
                yield (
                    f"{where}, environment {environment.name!r}: {count} tasks, and the service "
                    f"has {self.maximum_tasks} at most; raise maximum_tasks"
                )
            if environment.stack is None:
                name = self.stack_name(environment)
                yield from names.APPLICATION_STACK.problems(name, where)
        for label, values in (
            ("environments are called", [e.name for e in self.environments]),
            ("environments have the stage", [e.stage_name for e in self.environments]),
            ("environments have the stack", [self.stack_name(e) for e in self.environments]),
        ):
            for value, count in Counter(values).items():
                if count > 1:
                    yield f"{where}: {count} {label} {value!r}; each wants its own"
