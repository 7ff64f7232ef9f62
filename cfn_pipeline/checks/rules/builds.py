"""Builds: the project exists, can pull its image, and may push images.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker.html
"""

import difflib
import re
from collections.abc import Iterator, Sequence

from cfn_pipeline.analysis.builds import Build, builds
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, is_open, may_be, readable
from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.resolving import arn_of, name_of
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.guides import CODEBUILD, CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.checks.rules.docker import docker_command
from cfn_pipeline.checks.statement import Statement, statement_for
from cfn_pipeline.evaluation.acting import build_grants
from cfn_pipeline.evaluation.grants import Grants, lets_in

_PROJECT, _REPOSITORY, _ROLE = (
    "AWS::CodeBuild::Project",
    "AWS::ECR::Repository",
    "AWS::IAM::Role",
)
_PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (
    *("ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart"),
    *("ecr:CompleteLayerUpload", "ecr:PutImage"),
)
_LOGIN = "ecr:GetAuthorizationToken"

#: The similarity from which a name counts as a misspelt other name.
_NEAR = 0.8

#: An image in ECR: the registry, then the repository, then a tag or a digest.
_IMAGE = re.compile(r"(?P<registry>[^/]*dkr\.ecr[^/]*)/(?P<name>[^:@]+)(?:[:@].*)?", re.DOTALL)

#: CodeBuild's names of images are shorter.
_LONGEST_IMAGE = 1_000


def _projects(pipeline: Pipeline) -> Iterator[tuple[Build, Resource]]:
    for build in builds(pipeline):
        if build.project is not None:
            yield build, build.project


def _projects_exist(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    projects = system.resources(_PROJECT)
    if not projects:
        return
    names = [name_of(project, system) for project in projects]
    for build in builds(pipeline):
        node = build.action.setting("ProjectName")
        name = node.text
        if name is None or is_open(name):
            continue
        if name.startswith("arn:"):
            yield problem(
                build.action,
                node,
                "ProjectName must be a name, not an ARN; use !Ref of the project",
            )
            continue
        logical = [p.logical_id for p in projects if p.logical_id == name]
        if build.project is not None or (
            not logical and any(may_be(name, other) for other in names)
        ):
            continue
        idle = [name_of(project, system) for project in _idle(projects, system)]
        near = difflib.get_close_matches(name, [n for n in idle if is_known(n)], 1, _NEAR)
        if logical or near or system.is_rendered:
            shown = ", ".join(sorted(_called(project, system) for project in projects))
            way = f"it is the logical id of a project, so write !Ref {name}"
            if not logical:
                way = f"use one of them ({shown}), preferably with !Ref"
            yield problem(
                build.action,
                node,
                f"CodeBuild project '{readable(name)}' does not exist in the templates; {way}",
            )


def _called(project: Resource, system: System) -> str:
    name = readable(name_of(project, system))
    return project.logical_id if "..." in name else name


def _idle(projects: list[Resource], system: System) -> list[Resource]:
    """Return the projects that no pipeline of the templates uses."""
    used = system.once(
        "used projects",
        lambda: {id(b.project) for p in pipelines(system) for b in builds(p) if b.project},
    )
    return [project for project in projects if id(project) not in used]


def _environment(project: Resource, system: System) -> Node:
    return properties_of(project, system).at("Environment")


def _repository_arn(name: str, system: System) -> str:
    account, partition, region = (
        system.unknowns.open(f"AWS::{key}") for key in ("AccountId", "Partition", "Region")
    )
    return f"arn:{partition}:ecr:{region}:{account}:repository/{name}"


def _in_ecr(text: str | None) -> str | None:
    """Return the ECR repository in the address of an image; None if it is not in ECR."""
    match = _IMAGE.fullmatch((text or "")[:_LONGEST_IMAGE])
    return None if match is None else match["name"]


def _pulls(pipeline: Pipeline) -> Iterator[Problem]:
    """Find build images that the build is not allowed to pull."""
    system = pipeline.system
    for build, project in _projects(pipeline):
        environment = _environment(project, system)
        image = environment.at("Image")
        repository = _in_ecr(image.text)
        credentials = environment.at("ImagePullCredentialsType")
        if repository is None or is_open(repository):
            continue
        if credentials.text == "SERVICE_ROLE":
            yield from _role_pulls(build, project, image, repository, system)
        elif credentials.text == "CODEBUILD" or not credentials.is_there:
            yield from _service_pulls(build, project, image, repository, system)


def _role_pulls(
    build: Build, project: Resource, image: Node, repository: str, system: System
) -> Iterator[Problem]:
    grants = build_grants(build.action, project, system)
    if grants is None:
        return
    arn = _repository_arn(repository, system)
    missing = [call for call in _PULL if not grants.may(call, arn)]
    missing += [] if grants.may(_LOGIN, "*") else [f"{_LOGIN} (on *)"]
    if missing:
        yield problem(
            build.action,
            image,
            f"role {grants.role.logical_id} of project {project.logical_id} is not allowed to pull "
            f"the build image; allow {', '.join(missing)} on {readable(arn)}",
            statements=_statements(grants, _PULL, arn, system),
        )


def _service_pulls(
    build: Build, project: Resource, image: Node, repository: str, system: System
) -> Iterator[Problem]:
    for resource in system.resources(_REPOSITORY):
        if name_of(resource, system) != repository or resource.is_opaque:
            continue
        policy = properties_of(resource, system).at("RepositoryPolicyText")
        if not all(lets_in(policy, call, service="codebuild.amazonaws.com") for call in _PULL):
            yield problem(
                build.action,
                image,
                f"CodeBuild pulls the image of project {project.logical_id}, but the policy of "
                f"repository {resource.logical_id} ({resource.template.file}) does not allow it; "
                f"allow {', '.join(_PULL)} for codebuild.amazonaws.com, or set "
                "ImagePullCredentialsType: SERVICE_ROLE",
            )


def _pushes(pipeline: Pipeline) -> Iterator[Problem]:
    """Find builds that publish an image, but whose role is not allowed to."""
    system = pipeline.system
    for build, project in _projects(pipeline):
        grants = build_grants(build.action, project, system)
        if grants is None or not grants.is_whole or not _uses_docker(build, project, system):
            continue
        targets = _targets(build, project, system)
        if targets is None:
            continue
        pushable = any(all(grants.may(call, arn) for call in _PUSH) for arn in targets)
        missing = [] if grants.may(_LOGIN, "*") else [f"{_LOGIN} on *"]
        if not pushable:
            calls = [call for call in _PUSH if not grants.may(call, targets[0])]
            missing.append(f"{', '.join(calls)} on {readable(targets[0])}")
        if missing:
            yield problem(
                build.action,
                properties_of(project, system).at("ServiceRole"),
                f"project {project.logical_id} builds images, but its role "
                f"{grants.role.logical_id} ({grants.role.template.file}) is not allowed to push "
                f"them; allow {'; and '.join(missing)}",
                statements=_statements(grants, () if pushable else _PUSH, targets[0], system),
            )


def _statements(
    grants: Grants, calls: Sequence[str], arn: str, system: System
) -> tuple[Statement, ...]:
    """Return the statements that a role lacks: for the login, and for a repository."""
    lacking = [call for call in calls if not grants.may(call, arn)]
    return tuple(
        statement_for(grants.role, actions, resource, system)
        for actions, resource in (([_LOGIN], "*"), (lacking, arn))
        if actions and not all(grants.may(action, resource) for action in actions)
    )


def _targets(build: Build, project: Resource, system: System) -> list[str] | None:
    """Return the repositories of which the build must push to one; None if it pushes no image."""
    environment = _environment(project, system)
    named = []
    for variable in environment.at("EnvironmentVariables").items():
        text = variable.at("Value").text
        repository = _in_ecr(text)
        # With a tag it is an image, such as a base image.
        if repository is not None and text is not None and text.endswith(repository):
            named.append(_repository_arn(repository, system))
    if named:
        return named
    commands = [] if build.buildspec is None else build.buildspec.commands
    pushing = re.compile(r"docker.*\bpush\b|make\s.*\bpublish\b")
    if not any(pushing.search(command.text) for command in commands):
        return None
    image = _in_ecr(environment.at("Image").text)
    others = [
        arn_of(repository, system)
        for repository in system.resources(_REPOSITORY)
        if name_of(repository, system) != image
    ]
    # With several projects, the repository of each is not known.
    return others or None if len(system.resources(_PROJECT)) == 1 else None


def _uses_docker(build: Build, project: Resource, system: System) -> bool:
    environment = _environment(project, system)
    return environment.at("PrivilegedMode").text == "true" or docker_command(build) is not None


RULES = (
    CheckRule(
        id="E9708",
        title="CodeBuild projects exist",
        impact="The action fails each time it runs.",
        aws_message="Project cannot be found for arn: ...",
        fix="Use a project of the templates, preferably with Ref or Fn::ImportValue.",
        source=f"{CODEPIPELINE}/action-reference-CodeBuild.html",
        certainty="inferred",
        find_in_pipeline=_projects_exist,
    ),
    CheckRule(
        id="E9709",
        title="The build image can be pulled",
        impact="The build fails before its first phase.",
        aws_message="BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE",
        fix="With ImagePullCredentialsType CODEBUILD (the default) allow codebuild.amazonaws.com "
        "to pull in the repository's policy; with SERVICE_ROLE allow the project's role to pull.",
        source=f"{CODEBUILD}/sample-ecr.html",
        certainty="documented",
        find_in_pipeline=_pulls,
    ),
    CheckRule(
        id="E9710",
        title="Builds that publish images may log in and push",
        impact="The build fails at the login or the push.",
        aws_message="no basic auth credentials",
        fix="Allow ecr:GetAuthorizationToken on *, and the calls of a push on the image's "
        "repository.",
        source=f"{CODEBUILD}/sample-docker.html",
        certainty="documented",
        find_in_pipeline=_pushes,
    ),
)
