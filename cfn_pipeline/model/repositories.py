"""Where an application comes from: a repository, a zip file in a bucket, an image in ECR."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, replace
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.aws_sources import CodeCommit, ECRSource, S3Source
from cfn_pipeline.model.sources import (
    AzureDevOps,
    Bitbucket,
    ConnectedSource,
    GitHub,
    GitLab,
    RepositorySource,
    Source,
    repository_problems,
)
from cfn_pipeline.model.triggers import Patterns, Push
from cfn_pipeline.model.validated import Validated

#: The source action of each provider.
PROVIDERS: Mapping[str, type[RepositorySource]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "bitbucket": Bitbucket,
    "azure_devops": AzureDevOps,
    "codecommit": CodeCommit,
}


@frozen(kw_only=False)
class ApplicationSource(Validated):
    """Where an application comes from."""

    is_choice: ClassVar[bool] = True
    default_type: ClassVar[str] = "repository"

    @property
    def title(self) -> str:
        """How READMEs and messages call it."""
        raise NotImplementedError

    def deployment_source(self, application: str) -> "FileSource":
        """Return where an application's templates are, unless it says so itself.

        Raises:
            ModelError: that does not follow from where its code is.

        """
        raise ModelError(f"application {application!r}: {_required(self)}")

    def action(
        self,
        *,
        name: str,
        output: str,
        kind: Callable[..., RepositorySource] | None = None,
        folders: tuple[str, ...] = (),
    ) -> Source:
        """Return the source action that fetches it.

        Args:
            name: the action's.
            output: the name of its artifact.
            kind: the class for a repository; absent: that of its provider.
            folders: changes of which start the pipeline, where that can be told; empty: any change
                does.

        """
        raise NotImplementedError


@frozen(kw_only=False)
class FileSource(ApplicationSource):
    """Where files are: an application's code, or templates and configuration files.

    Args:
        folder: the folder of the application, where it shares the place with others. Of a
            repository that a connection reaches, only pushes that change a file in it start the
            pipeline. Absent: the place is the application's alone.

    """

    is_choice: ClassVar[bool] = True

    _: KW_ONLY
    folder: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """What two sources have in common if they are the same."""
        raise NotImplementedError

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the folder."""
        if self.folder is not None and {"", ".", ".."} & {*self.folder.split("/")}:
            yield (
                f"{self.where}: invalid folder {self.folder!r}: use a path in the repository, "
                "such as 'services/orders'"
            )


@frozen(kw_only=False)
class Repository(FileSource):
    """A repository: ``Repository("acme/shop/orders", provider="gitlab", branch="trunk")``.

    Args:
        name: ``owner/name``; of GitHub also ``name`` alone: then the owner is a parameter of the
            pipeline's stack.
        branch: pushes to it start the pipeline.
        provider: github, gitlab, bitbucket, azure_devops or codecommit.

    """

    name: str
    _: KW_ONLY
    branch: str = "main"
    provider: str = "github"

    @property
    def title(self) -> str:
        """Its name."""
        return self.name

    def deployment_source(self, application: str) -> FileSource:
        """Return the repository ``<name>-aws``, with a folder where this one has a folder."""
        folder = None if self.folder is None else application
        return replace(self, name=f"{self.name}-aws", folder=folder)

    def action(
        self,
        *,
        name: str,
        output: str,
        kind: Callable[..., RepositorySource] | None = None,
        folders: tuple[str, ...] = (),
    ) -> RepositorySource:
        """Return the source action that fetches the branch."""
        kind = PROVIDERS[self.provider] if kind is None else kind
        source = kind(name=name, repository=self.name, branch=self.branch, output=output)
        if not folders or not isinstance(source, ConnectedSource):
            return source
        paths = Patterns(includes=[f"{folder}/**" for folder in folders])
        return replace(source, push=[Push(branches=Patterns(includes=[self.branch]), paths=paths)])

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with provider, name, branch and folder."""
        kind = PROVIDERS.get(self.provider)
        if kind is None:
            yield (
                f"{self.where}: unknown provider {self.provider!r}; use one of "
                f"{', '.join(PROVIDERS)}"
            )
        else:
            yield from repository_problems(self.name, self.branch, self.where, names=kind.names)
        yield from super().problems()

    @property
    def place(self) -> tuple[str, ...]:
        """What two repositories have in common if they are the same: case does not matter."""
        return self.provider, self.name.lower(), self.branch


@frozen
class S3Object(FileSource):
    """A zip file in a bucket: ``S3Object(bucket="acme-code", key="orders.zip")``.

    Each new version starts the pipeline. The bucket must have versions and send its events to
    EventBridge.

    Args:
        bucket: its name.
        key: of the zip file.
        kms_key: the ARN of the key that encrypts the bucket; absent: S3's own.

    """

    type_name: ClassVar[str] = "s3_object"

    bucket: str
    key: str
    kms_key: str | None = None

    @property
    def title(self) -> str:
        """Its address."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"S3Object {self.title!r}"

    @property
    def place(self) -> tuple[str, ...]:
        """What two objects have in common if they are the same."""
        return "s3", self.bucket, self.key

    def action(
        self,
        *,
        name: str,
        output: str,
        kind: Callable[..., RepositorySource] | None = None,  # noqa: ARG002
        folders: tuple[str, ...] = (),  # noqa: ARG002
    ) -> S3Source:
        """Return the source action that fetches the newest version."""
        return S3Source(
            name=name, output=output, bucket=self.bucket, key=self.key, kms_key=self.kms_key
        )

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with bucket, key and folder."""
        yield from name_forms.BUCKET.problems(self.bucket, self.where)
        if not self.key or self.key.startswith("/"):
            yield f"{self.where}: invalid key {self.key!r}: use that of a zip file"
        yield from name_forms.arn_problems(self.kms_key, "kms_key", self.where)
        yield from super().problems()


@frozen
class ECRImage(ApplicationSource):
    """An image in ECR that something else builds: ``ECRImage(repository="acme/orders")``.

    Each push of the tag starts the pipeline, which builds nothing: it deploys the image by its
    digest, so that what was tested is what runs, wherever the tag has moved. Environments in other
    accounts pull it from here, which the repository's own policy must allow.

    Args:
        repository: its name, in the pipeline's account and region.
        tag: the tag of which a push starts the pipeline; absent: latest.

    """

    type_name: ClassVar[str] = "ecr_image"

    repository: str
    tag: str | None = None

    @property
    def title(self) -> str:
        """Repository and tag."""
        return f"{self.repository}:{self.tag or 'latest'}"

    @property
    def where(self) -> str:
        """How messages call it."""
        return f"ECRImage {self.title!r}"

    def action(
        self,
        *,
        name: str,
        output: str,
        kind: Callable[..., RepositorySource] | None = None,  # noqa: ARG002
        folders: tuple[str, ...] = (),  # noqa: ARG002
    ) -> ECRSource:
        """Return the source action that finds the image, whose variables later actions use."""
        return ECRSource(
            name=name, namespace=name, output=output, repository=self.repository, tag=self.tag
        )

    def problems(self) -> Iterator[str]:
        """Yield an invalid repository or tag."""
        yield from name_forms.REPOSITORY.problems(self.repository, self.where)
        yield from name_forms.IMAGE_TAG.problems(self.tag, self.where)


def _required(code: ApplicationSource) -> str:
    return (
        f"deployment_source is required with the source {code.title!r}; use the repository of "
        "templates and configuration files"
    )


def source_problems(code: ApplicationSource, files: FileSource | None, where: str) -> Iterator[str]:
    """Yield what is wrong with an application's source and deployment source together."""
    if not isinstance(code, Repository) and files is None:
        yield f"{where}: {_required(code)}"
    if (
        isinstance(code, FileSource)
        and files is not None
        and code.place == files.place
        and code.folder == files.folder is None
    ):
        branch = f", branch {code.branch!r}," if isinstance(code, Repository) else ""
        yield (
            f"{where}: source and deployment_source are both {code.title!r}{branch} and their "
            "files would be in one folder; use folder= in deployment_source, or another repository"
        )


def image_source_problems(
    needless: Mapping[str, object], where: str, *, is_used: bool
) -> Iterator[str]:
    """Yield what does not fit an application of which an image is the source.

    Args:
        needless: values that are for an image that is built, by the application's fields.
        where: how messages call the application.
        is_used: whether its stack runs the image.

    """
    for name, value in needless.items():
        if value is not None:
            yield f"{where}: {name} is not possible with an image as source; remove it"
    if not is_used:
        yield f"{where}: no container runs the image of the source; remove image from one of them"


#: A repository on GitHub.
GitHubRepository = Repository
