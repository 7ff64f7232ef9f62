"""A containerised application, as the person who delivers it describes it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.cloudwatch import RETENTION_DAYS
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.build import ApplicationBuild, Build, ImageBuild, architecture_problems
from cfn_pipeline.model.compute import Compute, Ec2
from cfn_pipeline.model.containers import Container
from cfn_pipeline.model.database import Database, secret_problems
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.environments import Places, environment_problems
from cfn_pipeline.model.existing_database import unused_problems
from cfn_pipeline.model.fleet import Fleet, fleet_problems
from cfn_pipeline.model.load_balancers import LoadBalancer, listener_problems
from cfn_pipeline.model.own_stack import STACK_FILE, OwnStack, replaced_problems, service_problems
from cfn_pipeline.model.pipeline import Variable
from cfn_pipeline.model.repositories import (
    ApplicationSource,
    ECRImage,
    FileSource,
    image_source_problems,
    source_problems,
)
from cfn_pipeline.model.scaling import Scaling, scaling_problems
from cfn_pipeline.model.scheduled_tasks import ScheduledTask
from cfn_pipeline.model.shared import Shared, sharing_problems
from cfn_pipeline.model.strategies import Deployment, Rolling, deployment_problems
from cfn_pipeline.model.tasks import task_problems
from cfn_pipeline.model.validated import Validated, repeated
from cfn_pipeline.model.volumes import Volume, host_folders, subnet_problems, volume_problems

#: The parameter that gets the version of each build, in the stack that is built for containers.
VERSION_PARAMETER = "ApplicationImageTag"
#: The parameter that gets its digest, where the pipeline does not know a tag that stays.
DIGEST_PARAMETER = "ApplicationImageDigest"
#: Security checkers that read suppressions in templates.
CHECKERS = ("checkov", "guard", "cdk-nag")


@frozen
class Application(Validated):
    """A containerised application and the way it is delivered.

    ::

        Application(
            name="orders",
            source=Repository("acme/orders"),
            container=Container(name="orders", cpu=256, memory=512, port=8080),
        )

    Args:
        name: begins the names of stacks, exports and buckets.
        title: the name in descriptions; absent: ``name`` with a capital letter.
        source: the repository with the application's code and its buildspec.yml; or a zip file in
            S3, or an image in ECR, with ``deployment_source``.
        deployment_source: the repository with stack.yml and the environments' configuration
            files; absent: ``<source>-aws``, on the same branch, and the folder ``name`` where
            the source has a folder. It may be the source's repository, with a folder.
        image_repository: the ECR repository of its images; absent: ``name``.
        build_image_repository: the ECR repository of the image in which it is built; absent:
            ``<name>/codebuild``, or that of the applications that share it.
        pull_accounts: other AWS accounts that may pull its images; empty: none.
        build: how it is built; absent: by a CodeBuild project, or, where the source is an image,
            not at all. None: its own stack is deployed without a build.
        pipeline_variables: values that a person may give when starting the pipeline, which its
            actions refer to as ``#{variables.NAME}``; empty: none.
        stack: a template of one's own, in place of the container and what serves it; absent: the
            stack is built from these.
        container: the container of the service; behind a load balancer it needs a port; absent:
            the application has no service, but ``scheduled_tasks`` alone.
        sidecars: containers that run beside it, in the same task; empty: none.
        volumes: what containers mount, by name: ``EfsVolume()``, or the path of a folder of the
            instances; empty: none.
        database: such as ``MySql(name="orders", username="orders")``; absent: none.
        migration: a container that runs before each deployment of the service; when it fails,
            the deployment fails; absent: none.
        scheduled_tasks: tasks that run at certain times; empty: none.
        secret: the name of a secret in Secrets Manager that exists, a JSON object with the
            database's password; absent: the stack generates one.
        load_balancer: what leads requests to the container; None: nothing does, as for a worker.
        deployment: how new tasks take over, such as ``Canary(percent=10)``.
        compute: on what the containers run.
        minimum_tasks: fewest tasks; the default of the environments' ``desired_count``.
        maximum_tasks: most tasks to which the service is scaled out.
        scaling: by what tasks are added and removed; absent: by the edition's default, their CPU.
        log_retention_days: how long logs are kept.
        environments: where it is deployed, in the order of the pipeline's stages.
        account: the AWS account of the pipeline; absent: that in which its stacks are deployed.
            Environments that name it are in the pipeline's account.
        region: the region of the pipeline, likewise.
        suppressions: security checkers ("checkov", "guard", "cdk-nag") whose findings that would
            be wrong to fix are suppressed in the templates, each with the reason; empty: none.
        shared: stacks that it shares with other applications; absent: none. In a configuration
            file, ``shared`` stands beside ``applications``, and is for all of them.
        fleet: the pipeline that deploys its delivery stacks; absent: people do. In a configuration
            file, ``fleet`` stands beside ``applications``, and is for all of them.

    Raises:
        ModelError: every mistake, a line each.

    """

    name: str
    title: str | None = None
    source: ApplicationSource
    deployment_source: FileSource | None = None
    image_repository: str | None = None
    build_image_repository: str | None = None
    pull_accounts: Sequence[str] = ()
    build: ApplicationBuild | None = field(default_factory=Build)
    pipeline_variables: Sequence[Variable] = ()
    stack: OwnStack | None = None
    container: Container | None = None
    sidecars: Sequence[Container] = ()
    volumes: Mapping[str, str | Volume] = field(default_factory=dict)
    database: Database | None = None
    migration: Container | None = None
    scheduled_tasks: Sequence[ScheduledTask] = ()
    secret: str | None = None
    load_balancer: LoadBalancer | None = field(default_factory=LoadBalancer)
    deployment: Deployment = field(default_factory=Rolling)
    compute: Compute = field(default_factory=Ec2)
    minimum_tasks: int = 1
    maximum_tasks: int = 4
    scaling: Scaling = field(default_factory=Scaling)
    log_retention_days: int = 365
    environments: Sequence[Environment] = (Environment("dev"), Environment("prod", approval=True))
    account: str | None = None
    region: str | None = None
    suppressions: Sequence[str] = ()
    shared: Shared | None = field(default=None, metadata={"python_only": True})
    fleet: Fleet | None = field(default=None, metadata={"python_only": True})

    @property
    def display_name(self) -> str:
        """The application's name in descriptions."""
        return self.name.capitalize() if self.title is None else self.title

    def __post_init__(self) -> None:
        """Leave out a default where nothing is built, or no service gets requests."""
        if isinstance(self.source, ECRImage) and self.build == Build():
            object.__setattr__(self, "build", None)
        if self.is_tasks_alone and self.load_balancer == LoadBalancer():
            object.__setattr__(self, "load_balancer", None)
        super().__post_init__()

    @property
    def source_folder(self) -> str | None:
        """The folder of the code in its source; None: the root of the source, or an image."""
        return self.source.folder if isinstance(self.source, FileSource) else None

    @property
    def deployment_repository(self) -> FileSource:
        """Where template and configuration files are.

        Raises:
            ModelError: the source is not a repository, and ``deployment_source`` is absent.

        """
        return self.deployment_source or self.source.deployment_source(self.name)

    @property
    def image_repository_name(self) -> str:
        """The ECR repository of the application's images."""
        if isinstance(self.source, ECRImage):
            return self.source.repository
        return self.image_repository or self.name

    @property
    def build_image_repository_name(self) -> str:
        """The ECR repository of the image in which the application is built."""
        maker = self.shared if self.shared is not None and self.shares_build_image else self
        return self.build_image_repository or f"{maker.name}/codebuild"

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers of the service's task, the one that answers requests first."""
        return () if self.container is None else (self.container, *self.sidecars)

    @property
    def is_tasks_alone(self) -> bool:
        """Whether it has no service, only tasks that run at certain times."""
        return self.container is None and self.stack is None and bool(self.scheduled_tasks)

    @property
    def stack_file(self) -> str:
        """The name of the template of which each environment has a stack."""
        return STACK_FILE if self.stack is None else self.stack.file

    @property
    def version_parameter(self) -> str | None:
        """The parameter of the stack that gets the version of each build; None: nothing has it."""
        if self.stack is not None:
            return self.stack.version_parameter
        if not self.runs_build:
            return None
        return DIGEST_PARAMETER if self.deploys_digests else VERSION_PARAMETER

    @property
    def deploys_digests(self) -> bool:
        """Whether a version is an image's digest; False: it is an image's tag."""
        return isinstance(self.source, ECRImage) or isinstance(self.build, ImageBuild)

    @property
    def project(self) -> Build | None:
        """The CodeBuild project that builds it; None: it has none."""
        return self.build if isinstance(self.build, Build) else None

    @property
    def runs_build(self) -> bool:
        """Whether a container runs the image that the build publishes, or the source is."""
        return any(container.image is None for container in self.all_containers)

    @property
    def buildspec(self) -> str | None:
        """The path of the build specification; None: CodeBuild's default."""
        if self.project is not None and self.project.buildspec is not None:
            return self.project.buildspec
        return None if self.source_folder is None else f"{self.source_folder}/buildspec.yml"

    @property
    def has_images(self) -> bool:
        """Whether a build publishes images to ECR."""
        return self.build is not None and (self.project is None or self.project.images)

    @property
    def has_build_image(self) -> bool:
        """Whether builds run in an image of Dockerfile.codebuild, its own or another's."""
        return self.project is not None and self.project.image is None

    @property
    def shares_build_image(self) -> bool:
        """Whether that image is the one that applications share."""
        is_there = self.shared is not None and self.shared.has_build_image(self.architecture)
        return is_there and self.has_build_image and self.build_image_repository is None

    @property
    def makes_build_image(self) -> bool:
        """Whether that image is the application's own, which it renders."""
        return self.has_build_image and not self.shares_build_image

    @property
    def architecture(self) -> str:
        """The architecture on which images are built."""
        if self.project is not None and self.project.architecture is not None:
            return self.project.architecture
        return self.compute.image_architecture

    @property
    def tasks(self) -> tuple[tuple[Container, ...], ...]:
        """The containers of each task: the service's, the migration, the scheduled ones."""
        others = (self.migration, *(task.container for task in self.scheduled_tasks))
        single = ((container,) for container in others if container is not None)
        return (*([self.containers] if self.containers else []), *single)

    @property
    def all_containers(self) -> tuple[Container, ...]:
        """The containers of all tasks."""
        return tuple(container for task in self.tasks for container in task)

    def environment(self, name: str) -> Environment:
        """Return the environment of that name.

        Raises:
            ModelError: the application has no such environment.

        """
        for environment in self.environments:
            if environment.name == name:
                return environment
        existing = ", ".join(repr(environment.name) for environment in self.environments)
        raise ModelError(
            f"{self.where} has no environment {name!r}; its environments are {existing}"
        )

    @property
    def places(self) -> Places:
        """Which environments are in other accounts and regions than the pipeline."""
        return Places(self.environments, self.account, self.region)

    def stack_name(self, environment: Environment) -> str:
        """Return the name of an environment's stack."""
        return environment.stack or f"{self.name}-{environment.name}"

    @property
    def where(self) -> str:
        """How messages call the application."""
        return f"application {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the application as a whole."""
        where = self.where
        yield from name_forms.APPLICATION.problems(self.name, where)
        if self.name == "codebuild":
            yield (
                f"{where}: name must not be 'codebuild', which is the build image's repository; "
                "use another name"
            )
        yield from name_forms.REPOSITORY.problems(self.image_repository, where)
        yield from name_forms.REPOSITORY.problems(self.build_image_repository, where)
        if self.image_repository_name == self.build_image_repository_name:
            yield (
                f"{where}: image_repository and build_image_repository are both "
                f"{self.image_repository_name!r}; use two repositories"
            )
        yield from repeated(f"{where}: variable", [v.name for v in self.pipeline_variables])
        yield from name_forms.ACCOUNT.problems(self.account, where)
        yield from name_forms.REGION.problems(self.region, where)
        yield from secret_problems(where, self.secret, self.database)
        yield from architecture_problems(self.build, self.architecture, where)
        yield from source_problems(self.source, self.deployment_source, where)
        if self.shared is not None:
            yield from sharing_problems(
                where,
                self.shared,
                name=self.name,
                environments=self.environments,
                elsewhere=[e for e in self.environments if self.places.account(e) is not None],
                sources=[self.source, self.deployment_source],
            )
        if self.fleet is not None:
            yield from fleet_problems(
                where,
                self.fleet,
                name=self.name,
                account=self.account,
                region=self.region,
                accounts=self.places.accounts,
                stacks=[self.stack_name(environment) for environment in self.environments],
                is_unbounded=self.stack is not None and not self.stack.boundary,
            )
        if isinstance(self.source, ECRImage):
            needless = {"build": self.build, "image_repository": self.image_repository}
            is_used = self.stack is not None or self.runs_build
            yield from image_source_problems(needless, where, is_used=is_used)
        for checker in self.suppressions:
            if checker not in CHECKERS:
                yield (
                    f"{where}: unknown checker {checker!r} in suppressions; the checkers are "
                    f"{', '.join(map(repr, CHECKERS))}"
                )
        for account in self.pull_accounts:
            yield from name_forms.ACCOUNT.problems(account, f"{where}, pull_accounts")
        if self.stack is not None:
            yield from self._own_stack_problems(where)
        elif self.container is None and not self.scheduled_tasks:
            yield f"{where}: container, scheduled_tasks or stack is required; add one of them"
        else:
            yield from self._container_problems(where)
        if self.log_retention_days not in RETENTION_DAYS:
            yield (
                f"{where}: log_retention_days must be one of "
                f"{', '.join(map(str, RETENTION_DAYS))} (got {self.log_retention_days})"
            )
        yield from scaling_problems(
            where,
            self.scaling,
            minimum_tasks=self.minimum_tasks,
            maximum_tasks=self.maximum_tasks,
            has_load_balancer=self.load_balancer is not None,
        )
        yield from deployment_problems(
            where,
            self.deployment,
            has_load_balancer=self.load_balancer is not None,
            scales_by_requests=self.scaling.requests_per_task is not None,
        )
        yield from environment_problems(
            where,
            self.places,
            [self.stack_name(environment) for environment in self.environments],
            maximum_tasks=self.maximum_tasks,
        )

    def _own_stack_problems(self, where: str) -> Iterator[str]:
        """Yield aspects that an own stack replaces, and a version that no build gives."""
        yield from replaced_problems(where, self)
        if self.version_parameter and self.build is None and not self.deploys_digests:
            yield (
                f"{where}: version_parameter ({self.version_parameter}) gets the version of a "
                "build, and build is None; remove one of them"
            )

    def _container_problems(self, where: str) -> Iterator[str]:
        first = self.container
        if first is None:
            yield from service_problems(where, self)
        if self.runs_build and not (self.has_images or isinstance(self.source, ECRImage)):
            yield (
                f"{where}: a build must publish the container's image; remove build=None or "
                "images=False, or use image= in each container"
            )
        yield from volume_problems(self.volumes, where, self.all_containers)
        yield from unused_problems(where, self.database, self.all_containers)
        for environment in self.environments:
            subnets = self.compute.subnets_of(environment)
            yield from subnet_problems(self.volumes, subnets, f"{where}, {environment.where}")
        for task in self.tasks:
            yield from task_problems(
                task, where, volumes=tuple(self.volumes), database=self.database
            )
        if self.load_balancer is not None and first is not None and first.port is None:
            yield (
                f"{where}, {first.where}: port is required by the load balancer; use the "
                "port on which the container listens, or load_balancer=None"
            )
        is_shared = self.shared is not None and self.shared.listener is not None
        yield from listener_problems(
            where,
            self.load_balancer,
            self.places,
            is_shared=is_shared,
            has_fleet=self.fleet is not None,
        )
        problems = (self.compute.container_problems(task, ()) for task in self.tasks)
        volumes = self.compute.container_problems((), tuple(host_folders(self.volumes)))
        for problem in dict.fromkeys(itertools.chain(volumes, *problems)):
            yield f"{where}: {problem}"
        names = [task.name for task in self.scheduled_tasks]
        yield from repeated(f"{where}: scheduled task", names)
