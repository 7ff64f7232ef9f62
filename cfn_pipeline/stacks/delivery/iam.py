"""The roles of a pipeline and of its builds, each with least privilege."""

from collections.abc import Iterable, Iterator, Sequence

from troposphere import GetAtt, Template

from cfn_pipeline.aws import name_forms
from cfn_pipeline.aws.pipelines import artifact_prefix
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import CodeBuild
from cfn_pipeline.model.artifacts import Artifact
from cfn_pipeline.model.build import Build
from cfn_pipeline.model.deployments import StackAction
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.permissions import stored_parameters
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.artifacts import artifact_bucket_name
from cfn_pipeline.stacks.delivery.build_role import build_role
from cfn_pipeline.stacks.delivery.pipeline_role import add_pipeline_role, check_sizes
from cfn_pipeline.stacks.delivery.roles import (
    BUILD_ROLE,
    builds,
    export_deployment_role,
    roles_stack,
)
from cfn_pipeline.stacks.environment import deployment
from cfn_pipeline.stacks.environment.deployment import (
    add_deployment_role,
    add_permissions_boundary,
)
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE
from cfn_pipeline.stacks.stack import Stack
from cfn_pipeline.stacks.templates import AnyTemplate, contents


def iam_template(
    pipeline: Pipeline,
    *,
    pull: str | None = None,
    push: str | None = None,
    build: Build | None = None,
    deploys: AnyTemplate | Sequence[AnyTemplate] = (),
    boundary: bool = True,
    permissions: Sequence[str] = (),
    parameters: Sequence[str] = (),
    arns: Arns = ARNS,
) -> Template:
    """Make the roles of a pipeline and its builds, each with least privilege.

    The pipeline's role has what its actions need; the role of builds can log, pull one image and
    push to one repository. ::

        template = iam_template(pipeline, push="acme/orders", deploys=stack_template)

    Args:
        pipeline: whose roles they are.
        pull: the repository of the image in which it builds; absent: one of CodeBuild's images.
        push: the repository of the images that it builds; absent: it makes none.
        build: whose secrets, cache, reports and VPC its builds use; absent: they have none.
        deploys: the templates that the pipeline deploys with one role for all of its stacks:
            troposphere's, mappings in long form, or text. The role can deploy them to the stacks
            that the pipeline names, and the templates' own roles have a permissions boundary.
            Empty: each action names its role, such as that of ``environment_template``.
        boundary: whether the templates' roles have the boundary that the stack exports,
            ``<pipeline>-boundary``; False: there is none, and roles may have any permission.
        permissions: actions that the deployment role is allowed besides those derived, on every
            resource, for types that are not known; empty: none.
        parameters: the names in Systems Manager for which parameters of deployed templates stand,
            besides those of ``deploys``: CloudFormation reads them with the pipeline's role.
            Empty: none.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        ModelError: a repository name that AWS refuses, an action without a role, or artifacts
            that builds could replace.
        TemplateError: a template with a resource type whose permissions are not known, or more
            stacks than a role can be allowed.

    """
    templates = contents(deploys)
    stored = [*parameters, *(n for t in templates for n in stored_parameters(t).values() if n)]
    ModelError.raise_for(_problems(pipeline, (pull, push), stored, makes_role=bool(templates)))
    stack = roles_stack(pipeline, arns)
    made = GetAtt(DEPLOYMENT_ROLE, "Arn") if templates else None
    if not pipeline.action_roles:
        add_pipeline_role(stack, pipeline, deployment_role=made, parameters=stored)
    if builds(pipeline):
        _add_build_role(stack, pipeline, pull=pull, push=push, build=build)
    if templates:
        needed = deployment.permissions(
            templates,
            _stacks(pipeline),
            export=exports.boundary(stack.name),
            boundary=boundary,
            more=permissions,
        )
        what = f"the stacks of {stack.name}"
        export_deployment_role(stack)
        add_deployment_role(stack, needed.policies, deploys=what)
        if needed.boundary is not None:
            add_permissions_boundary(stack, needed.boundary, deploys=what)
    if not stack.template.resources:
        raise ModelError(
            f"roles of pipeline {stack.name!r}: the pipeline's role is in the template of "
            "pipeline_template, and no other role is needed; leave out iam_template"
        )
    check_sizes(stack)
    return stack.template


def _add_build_role(
    stack: Stack, pipeline: Pipeline, *, pull: str | None, push: str | None, build: Build | None
) -> None:
    """Add CodeBuild's role.

    Of the artifacts it reads what its builds are given and writes what they make: who can change
    the application's repository, and so the build, cannot change what is deployed.
    """
    builds = _builds(pipeline)
    stack.add(
        build_role(
            stack.name,
            title=BUILD_ROLE,
            bucket=artifact_bucket_name(stack.name),
            reads=_objects(pipeline, (artifact for b in builds for artifact in b.inputs)),
            writes=_objects(pipeline, (artifact for b in builds for artifact in b.outputs)),
            key=stack.key,
            pull=pull,
            push=push,
            build=build,
            arns=stack.arns,
        )
    )


def _builds(pipeline: Pipeline) -> list[CodeBuild]:
    """Return the builds that have the pipeline's own project, and with it the role."""
    builds = [action for action in pipeline.actions if isinstance(action, CodeBuild)]
    return [build for build in builds if build.project in (None, pipeline.name)]


def _objects(pipeline: Pipeline, artifacts: Iterable[Artifact]) -> list[str]:
    """Return patterns of the objects of artifacts."""
    return sorted({f"{artifact_prefix(pipeline.name, each.name)}*" for each in artifacts})


def _stacks(pipeline: Pipeline) -> list[str]:
    """Return the pipeline's stacks; where a name is not known, all that begin as the pipeline's."""
    known = [name for name in pipeline.stack_names if isinstance(name, str)]
    if known and len(known) == len(pipeline.stack_names):
        return known
    return [*known, f"{pipeline.name}-*"]


def _problems(
    pipeline: Pipeline,
    repositories: Sequence[str | None],
    stored: Sequence[str],
    *,
    makes_role: bool,
) -> Iterator[str]:
    where = f"roles of pipeline {pipeline.name!r}"
    for repository in repositories:
        yield from name_forms.REPOSITORY.problems(repository, where)
    for name in stored:
        yield from name_forms.STORED_PARAMETER.problems(name, where)
    for action in pipeline.actions:
        if isinstance(action, StackAction) and action.role is None and not makes_role:
            yield (
                f"{where}: {action.where} has no role, and deploys is empty; give the templates "
                "that are deployed with deploys=, or the ARN of the action's role"
            )
    builds = _builds(pipeline)
    for action in pipeline.actions:
        for artifact in () if action in builds else action.outputs:
            prefix = artifact_prefix(pipeline.name, artifact.name)
            for output in (output for build in builds for output in build.outputs):
                if artifact_prefix(pipeline.name, output.name) == prefix:
                    yield (
                        f"{where}: the artifacts {artifact.name!r} and {output.name!r} have the "
                        f"same beginning in the bucket ({prefix}), so that builds could replace "
                        f"{artifact.name!r}; use names that differ in their first 10 characters"
                    )
