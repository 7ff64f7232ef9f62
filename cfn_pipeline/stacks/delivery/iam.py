"""The roles of the pipeline, of its builds and of its deployments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from awacs.aws import Condition, Statement, StringEqualsIfExists
from troposphere import AWSObject, Equals, GetAtt, If, Not, Ref, Template

from cfn_pipeline.aws import name_forms as names
from cfn_pipeline.errors import ModelError, TemplateError
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Intrinsic
from cfn_pipeline.policies import application as images
from cfn_pipeline.policies import delivery as duties
from cfn_pipeline.policies import keys
from cfn_pipeline.policies.documents import document, from_account, trust
from cfn_pipeline.resources import iam
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns, artifact_bucket_name
from cfn_pipeline.stacks.document import add_resources, new_template
from cfn_pipeline.stacks.parameters import BOUNDARY, CONNECTION

if TYPE_CHECKING:
    from cfn_pipeline.permissions import Permissions

__all__ = [
    "MakeRoles",
    "administrator_role",
    "build_role",
    "deployment_role",
    "iam_template",
    "permissions_boundary",
    "pipeline_role",
    "power_user_build_role",
    "roles_template",
]

PIPELINE_ROLE = "CodePipelineRole"
BUILD_ROLE = "CodeBuildRole"
DEPLOYMENT_ROLE = "CloudFormationRole"
PERMISSIONS_BOUNDARY = "PermissionsBoundary"

_HAS_BOUNDARY = "HasPermissionsBoundary"
_MAKES_BOUNDARY = "MakesPermissionsBoundary"

#: Makes the resources of one role for a pipeline, the role first.
MakeRoles: TypeAlias = Callable[[Pipeline], Sequence[AWSObject]]


def iam_template(
    pipeline: Pipeline,
    *,
    pull: str,
    push: str,
    deploys: Sequence[Mapping[str, Any] | Intrinsic],
    arns: Arns = Arns(),  # noqa: B008
) -> Template:
    """Make the roles with which a pipeline, its builds and its deployments work.

    Each may do what it must: the pipeline what its actions need, the builds to pull one image,
    push to one repository and log, and CloudFormation to deploy the templates to the stacks that
    the pipeline names. The roles that these make have a permissions boundary: what the templates
    give their roles now is the most that these will ever be able to do.

    Args:
        pipeline: what the roles are for.
        pull: the repository of the image in which it builds.
        push: the repository of the images that it builds.
        deploys: the templates that the pipeline deploys: troposphere's, or mappings in long form.
        arns: how ARNs are written; absent: in whatever partition the stack is deployed.

    Raises:
        ModelError: the name of a repository that AWS refuses.
        TemplateError: a template of which it is not known what deploying it takes.

    """
    ModelError.raise_for(_name_problems(pipeline, (pull, push)))
    from cfn_pipeline.permissions import derive  # only roles that are derived need it

    needed = derive(
        [t if isinstance(t, Mapping) else t.to_dict() for t in deploys],
        stacks=_stacks(pipeline),
        boundary=_boundary().to_dict(),
    )
    if needed.unknown:
        raise TemplateError(
            "\n".join(f"{u.resource}: {u.type} is not covered: {u.remedy}" for u in needed.unknown)
        )
    return roles_template(
        pipeline,
        pipeline_role=partial(pipeline_role, arns=arns, encrypted=True),
        build_role=partial(build_role, arns=arns, pull=pull, push=push),
        deployment_role=partial(deployment_role, needed=needed),
        boundary=partial(permissions_boundary, needed=needed),
    )


def roles_template(
    pipeline: Pipeline,
    *,
    pipeline_role: MakeRoles,
    build_role: MakeRoles,
    deployment_role: MakeRoles,
    boundary: MakeRoles | None = None,
) -> Template:
    """Make the roles with which a pipeline, its builds and its deployments work, by choice.

    Args:
        pipeline: what the roles are for.
        pipeline_role: makes CodePipeline's.
        build_role: makes CodeBuild's.
        deployment_role: makes CloudFormation's.
        boundary: makes the permissions boundary of the roles that are deployed, unless the
            stack's parameter names one; absent: there is none.

    """
    ModelError.raise_for(names.APPLICATION.problems(pipeline.name, f"pipeline {pipeline.name!r}"))
    name = pipeline.name
    template = new_template(f"IAM roles that deliver {name}")
    if any(source.connection is None for source in pipeline.connections):
        template.add_parameter(CONNECTION)
    for make in (pipeline_role, build_role, deployment_role):
        add_resources(template, *make(pipeline))
    if boundary is not None:
        template.add_parameter(BOUNDARY)
        empty = Equals(Ref(BOUNDARY), "")
        template.add_condition(_HAS_BOUNDARY, Not(empty))
        template.add_condition(_MAKES_BOUNDARY, empty)
        add_resources(template, *boundary(pipeline))
    for title, role, export in (
        ("PipelineRole", PIPELINE_ROLE, exports.pipeline_role(name)),
        ("BuildRole", BUILD_ROLE, exports.build_role(name)),
        ("DeploymentRole", DEPLOYMENT_ROLE, exports.deployment_role(name)),
    ):
        template.add_output(
            exports.export(
                title, description=f"ARN of {role}", value=GetAtt(role, "Arn"), name=export
            )
        )
    if boundary is not None:
        template.add_output(
            exports.export(
                PERMISSIONS_BOUNDARY,
                description="ARN of the boundary of the application's roles",
                value=_boundary(),
                name=exports.boundary(name),
            )
        )
    return template


def pipeline_role(
    pipeline: Pipeline, *, arns: Arns, name: str | None = None, encrypted: bool = False
) -> list[AWSObject]:
    """Make CodePipeline's role, which may do what the pipeline's actions need.

    Args:
        pipeline: the pipeline.
        arns: how ARNs are written.
        name: the role's name, with ``{}`` for the pipeline's; absent: CloudFormation makes one.
        encrypted: whether artifacts are encrypted with the application's key, and templates
            have parameters that stand for the newest AMI.

    """
    bucket = artifact_bucket_name(pipeline.name)
    resources = duties.PipelineResources(
        bucket=arns.bucket(bucket),
        objects=arns.bucket(f"{bucket}/*"),
        build=pipeline.name,
        project=arns.named("codebuild", "project"),
        stack=arns.named("cloudformation", "stack", "/*"),
        role=GetAtt(DEPLOYMENT_ROLE, "Arn"),
        connection=Ref(CONNECTION),
        parameters=arns.public_parameter("ecs/optimized-ami/*") if encrypted else None,
    )
    return [
        iam.role(
            PIPELINE_ROLE,
            name=None if name is None else name.format(pipeline.name),
            description=f"CodePipeline, running the pipeline {pipeline.name}",
            trust=trust("codepipeline.amazonaws.com"),
            policies={
                "PipelinePermissions": document(
                    *duties.run_pipeline(pipeline, resources),
                    *([_encrypt_artifacts(pipeline)] if encrypted else []),
                )
            },
        )
    ]


def power_user_build_role(pipeline: Pipeline, *, arns: Arns, name: str) -> list[AWSObject]:
    """Make CodeBuild's role, which may also do nearly everything with every repository.

    Args:
        pipeline: whose builds they are.
        arns: how ARNs are written.
        name: the role's name, with ``{}`` for the pipeline's.

    """
    return [
        iam.role(
            BUILD_ROLE,
            name=name.format(pipeline.name),
            description=f"CodeBuild, building {pipeline.name}",
            trust=trust("codebuild.amazonaws.com"),
            managed_policies=[arns.managed_policy("AmazonEC2ContainerRegistryPowerUser")],
            policies={
                "BuildPermissions": document(
                    duties.make_build_logs(
                        arns.regional("logs", f"log-group:/aws/codebuild/{pipeline.name}*")
                    ),
                    *_use_artifacts(pipeline, arns),
                )
            },
        )
    ]


def build_role(pipeline: Pipeline, *, arns: Arns, pull: str, push: str) -> list[AWSObject]:
    """Make CodeBuild's role, which may pull one image, push to one repository and log.

    Args:
        pipeline: whose builds they are.
        arns: how ARNs are written.
        pull: the repository of the image in which it builds.
        push: the repository of the images that it builds.

    """
    name = pipeline.name
    log_group = f"log-group:/aws/codebuild/{name}"
    return [
        iam.role(
            BUILD_ROLE,
            description=f"CodeBuild, building {name}",
            trust=trust(
                "codebuild.amazonaws.com",
                from_account(Ref("AWS::AccountId"), arns.regional("codebuild", f"project/{name}")),
            ),
            policies={
                "BuildPermissions": document(
                    duties.write_build_logs(
                        [
                            arns.regional("logs", log_group),
                            arns.regional("logs", f"{log_group}:log-stream:*"),
                        ]
                    ),
                    *_use_artifacts(pipeline, arns),
                    _encrypt_artifacts(pipeline),
                    *images.pull_images(
                        arns.regional("ecr", f"repository/{pull}"), sid="PullBuildImage"
                    ),
                    images.push_images(arns.regional("ecr", f"repository/{push}")),
                )
            },
        )
    ]


def administrator_role(pipeline: Pipeline, *, arns: Arns, name: str) -> list[AWSObject]:  # noqa: ARG001
    """Make CloudFormation's role, which may do everything."""
    return [
        iam.role(
            DEPLOYMENT_ROLE,
            name=name,
            description="CloudFormation, deploying what the pipeline hands it",
            trust=trust("cloudformation.amazonaws.com"),
            managed_policies=[arns.managed_policy("AdministratorAccess")],
        )
    ]


def deployment_role(pipeline: Pipeline, *, needed: "Permissions") -> list[AWSObject]:
    """Make CloudFormation's role, which may deploy the application's stacks and nothing else.

    Args:
        pipeline: what deploys.
        needed: what deploying takes.

    """
    name = pipeline.name
    role = iam.role(
        DEPLOYMENT_ROLE,
        description=f"CloudFormation, deploying the stacks of {name}",
        # Not every call of CloudFormation says on whose behalf it is.
        trust=trust(
            "cloudformation.amazonaws.com",
            Condition(StringEqualsIfExists("aws:SourceAccount", Ref("AWS::AccountId"))),
        ),
    )
    policies = [
        iam.managed_policy(
            f"DeploymentPolicy{number}",
            # A policy whose description changes is replaced, so it says nothing that changes.
            description=f"What deploying the stacks of {name} takes",
            policy=policy,
            roles=[Ref(DEPLOYMENT_ROLE)],
        )
        for number, policy in enumerate(needed.policies, 1)
    ]
    return [role, *policies]


def permissions_boundary(pipeline: Pipeline, *, needed: "Permissions") -> list[AWSObject]:
    """Make the boundary of the roles that the application's stacks make, if there are any."""
    if needed.boundary is None:
        return []
    policy = iam.managed_policy(
        PERMISSIONS_BOUNDARY,
        description=f"The most that roles of the stacks of {pipeline.name} may do",
        policy=needed.boundary,
    )
    policy.Condition = _MAKES_BOUNDARY
    return [policy]


def _boundary() -> Intrinsic:
    return If(_HAS_BOUNDARY, Ref(BOUNDARY), Ref(PERMISSIONS_BOUNDARY))


def _use_artifacts(pipeline: Pipeline, arns: Arns) -> list[Statement]:
    bucket = artifact_bucket_name(pipeline.name)
    return duties.use_artifacts(arns.bucket(bucket), arns.bucket(f"{bucket}/*"))


def _encrypt_artifacts(pipeline: Pipeline) -> Statement:
    return keys.encrypt_artifacts(exports.take(exports.key(pipeline.name)))


def _stacks(pipeline: Pipeline) -> list[str]:
    """Return the pipeline's stacks; where a name is not known, all that begin as the pipeline's."""
    known = [name for name in pipeline.stack_names if isinstance(name, str)]
    if known and len(known) == len(pipeline.stack_names):
        return known
    return [*known, f"{pipeline.name}-*"]


def _name_problems(pipeline: Pipeline, repositories: Sequence[str]) -> Iterator[str]:
    where = f"roles of pipeline {pipeline.name!r}"
    for repository in repositories:
        yield from names.REPOSITORY.problems(repository, where)
