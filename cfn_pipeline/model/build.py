"""How an application is built."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.codebuild import (
    ARCHITECTURES,
    BUILD_MINUTES,
    CACHES,
    COMPUTE_TYPES,
    IMAGE_ARCHITECTURE,
    OWN_IMAGES,
    RESERVED_VARIABLES,
    TYPES_WITHOUT_LOCAL_CACHE,
)
from cfn_pipeline.frozen import frozen
from cfn_pipeline.model.build_parts import BuildVpc, Report
from cfn_pipeline.model.validated import Validated


@frozen
class ApplicationBuild(Validated):
    """How an application is built."""

    is_choice: ClassVar[bool] = True
    default_type: ClassVar[str] = "codebuild"


@frozen
class ImageBuild(ApplicationBuild):
    """CodePipeline itself builds the image and publishes it: ``ImageBuild()``.

    It needs no CodeBuild project, no buildspec and no image to build in; tests run in a stage of
    the Dockerfile, or in actions of their own. The image's tag is the id of the pipeline's
    execution, and it is deployed by its digest. Images are built for X86_64.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECRBuildAndPublish.html

    Args:
        dockerfile: the folder of the Dockerfile in the source; absent: the application's.

    """

    type_name: ClassVar[str] = "ecr_build_and_publish"

    dockerfile: str | None = None

    def problems(self) -> Iterator[str]:
        """Yield a folder that is not in the source."""
        if self.dockerfile is not None and {"", ".", ".."} & {*self.dockerfile.split("/")}:
            yield (
                f"{self.where}: invalid dockerfile {self.dockerfile!r}: use a folder in the "
                "source, such as 'docker'"
            )


@frozen
class Build(ApplicationBuild):
    """A CodeBuild project: ``Build(image="aws/codebuild/standard:7.0", timeout_minutes=60)``.

    https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html

    Args:
        image: one of CodeBuild's own, such as ``aws/codebuild/standard:7.0``; absent: the image of
            Dockerfile.codebuild, with Docker in Docker, in a repository of its own, or of the
            applications that share it.
        compute_type: CodeBuild's, such as BUILD_GENERAL1_MEDIUM.
        architecture: X86_64 or ARM64; absent: that of ``Fargate``, else X86_64.
        docker: whether builds run Docker, which takes privileged mode.
        timeout_minutes: after which a build is stopped, 5 to 2,160.
        environment: variables of builds; empty: none.
        secrets: variables of builds from Secrets Manager, each the name of a secret, with ``:key``
            for one value of a JSON object: ``{"NPM_TOKEN": "orders/build:token"}``; empty: none.
        buildspec: the path of the build specification in the repository; absent:
            ``buildspec.yml``.
        cache: LOCAL: a build finds sources and the layers of images of an earlier one where it
            runs on the same host. S3: in a bucket of the project's stack, from which objects
            expire after a month. Absent: builds keep nothing.
        cache_paths: patterns of further files that it keeps, such as ``node_modules/**/*``, for
            buildspec.yml; empty: none, or those that your own buildspec has.
        reports: what tests report, by name, such as ``{"unit": Report("reports/*.xml")}``: builds
            may write the report group ``<application>-<name>``, and buildspec.yml has the files.
            Empty: none.
        vpc: in which builds run; absent: in none.
        images: whether it publishes images to ECR; False: the application has no repository.

    """

    type_name: ClassVar[str] = "codebuild"

    image: str | None = None
    compute_type: str = COMPUTE_TYPES[0]
    architecture: str | None = None
    docker: bool = True
    timeout_minutes: int = 30
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    buildspec: str | None = None
    cache: str | None = None
    cache_paths: Sequence[str] = ()
    reports: Mapping[str, Report] = field(default_factory=dict)
    vpc: BuildVpc | None = None
    images: bool = True

    @property
    def secret_names(self) -> tuple[str, ...]:
        """The secrets that builds read, each once."""
        return tuple(dict.fromkeys(secret.partition(":")[0] for secret in self.secrets.values()))

    @property
    def has_cache_bucket(self) -> bool:
        """Whether builds keep files in a bucket."""
        return self.cache == CACHES[1]

    @property
    def where(self) -> str:
        """How messages call the build."""
        return "build"

    def problems(self) -> Iterator[str]:
        """Yield what CodeBuild does not accept."""
        if self.image is not None and not self.image.startswith(OWN_IMAGES):
            yield (
                f"{self.where}: invalid image {self.image!r}: use one of CodeBuild's, such as "
                "'aws/codebuild/standard:7.0', or omit it for that of Dockerfile.codebuild"
            )
        if self.image is None and not self.docker:
            yield (
                f"{self.where}: docker=False needs one of CodeBuild's images; use image="
                "'aws/codebuild/standard:7.0'"
            )
        if self.compute_type not in COMPUTE_TYPES:
            yield (
                f"{self.where}: unknown compute_type {self.compute_type!r}; use one of "
                f"{', '.join(COMPUTE_TYPES)}"
            )
        if self.architecture not in (None, *ARCHITECTURES):
            yield (
                f"{self.where}: architecture must be {' or '.join(ARCHITECTURES)} "
                f"(got {self.architecture!r})"
            )
        yield from self._cache_problems()
        for name in self.reports:
            yield from name_forms.REPORT.problems(name, self.where)
        if self.timeout_minutes not in BUILD_MINUTES:
            yield (
                f"{self.where}: timeout_minutes must be {BUILD_MINUTES} (got "
                f"{self.timeout_minutes})"
            )
        for name in (*self.environment, *self.secrets):
            if name.startswith(RESERVED_VARIABLES):
                yield f"{self.where}: the variable {name} is CodeBuild's own; use another name"
        for name in self.secrets:
            if name in self.environment:
                yield (
                    f"{self.where}: the variable {name} is in environment and secrets; remove one"
                )
        for secret in self.secret_names:
            yield from name_forms.SECRET.problems(secret, self.where)
        if self.buildspec is not None and (
            self.buildspec.startswith("/") or ".." in self.buildspec.split("/")
        ):
            yield (
                f"{self.where}: invalid buildspec {self.buildspec!r}: use a path in the "
                "repository, such as 'ci/buildspec.yml'"
            )

    def _cache_problems(self) -> Iterator[str]:
        if self.cache not in (None, *CACHES):
            yield f"{self.where}: unknown cache {self.cache!r}; use {' or '.join(CACHES)}"
        if self.cache == CACHES[0]:
            if self.vpc is not None:
                yield f"{self.where}: cache LOCAL is not possible in a VPC; use cache S3"
            if self.compute_type in TYPES_WITHOUT_LOCAL_CACHE:
                yield (
                    f"{self.where}: cache LOCAL is not possible with {self.compute_type}; use "
                    "cache S3"
                )
        if self.cache_paths and self.cache is None:
            yield f"{self.where}: cache_paths need a cache; add cache LOCAL or S3"


def architecture_problems(
    build: ApplicationBuild | None, architecture: str, where: str
) -> Iterator[str]:
    """Yield an architecture for which CodePipeline builds no images itself."""
    if isinstance(build, ImageBuild) and architecture != IMAGE_ARCHITECTURE:
        yield (
            f"{where}: {build.where} builds for {IMAGE_ARCHITECTURE}, and compute has the "
            f"architecture {architecture}; use a CodeBuild project"
        )
