"""Roles: permissions that the pipeline's actions need, and the services that roles trust.

https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

import re
from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of, name_of, resource_behind
from cfn_pipeline.analysis.system import Place, Resource
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.statement import statement_for
from cfn_pipeline.evaluation.acting import (
    acting,
    deployment_role,
    local_arn,
    pipeline_role,
    role_of,
)
from cfn_pipeline.evaluation.grants import Grants, grants_of, trusts
from cfn_pipeline.evaluation.places import home_of, place_of

_ROLE, _PROJECT = "AWS::IAM::Role", "AWS::CodeBuild::Project"
_PREFIXES = ("codestar-connections", "codeconnections")
_CONNECTIONS = ("AWS::CodeStarConnections::Connection", "AWS::CodeConnections::Connection")


def _not_allowed(
    grants: Grants, action: Action, calls: tuple[str, ...], arn: str, what: str
) -> Iterator[Problem]:
    missing = [call for call in calls if not grants.may(call, arn)]
    if missing:
        yield missing_permissions(grants, action.where, missing, arn, what, action.node)


def missing_permissions(
    grants: Grants,
    where: str,
    calls: list[str],
    arn: str,
    what: str,
    node: Node,
    service: str | None = None,
) -> Problem:
    """Return the problem that a role is not allowed to make calls."""
    role = grants.role
    denial = grants.denied_by(calls[0], arn, service=service)
    if denial is not None:
        return Problem(
            at=denial.node or node,
            message=f"{where}: role {role.logical_id} ({role.template.file}) is not allowed to "
            f"{what}, because {denial.name} denies {calls[0]} on {readable(arn)}; narrow that "
            "statement",
            resource=role,
        )
    return Problem(
        at=node,
        message=f"{where}: role {role.logical_id} ({role.template.file}) is not allowed to {what}; "
        f"allow {', '.join(calls)} on {readable(arn)}",
        statements=(statement_for(role, calls, arn, node.system, service),),
    )


def _start(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    yield from _assume(pipeline)
    for action, grants in acting(pipeline):
        if action.is_codebuild and action.setting("ProjectName").text is not None:
            node = action.setting("ProjectName")
            project = resource_behind(node.value, node.template, system, _PROJECT)
            name = node.text if project is None else name_of(project, system)
            calls = ("codebuild:StartBuild", "codebuild:BatchGetBuilds")
            if action.setting("BatchEnabled").text == "true":
                calls = ("codebuild:StartBuildBatch", "codebuild:BatchGetBuildBatches")
            arn = local_arn(system, "codebuild", f"project/{name}", place=_place(action, pipeline))
            yield from _not_allowed(
                grants, action, calls, arn, f"run the project {readable(name or '')}"
            )
        elif action.provider == "Lambda" and action.category == "Invoke":
            name = action.setting("FunctionName").text or ANYTHING
            arn = local_arn(system, "lambda", f"function:{name}", place=_place(action, pipeline))
            yield from _not_allowed(
                grants, action, ("lambda:InvokeFunction",), arn, "invoke the function"
            )
        elif action.provider == "StepFunctions":
            arn = action.setting("StateMachineArn").text or ANYTHING
            yield from _not_allowed(
                grants, action, ("states:StartExecution",), arn, "start the state machine"
            )


def _assume(pipeline: Pipeline) -> Iterator[Problem]:
    """Find roles of actions that the pipeline's role is not allowed to assume."""
    own = pipeline_role(pipeline)
    grants = None if own is None else grants_of(own, pipeline.system)
    for action in pipeline.actions:
        node = action.node.at("RoleArn")
        arn = node.text
        if grants is None or arn is None:
            continue
        role = role_of(action, pipeline)
        arn = arn if role is None else arn_of(role, pipeline.system)
        if not grants.may("sts:AssumeRole", arn):
            what = "assume the role of the action"
            yield missing_permissions(grants, action.where, ["sts:AssumeRole"], arn, what, node)


def _connect(pipeline: Pipeline) -> Iterator[Problem]:
    for action, grants in acting(pipeline):
        node = action.setting("ConnectionArn")
        arn = node.text
        if action.provider != CONNECTION_PROVIDER or arn is None:
            continue
        prefixes = _prefixes(node, arn)
        calls = [f"{prefix}:UseConnection" for prefix in prefixes or _PREFIXES]
        missing = [call for call in calls if not grants.may(call, arn)]
        # Where the prefix is not known, either call may be the right one.
        if missing and (prefixes or len(missing) == len(calls)):
            what = "use the connection (its ARN keeps the prefix with which it was created)"
            if len(prefixes) > len(missing):
                prefix = missing[0].partition(":")[0]
                what = f"use connections of {prefix}, which the AllowedPattern takes, too"
            yield missing_permissions(grants, action.where, missing, arn, what, action.node)


def _prefixes(node: Node, arn: str) -> list[str]:
    """Return the prefixes that the connection's ARN may have; empty if they are not known."""
    if is_known(arn):
        return [prefix for prefix in _PREFIXES if f":{prefix}:" in arn]
    for prefix, type_ in zip(_PREFIXES, _CONNECTIONS, strict=True):
        if resource_behind(node.value, node.template, node.system, type_) is not None:
            return [prefix]
    match node.value:
        case {"Ref": str(name)}:
            parameter = node.template.section("Parameters").get(name)
            pattern = parameter.get("AllowedPattern") if isinstance(parameter, dict) else None
            return [prefix for prefix in _PREFIXES if _names(pattern, prefix)]
        case _:
            return []


def _names(pattern: object, prefix: str) -> bool:
    """Whether a parameter's pattern names a prefix of connections."""
    return isinstance(pattern, str) and bool(re.search(rf"(?<![\w-]){prefix}(?![\w-])", pattern))


def _pass(pipeline: Pipeline) -> Iterator[Problem]:
    for action, grants in acting(pipeline):
        node = action.setting("RoleArn")
        arn = node.text
        if not action.is_cloudformation or arn is None:
            continue
        role = deployment_role(action, pipeline)
        arn = arn if role is None else arn_of(role, pipeline.system)
        if action.mode == "CHANGE_SET_EXECUTE":
            continue
        service = "cloudformation.amazonaws.com"
        if not grants.may("iam:PassRole", arn, service=service):
            name = role.logical_id if role is not None else readable(arn)
            yield missing_permissions(
                grants,
                action.where,
                ["iam:PassRole"],
                arn,
                f"pass the deployment role {name} to CloudFormation",
                action.node,
                service,
            )


def _deploy(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for action, grants in acting(pipeline):
        stack = action.setting("StackName").text
        mode = action.mode_terms
        if mode is None or stack is None:
            continue
        calls = tuple(f"cloudformation:{call}" for call in mode.calls)
        place = _place(action, pipeline)
        arn = local_arn(system, "cloudformation", f"stack/{stack}/{ANYTHING}", place=place)
        what = f"make the calls of {action.mode} on stack {readable(stack)}"
        missing = [call for call in calls if not grants.may(call, arn)]
        if missing:
            shown = f"{arn.removesuffix(ANYTHING)}*"
            if missing == ["cloudformation:DeleteChangeSet"]:
                what += ", where an earlier run has left its change set"
            yield missing_permissions(grants, action.where, missing, shown, what, action.node)


def _place(action: Action, pipeline: Pipeline) -> Place | None:
    """Return where an action works; None: where the pipeline is."""
    place = place_of(action, pipeline)
    return pipeline.resource.template.place if place == home_of(pipeline) else place


def _trust(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for role, service, where in _assumed(pipeline):
        if not trusts(role, service, system):
            yield Problem(
                at=properties_of(role, system).at("AssumeRolePolicyDocument"),
                message=f"{where}: role {role.logical_id} does not trust {service}; allow "
                f"sts:AssumeRole for the principal Service: {service} in its "
                "AssumeRolePolicyDocument",
                resource=pipeline.resource,
            )


def _assumed(pipeline: Pipeline) -> Iterator[tuple[Resource, str, str]]:
    """Yield each role that a service assumes: the role, the service, and the action or pipeline."""
    system = pipeline.system
    role = pipeline_role(pipeline)
    seen: set[int] = set()
    if role is not None:
        seen.add(id(role))
        yield role, "codepipeline.amazonaws.com", pipeline.where
    for action in pipeline.actions:
        if action.is_cloudformation:
            assumed, service = deployment_role(action, pipeline), "cloudformation.amazonaws.com"
        elif action.is_codebuild:
            name = action.setting("ProjectName")
            project = resource_behind(name.value, name.template, system, _PROJECT)
            if project is None:
                continue
            node = action.setting("ServiceRoleArnOverride")
            if not node.is_there:
                node = properties_of(project, system).at("ServiceRole")
            assumed = resource_behind(node.value, node.template, system, _ROLE)
            service = "codebuild.amazonaws.com"
        else:
            continue
        if assumed is not None and id(assumed) not in seen:
            seen.add(id(assumed))
            yield assumed, service, action.where


RULES = (
    CheckRule(
        id="E9701",
        title="The pipeline's role may start builds, functions and state machines",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: codebuild:StartBuild on resource: ...",
        fix="Allow codebuild:StartBuild and codebuild:BatchGetBuilds on the project, "
        "lambda:InvokeFunction on the function, states:StartExecution on the state machine.",
        source=f"{CODEPIPELINE}/how-to-custom-role.html",
        certainty="documented",
        find_in_pipeline=_start,
    ),
    CheckRule(
        id="E9702",
        title="The pipeline's role may use the connection to the repository",
        impact="The source action fails each time it runs.",
        aws_message="Unable to use Connection: ... The provided role does not have sufficient "
        "permissions.",
        fix="Allow codestar-connections:UseConnection and codeconnections:UseConnection on the "
        "connection: its ARN keeps the prefix with which it was created.",
        source=f"{CODEPIPELINE}/action-reference-CodestarConnectionSource.html",
        certainty="documented",
        find_in_pipeline=_connect,
    ),
    CheckRule(
        id="E9703",
        title="The pipeline's role may pass the deployment role",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: iam:PassRole on resource: ...",
        fix="Allow iam:PassRole on the deployment role, to cloudformation.amazonaws.com.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_pass,
    ),
    CheckRule(
        id="E9706",
        title="The pipeline's role may make the CloudFormation calls of its actions",
        impact="The action fails when it makes the call: DeleteChangeSet only where an earlier run "
        "has left a change set that failed or was not approved, the others each time it runs.",
        aws_message="... is not authorized to perform: cloudformation:DescribeStacks on resource: "
        "...",
        fix="Allow the calls of the action's mode on its stack.",
        source=f"{CODEPIPELINE}/action-reference-CloudFormation.html",
        certainty="documented",
        find_in_pipeline=_deploy,
    ),
    CheckRule(
        id="E9707",
        title="Roles trust the service that assumes them",
        impact="The pipeline cannot be created, the build does not start, or the deployment fails.",
        aws_message="CodePipeline is not authorized to perform AssumeRole on role ...",
        fix="Add the service as a principal to the role's AssumeRolePolicyDocument.",
        source=f"{CODEPIPELINE}/pipelines-create-service-role-cli.html",
        certainty="documented",
        find_in_pipeline=_trust,
    ),
)
