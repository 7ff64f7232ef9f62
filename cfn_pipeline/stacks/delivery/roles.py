"""What the templates of roles have in common: logical ids, exports, and the pipeline's ARNs."""

import re
from collections.abc import Iterable, Sequence

from awacs.aws import Statement
from troposphere import GetAtt, Ref

from cfn_pipeline.aws import name_forms
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.actions import Action, CodeBuild
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.delivery import PipelineResources, use_artifacts
from cfn_pipeline.policies.documents import Roles
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.arns import Arns
from cfn_pipeline.stacks.delivery.artifacts import artifact_bucket_name
from cfn_pipeline.stacks.environment.names import DEPLOYMENT_ROLE
from cfn_pipeline.stacks.parameters import CONNECTION, add_connection
from cfn_pipeline.stacks.stack import Stack

PIPELINE_ROLE = "CodePipelineRole"
BUILD_ROLE = "CodeBuildRole"

_ACCOUNT = re.compile(r"arn:(?:\$\{AWS::Partition\}|[a-z-]+):iam::([0-9]{12}):")

#: What the names of the parameters begin with that AWS publishes.
_PUBLIC = "/aws/service/"


def roles_stack(pipeline: Pipeline, arns: Arns) -> Stack:
    """Return a stack for the roles of a pipeline, with their exports.

    Raises:
        ModelError: a name with which a bucket's and an export's name cannot begin.

    """
    name = pipeline.name
    ModelError.raise_for(name_forms.APPLICATION.problems(name, f"pipeline {name!r}"))
    description = f"IAM roles that deliver {name}"
    stack = Stack(description, name=name, arns=arns, shared=pipeline.shared)
    roles = []
    if not pipeline.action_roles:
        add_connection(stack, pipeline)
        roles.append(("PipelineRole", PIPELINE_ROLE, exports.pipeline_role(name)))
    if builds(pipeline):
        roles.append(("BuildRole", BUILD_ROLE, exports.build_role(name)))
    for title, role, export in roles:
        stack.output(title, f"ARN of {role}", GetAtt(role, "Arn"), export=export)
    return stack


def builds(pipeline: Pipeline) -> bool:
    """Whether an action runs the project of the pipeline's own CodeBuild stack."""
    return any(isinstance(a, CodeBuild) and a.project is None for a in pipeline.actions)


def export_deployment_role(stack: Stack) -> None:
    """Export the ARN of the role for actions that name none."""
    stack.output(
        "DeploymentRole",
        f"ARN of {DEPLOYMENT_ROLE}",
        GetAtt(DEPLOYMENT_ROLE, "Arn"),
        export=exports.deployment_role(stack.name),
    )


def roles_of_other_accounts(actions: Iterable[Action], region: str | None, arns: Arns) -> Roles:
    """Return the roles of other accounts that a pipeline assumes in a region.

    Args:
        actions: of the pipeline.
        region: None: that of the pipeline.
        arns: the form of ARNs.

    """
    accounts: dict[str, None] = {}
    roles: dict[Value, None] = {}
    for action in actions:
        role = action.action_role
        account = None if role is None else _account(role)
        if role is not None and account is not None and action.region == region:
            accounts[account] = None
            roles[role] = None
    return Roles([arns.root_of(account) for account in accounts], list(roles))


def _account(role: Value) -> str | None:
    """Return the account in the ARN of a role; None: the stack's own."""
    text = role if isinstance(role, str) else str(role.to_dict().get("Fn::Sub", ""))
    account = _ACCOUNT.match(text)
    return None if account is None else account[1]


def resources(
    name: str,
    arns: Arns,
    *,
    role: Value | None = None,
    parameters: Sequence[str] = (),
    regions: Iterable[str] = (),
    store: Arns | None = None,
    connection: Value | None = None,
) -> PipelineResources:
    """Return the ARNs of what a pipeline works with.

    Args:
        name: the pipeline's.
        arns: the form of ARNs.
        role: of actions that name none; absent: each names one.
        parameters: the names in Systems Manager for which parameters of templates stand.
        regions: other regions of its actions.
        store: with account and region of the artifacts; absent: those of ``arns``.
        connection: of sources that name none; absent: the parameter.

    """
    bucket = artifact_bucket_name(name, arns=arns if store is None else store)
    return PipelineResources(
        bucket=arns.bucket(bucket),
        objects=arns.bucket(f"{bucket}/*"),
        build=name,
        project=arns.named("codebuild", "project"),
        stack=arns.named("cloudformation", "stack", "/*"),
        role=role,
        connection=Ref(CONNECTION) if connection is None else connection,
        parameters=stored_parameter_arns(parameters, arns),
        regions={
            region: resources(name, arns.at(region=region), role=role, parameters=parameters)
            for region in regions
        },
    )


def stored_parameter_arns(names: Iterable[str], arns: Arns) -> list[Value]:
    """Return the ARNs of parameters in Systems Manager, each once.

    Of those that AWS publishes, all of the same family: a configuration file may choose another
    one, such as the image for another architecture.
    """
    made: dict[str, Value] = {}
    for name in names:
        if name.startswith(_PUBLIC):
            *family, last = name.removeprefix(_PUBLIC).split("/")
            public = "/".join([*family[:2], "*"]) if family else last
            made[_PUBLIC + public] = arns.public_parameter(public)
        else:
            made[name] = arns.regional("ssm", f"parameter/{name.lstrip('/')}")
    return list(made.values())


def artifacts(stack: Stack) -> list[Statement]:
    """Return the permissions to read and write every artifact of the pipeline."""
    bucket = artifact_bucket_name(stack.name)
    return use_artifacts(stack.arns.bucket(bucket), stack.arns.bucket(f"{bucket}/*"))
