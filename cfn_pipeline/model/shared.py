"""What the applications of a file share."""

from collections.abc import Iterable, Iterator, Sequence

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.codebuild import ARCHITECTURES
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.approval import Approval
from cfn_pipeline.model.environment import Environment
from cfn_pipeline.model.repositories import PROVIDERS, Repository
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.validated import Validated

#: The folder into which it is rendered.
SHARED = "shared"

#: The providers of repositories that a connection reaches.
_CONNECTED = tuple(name for name, kind in PROVIDERS.items() if issubclass(kind, ConnectedSource))


@frozen
class SharedListener(Validated):
    """The listener of a load balancer to which applications add rules: ``SharedListener()``.

    Args:
        certificate: the ARN of a certificate in ACM for HTTPS, to which HTTP is redirected; absent:
            HTTP only.
        internal: whether the load balancer has private addresses; otherwise it is reached from the
            internet.

    """

    certificate: str | None = None
    internal: bool = False

    def problems(self) -> Iterator[str]:
        """Yield a certificate that is not one."""
        yield from name_forms.CERTIFICATE.problems(self.certificate, self.where)


@frozen
class SharedBuildImage(Validated):
    """The image of Dockerfile.codebuild, in which applications are built: ``SharedBuildImage()``.

    Args:
        architecture: X86_64 or ARM64; an application that is built on the other one has an image of
            its own.

    """

    architecture: str = next(iter(ARCHITECTURES))

    def problems(self) -> Iterator[str]:
        """Yield an architecture that CodeBuild does not have."""
        if self.architecture not in ARCHITECTURES:
            yield (
                f"{self.where}: architecture must be {' or '.join(ARCHITECTURES)} "
                f"(got {self.architecture!r})"
            )


@frozen
class Shared(Validated):
    """Stacks that the applications of a file share, instead of each having its own.

    They are rendered into the folder ``shared``, and deployed before the applications. ::

        Shared(name="platform", notifications=True, connection="github")

    Args:
        name: begins the names of the stacks and of their exports.
        key: whether one key encrypts the artifacts, images and build logs of all pipelines; False:
            each pipeline has its own. Environments must then be in the pipeline's account.
        notifications: whether one topic gets the notifications of all pipelines of the account and
            region, by three rules altogether; False: each pipeline has a topic and three rules.
        connection: the provider to which a connection is made (github, gitlab, bitbucket,
            azure_devops), for all sources; absent: each pipeline is given the ARN of one.
        listener: the listener for applications that have a ``listener_rule``; absent: they name
            one.
        build_image: the image in which applications are built that name none; absent: each has its
            own.

    """

    name: str
    key: bool = False
    notifications: bool = False
    connection: str | None = None
    listener: SharedListener | None = None
    build_image: SharedBuildImage | None = None

    @property
    def build_image_repository(self) -> str:
        """The ECR repository of the build image."""
        return f"{self.name}/codebuild"

    def has_build_image(self, architecture: str) -> bool:
        """Whether applications are built in its image on an architecture."""
        return self.build_image is not None and self.build_image.architecture == architecture

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"shared {self.name!r}"

    def problems(self) -> Iterator[str]:
        """Yield a name that AWS refuses, an unknown provider, and nothing that is shared."""
        yield from name_forms.APPLICATION.problems(self.name, self.where)
        if self.connection not in (None, *_CONNECTED):
            yield (
                f"{self.where}: unknown provider {self.connection!r} in connection; use one of "
                f"{', '.join(_CONNECTED)}"
            )
        stacks = (self.key, self.notifications, self.connection, self.listener, self.build_image)
        if not any(stacks):
            yield (
                f"{self.where}: nothing is shared; use key, notifications, connection, listener or "
                "build_image"
            )


def sharing_problems(
    where: str,
    shared: Shared,
    *,
    name: str,
    environments: Sequence[Environment],
    elsewhere: Sequence[Environment],
    sources: Iterable[object],
) -> Iterator[str]:
    """Yield what an application cannot share with others.

    Args:
        where: how messages call the application.
        shared: what is shared.
        name: the application's.
        environments: its environments.
        elsewhere: its environments in other accounts.
        sources: where its files are.

    """
    if name == SHARED:
        yield f"{where}: its folder would be that of {shared.where}; use another name"
    if name == shared.name:
        yield f"{where}: its name is also the name of {shared.where}; use another name"
    if shared.key and elsewhere:
        yield (
            f"{where}, {elsewhere[0].where}: is in another account, whose roles the key of "
            f"{shared.where} does not allow; remove key from shared"
        )
    for environment in environments:
        approval = environment.approval
        if shared.notifications and isinstance(approval, Approval) and approval.describe_changes:
            yield (
                f"{where}, {environment.where}: approval describes changes in the application's "
                f"own notifications, and those of {shared.where} are for all; use approval: true, "
                "or remove notifications from shared"
            )
    for source in sources:
        provider = source.provider if isinstance(source, Repository) else None
        if provider in _CONNECTED and shared.connection not in (None, provider):
            yield (
                f"{where}: a repository is on {provider}, and the connection of {shared.where} is "
                f"to {shared.connection}; remove connection from shared"
            )
