"""The roles of a pipeline, of its builds and of its deployments, each with least privilege."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from awacs.aws import Condition, StringEqualsIfExists
from troposphere import Equals, If, Not, Ref, Template
from troposphere.iam import ManagedPolicy

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError, TemplateError
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Intrinsic
from cfn_pipeline.permissions import Permissions, derive
from cfn_pipeline.policies.application import pull_images, push_images
from cfn_pipeline.policies.delivery import run_pipeline, write_build_logs
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.policies.keys import encrypt_artifacts
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import ARNS, Arns
from cfn_pipeline.stacks.delivery.roles import (
    BUILD_ROLE,
    DEPLOYMENT_ROLE,
    PIPELINE_ROLE,
    artifacts,
    resources,
    roles_stack,
)
from cfn_pipeline.stacks.parameters import BOUNDARY
from cfn_pipeline.stacks.stack import Stack

PERMISSIONS_BOUNDARY = "PermissionsBoundary"

_HAS_BOUNDARY = "HasPermissionsBoundary"
_MAKES_BOUNDARY = "MakesPermissionsBoundary"


def iam_template(
    pipeline: Pipeline,
    *,
    pull: str,
    push: str,
    deploys: Sequence[Mapping[str, Any] | Intrinsic],
    arns: Arns = ARNS,
) -> Template:
    """Make the roles of a pipeline, its builds and its deployments, each with least privilege.

    The pipeline's role has what its actions need; the role of builds can pull one image, push to
    one repository and log; CloudFormation's role can deploy the templates to the stacks that the
    pipeline names. Roles in these templates have a permissions boundary: what the templates give
    them now is the most that they can ever do.

    Args:
        pipeline: whose roles they are.
        pull: the repository of the image in which it builds.
        push: the repository of the images that it builds.
        deploys: the templates that the pipeline deploys: troposphere's, or mappings in long form.
        arns: the form of ARNs; absent: for whichever partition the stack is deployed in.

    Raises:
        ModelError: a repository name that AWS refuses.
        TemplateError: a template with a resource type whose permissions are not known.

    """
    ModelError.raise_for(_name_problems(pipeline, (pull, push)))
    needed = derive(
        [template if isinstance(template, Mapping) else template.to_dict() for template in deploys],
        stacks=_stacks(pipeline),
        boundary=_boundary().to_dict(),
    )
    lacking = [entry for entry in needed.unknown if entry.kind != "note"]
    if lacking:
        raise TemplateError(
            "\n".join(f"{u.resource}: {u.type} is not covered: {u.remedy}" for u in lacking)
        )
    stack = roles_stack(pipeline, arns)
    _add_pipeline_role(stack, pipeline)
    _add_build_role(stack, pull=pull, push=push)
    _add_deployment_role(stack, needed)
    _add_permissions_boundary(stack, needed)
    return stack.template


def _add_pipeline_role(stack: Stack, pipeline: Pipeline) -> None:
    """Add CodePipeline's role, with the permissions that the pipeline's actions need."""
    ami_parameters = stack.arns.public_parameter("ecs/optimized-ami/*")
    stack.add(
        role(
            PIPELINE_ROLE,
            description=f"CodePipeline, running the pipeline {stack.name}",
            trust=trust("codepipeline.amazonaws.com"),
            policies={
                "PipelinePermissions": document(
                    *run_pipeline(pipeline, resources(stack, parameters=ami_parameters)),
                    encrypt_artifacts(stack.key),
                )
            },
        )
    )


def _add_build_role(stack: Stack, *, pull: str, push: str) -> None:
    """Add CodeBuild's role, which can pull one image, push to one repository and log.

    Args:
        stack: to which it is added.
        pull: the repository of the image in which it builds.
        push: the repository of the images that it builds.

    """
    name, arns = stack.name, stack.arns
    logs = f"log-group:/aws/codebuild/{name}"
    stack.add(
        role(
            BUILD_ROLE,
            description=f"CodeBuild, building {name}",
            trust=trust(
                "codebuild.amazonaws.com",
                from_account(Ref("AWS::AccountId"), arns.regional("codebuild", f"project/{name}")),
            ),
            policies={
                "BuildPermissions": document(
                    write_build_logs(
                        [arns.regional("logs", logs), arns.regional("logs", f"{logs}:log-stream:*")]
                    ),
                    *artifacts(stack),
                    encrypt_artifacts(stack.key),
                    *pull_images(arns.regional("ecr", f"repository/{pull}"), sid="PullBuildImage"),
                    push_images(arns.regional("ecr", f"repository/{push}")),
                )
            },
        )
    )


def _add_deployment_role(stack: Stack, needed: Permissions) -> None:
    """Add CloudFormation's role, which can deploy the application's stacks and nothing else."""
    stack.add(
        role(
            DEPLOYMENT_ROLE,
            description=f"CloudFormation, deploying the stacks of {stack.name}",
            # Not every call of CloudFormation has a source account.
            trust=trust(
                "cloudformation.amazonaws.com",
                Condition(StringEqualsIfExists("aws:SourceAccount", Ref("AWS::AccountId"))),
            ),
        ),
        *(
            ManagedPolicy(
                f"DeploymentPolicy{number}",
                # A policy whose description changes is replaced, so it has nothing that changes.
                Description=f"Permissions to deploy the stacks of {stack.name}",
                PolicyDocument=policy,
                Roles=[Ref(DEPLOYMENT_ROLE)],
            )
            for number, policy in enumerate(needed.policies, 1)
        ),
    )


def _add_permissions_boundary(stack: Stack, needed: Permissions) -> None:
    """Add the boundary of the roles in the application's stacks, unless a parameter names one."""
    empty = Equals(stack.parameter(BOUNDARY), "")
    stack.template.add_condition(_HAS_BOUNDARY, Not(empty))
    stack.template.add_condition(_MAKES_BOUNDARY, empty)
    if needed.boundary is not None:
        stack.add(
            ManagedPolicy(
                PERMISSIONS_BOUNDARY,
                Condition=_MAKES_BOUNDARY,
                Description=f"Permissions boundary of the roles in the stacks of {stack.name}",
                PolicyDocument=needed.boundary,
            )
        )
    stack.output(
        PERMISSIONS_BOUNDARY,
        "ARN of the boundary of the application's roles",
        _boundary(),
        export=exports.boundary(stack.name),
    )


def _boundary() -> If:
    """Return the ARN of the boundary: the parameter's, or that of the one in the template."""
    return If(_HAS_BOUNDARY, Ref(BOUNDARY), Ref(PERMISSIONS_BOUNDARY))


def _stacks(pipeline: Pipeline) -> list[str]:
    """Return the pipeline's stacks; where a name is not known, all that begin as the pipeline's."""
    known = [name for name in pipeline.stack_names if isinstance(name, str)]
    if known and len(known) == len(pipeline.stack_names):
        return known
    return [*known, f"{pipeline.name}-*"]


def _name_problems(pipeline: Pipeline, repositories: Sequence[str]) -> Iterator[str]:
    where = f"roles of pipeline {pipeline.name!r}"
    for repository in repositories:
        yield from name_forms.REPOSITORY.problems(repository, where)
