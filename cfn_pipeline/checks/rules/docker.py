"""Docker in builds: projects are privileged where they must be, and do not use retired images.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker-custom-image.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.builds import Build, builds
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import readable
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.system import System
from cfn_pipeline.aws.codebuild import CURRENT_IMAGE, RETIRED_IMAGES
from cfn_pipeline.aws.guides import CODEBUILD
from cfn_pipeline.checks.rule import CheckRule, Problem, problem

_PROJECT = "AWS::CodeBuild::Project"

#: A command that needs a Docker daemon in the build container.
_DOCKER = re.compile(
    r"(?:^|&&|\|\||;|\||\(|\b(?:then|do|else|sudo|nohup|time|timeout\s+\S+)\s)\s*(?:\w+=\S*\s+)*"
    r"(?P<command>(?:/[\w/]*/)?dockerd\b"
    r"|docker\s+(?:(?:--debug|-D|--log-level\s+\S+)\s+)*(?:image\s+|container\s+)?"
    r"(?:build|buildx|compose|load|pull|push|run|save|tag|up)\b"
    r"|docker-compose\s+(?:-\S+\s+(?:[^-\s]\S*\s+)?)*(?:build|pull|push|run|up)\b)"
)

#: Signs of a Docker daemon outside the build container.
_REMOTE = re.compile(r"DOCKER_HOST|DOCKER_CONTEXT|docker\s+context\s+use|--context|<<")


def docker_command(build: Build) -> str | None:
    """Return a command that needs a Docker daemon in the build container; None if none does."""
    content = None if build.buildspec is None else build.buildspec.content
    if content is None:
        return None
    commands = list(content.commands())
    variables = (*content.variables, *content.parameter_store, *content.secrets_manager)
    if any(_REMOTE.search(text) for text in (*variables, *(c.text for c in commands))):
        return None
    for command in commands:
        for line in command.text.splitlines():
            if not line.lstrip().startswith(("#", "echo ")) and (match := _DOCKER.search(line)):
                return match["command"]
    return None


def _is_remote(environment: Node) -> bool:
    """Whether the project may use a Docker daemon outside the build container."""
    variables = environment.at("EnvironmentVariables")
    return (
        environment.at("DockerServer").is_there
        or not variables.is_whole
        or any(_REMOTE.search(v.at("Name").text or "") for v in variables.items())
    )


def _privileged(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for build in builds(pipeline):
        project = build.project
        if project is None:
            continue
        # Outside a VPC the Docker daemon runs by default.
        network = properties_of(project, system).at("VpcConfig")
        if not isinstance(network.value, dict) or network.is_function:
            continue
        environment = properties_of(project, system).at("Environment")
        privileged = environment.at("PrivilegedMode")
        if privileged.text not in (None, "false") or environment.hides_keys:
            continue
        if privileged.is_function or not environment.is_there or _is_remote(environment):
            continue
        image = environment.at("Image").text or ""
        if image.startswith(RETIRED_IMAGES):
            continue  # these run privileged by themselves
        command = docker_command(build)
        if re.fullmatch(r"(?:[^:]*/)?docker:[\w.-]*dind[\w.-]*(?:@.*)?", image[:1000]):
            why = f"image {image}"
        elif command is not None:
            why = f"the buildspec calls '{command}'"
        else:
            continue
        yield problem(
            build.action,
            privileged if privileged.is_there else environment,
            f"project {project.logical_id} runs Docker in a VPC ({why}), but is not privileged; "
            "set Environment.PrivilegedMode: true",
            resource=project,
        )


def _retired_images(system: System) -> Iterator[Problem]:
    for project in system.resources(_PROJECT):
        node = properties_of(project, system).at("Environment").at("Image")
        image = node.text
        if image is not None and image.startswith(RETIRED_IMAGES):
            yield Problem(
                at=node,
                message=f"resource {project.logical_id}: it builds in {readable(image)}, which "
                f"gets no updates any more; use {CURRENT_IMAGE} with PrivilegedMode: true",
            )


RULES = (
    CheckRule(
        id="E9711",
        title="Projects that run Docker in a VPC are privileged",
        impact="The build fails at its first Docker command.",
        aws_message="Cannot connect to the Docker daemon at unix:/var/run/docker.sock. Is the "
        "docker daemon running?",
        fix="Set PrivilegedMode: true in the project's Environment.",
        source=f"{CODEBUILD}/sample-docker-custom-image.html",
        certainty="documented",
        find_in_pipeline=_privileged,
    ),
    CheckRule(
        id="W9740",
        severity="warning",
        title="Builds do not use the retired images of Docker",
        impact="The image gets no updates, and builds in it may fail.",
        aws_message="PrivilegedMode has to be set for projects with AWS CodeBuild Docker curated "
        "images.",
        fix=f"Use a current image, such as {CURRENT_IMAGE}, with PrivilegedMode: true.",
        source="aws-samples/eks-workshop#1128",
        certainty="observed",
        find_in_system=_retired_images,
    ),
)
