"""Images that builds push: after a login, and under a tag that may be pushed again.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-ecr-image.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.builds import Build, builds
from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import name_of
from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.buildspec.reading import Command
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_PUSH = re.compile(r"(?<![\w.-])docker\s+(?:image\s+)?push\s+(?P<image>\"[^\"]*\"|'[^']*'|\S+)")

#: What logs in, or may: the CLI, a credential helper, or a script, a tool or a function.
_MAY_LOG_IN = re.compile(
    r"docker\s+login|get-login|credential|credHelpers|config\.json|buildah|crane|skopeo"
    r"|(?:^|[;&|(]\s*|\s)(?:\.{0,2}/|make\b|bash\b|sh\b|source\b|\.\s|python|npm\b|npx\b|yarn\b"
    r"|node\b|gradle|mvn|task\b|just\b|invoke\b|eval\b|aws-ecr)",
    re.MULTILINE,
)
_FIXED_TAG = re.compile(r":(?P<tag>[\w][\w.-]*)$")


def _pushes(build: Build) -> Iterator[tuple[Command, str]]:
    """Yield the commands that push an image, with the image."""
    content = build.buildspec.content if build.buildspec else None
    for command in () if content is None else content.commands():
        for match in _PUSH.finditer(command.text):
            yield command, match["image"].strip("\"'")


def _logins(pipeline: Pipeline) -> Iterator[Problem]:
    for build in builds(pipeline):
        placed = build.buildspec
        pushes = [(c, image) for c, image in _pushes(build) if ".dkr.ecr." in image]
        if placed is None or placed.content is None or not pushes:
            continue
        commands = list(placed.content.commands())
        if any(_MAY_LOG_IN.search(command.text) for command in commands):
            continue
        command, image = pushes[0]
        yield problem(
            build.action,
            placed.at(command.path),
            f"'{image[:60]}' is pushed without a login; run aws ecr get-login-password | docker "
            "login --username AWS --password-stdin REGISTRY before",
            resource=build.project or pipeline.resource,
        )


def _immutable(pipeline: Pipeline) -> Iterator[Problem]:
    """Find fixed tags that are pushed to repositories where a tag is pushed only once."""
    repositories = {
        name_of(repository, pipeline.system): repository
        for repository in pipeline.system.resources("AWS::ECR::Repository")
    }
    for build in builds(pipeline):
        for command, image in _pushes(build):
            tag = _FIXED_TAG.search(image)
            repository = repositories.get(_repository(image))
            if tag is None or repository is None or not _is_immutable(repository, pipeline):
                continue
            if build.buildspec is not None:
                yield problem(
                    build.action,
                    build.buildspec.at(command.path),
                    f"tag '{tag['tag']}' is pushed again by each build, but repository "
                    f"{repository.logical_id} is IMMUTABLE; use a tag of the build, such as "
                    "$CODEBUILD_RESOLVED_SOURCE_VERSION",
                    resource=build.project or pipeline.resource,
                )


def _repository(image: str) -> str:
    """Return the name of the repository in an image's address; empty if it has no registry."""
    _, _, rest = image.partition("/")
    return rest.rsplit(":", 1)[0]


def _is_immutable(repository: Resource, pipeline: Pipeline) -> bool:
    properties = properties_of(repository, pipeline.system)
    return properties.at("ImageTagMutability").text == "IMMUTABLE"


RULES = (
    CheckRule(
        id="E9819",
        title="Builds log in before they push images to ECR",
        impact="The build fails at the push.",
        aws_message="no basic auth credentials",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-ecr-image.html",
        certainty="documented",
        fix="Run aws ecr get-login-password | docker login before the push.",
        find_in_pipeline=_logins,
    ),
    CheckRule(
        id="E9820",
        title="Tags of immutable repositories are pushed once",
        impact="The second build fails at the push.",
        aws_message="The image tag 'latest' already exists in the '...' repository and cannot be "
        "overwritten because the repository is immutable.",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        certainty="documented",
        fix="Use a tag of the build, or set ImageTagMutability: MUTABLE.",
        find_in_pipeline=_immutable,
    ),
)
