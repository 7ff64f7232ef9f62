"""The permissions of a pipeline: those that its actions need.

https://docs.aws.amazon.com/codepipeline/latest/userguide/security-iam.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeAlias

from awacs import (
    cloudformation,
    codebuild,
    codeconnections,
    codestar_connections,
    iam,
    s3,
    sns,
    ssm,
    sts,
)
from awacs.aws import Action as Call
from awacs.aws import Condition, Statement, StringEqualsIfExists

from cfn_pipeline.aws.cloudformation import ACTION_MODES
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.actions import Action, Approve, CodeBuild
from cfn_pipeline.model.deployments import ExecuteChangeSet, StackAction
from cfn_pipeline.model.permissions import Allow
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.sources import ConnectedSource
from cfn_pipeline.model.values import Value, substituted
from cfn_pipeline.policies.documents import allow, condition, pascal_case

#: Values by key by operator.
_Operators: TypeAlias = Mapping[str, Mapping[str, str | Sequence[str]]]


@frozen
class PipelineResources(Frozen):
    """The ARNs of what a pipeline works with.

    Args:
        bucket: the artifact bucket.
        objects: what is in it.
        build: the project of builds that name none.
        project: makes the ARN of the project of that name.
        stack: makes the ARN, with any id, of the stack of that name.
        role: the deployment role of actions that name none; absent: each names one.
        connection: the connection of sources that name none; absent: every source names one.
        parameters: the SSM parameters that templates' parameters stand for, which CloudFormation
            reads with the role of the pipeline; empty: none.
        regions: the same in other regions, by their names; empty: no action runs there.

    """

    bucket: Value
    objects: Value
    build: Value
    project: Callable[[Value], Value]
    stack: Callable[[Value], Value]
    role: Value | None = None
    connection: Value | None = None
    parameters: Sequence[Value] = ()
    regions: Mapping[str, "PipelineResources"] = field(default_factory=dict)

    def in_region(self, region: str | None) -> "PipelineResources":
        """Return those in a region; None, or one that is not in ``regions``: these."""
        return self.regions.get(region or "", self)

    def of(self, action: Action) -> "PipelineResources":
        """Return those in the region of an action."""
        return self.in_region(action.region)


def run_pipeline(pipeline: Pipeline, resources: PipelineResources) -> list[Statement]:
    """Return the permissions that a pipeline needs, and nothing else.

    For actions with a role of their own it only assumes that role.
    """
    actions = [action for action in pipeline.actions if action.action_role is None]
    everywhere = [resources, *resources.regions.values()]
    return [
        *use_artifacts([r.bucket for r in everywhere], [r.objects for r in everywhere]),
        *_assume_roles(pipeline),
        *_use_connections(actions, resources),
        *_run_builds(actions, resources),
        *_change_stacks(actions, resources),
        *_notify_approvers(actions),
        *_of_actions_and_rules(pipeline, actions),
    ]


def run_actions(actions: Sequence[Action], resources: PipelineResources) -> list[Statement]:
    """Return what a role that a pipeline assumes needs for actions on stacks."""
    return [
        *use_artifacts(resources.bucket, resources.objects),
        *_change_stacks(actions, resources),
        *read_stacks(actions, resources),
    ]


def _assume_roles(pipeline: Pipeline) -> Iterator[Statement]:
    if pipeline.action_roles:
        yield allow(sts.AssumeRole, on=pipeline.action_roles, sid="AssumeActionRoles")


def use_artifacts(
    bucket: Value | Sequence[Value], objects: Value | Sequence[Value]
) -> list[Statement]:
    """Read and write a pipeline's artifacts."""
    return [
        find_bucket(bucket),
        allow(
            s3.GetObject, s3.GetObjectVersion, s3.PutObject, on=objects, sid="ReadWriteArtifacts"
        ),
    ]


def find_bucket(bucket: Value | Sequence[Value]) -> Statement:
    """See whose the artifact bucket is, and where."""
    return allow(
        s3.GetBucketAcl,
        s3.GetBucketLocation,
        s3.GetBucketVersioning,
        on=bucket,
        sid="FindArtifactBucket",
    )


def _use_connections(
    actions: Sequence[Action], resources: PipelineResources
) -> Iterator[Statement]:
    """Allow the prefixes that ARNs may have: each keeps the one of its connection's creation."""
    used = _each(
        resources.connection if action.connection is None else action.connection
        for action in actions
        if isinstance(action, ConnectedSource)
    )
    if used:
        either = (codestar_connections.UseConnection, codeconnections.UseConnection)
        calls = [
            call
            for call in either
            if any(not isinstance(arn, str) or f":{call.prefix}:" in arn for arn in used)
        ]
        yield allow(*(calls or either), on=used, sid="UseConnection")
        # A connection uploads the sources with an ACL.
        yield allow(s3.PutObjectAcl, on=resources.objects, sid="PutSourceAcl")


def _run_builds(actions: Sequence[Action], resources: PipelineResources) -> Iterator[Statement]:
    builds = [action for action in actions if isinstance(action, CodeBuild)]
    used = _each(
        resources.of(build).project(resources.build if build.project is None else build.project)
        for build in builds
    )
    if used:
        yield allow(codebuild.StartBuild, codebuild.BatchGetBuilds, on=used, sid="RunBuilds")


#: The calls with which CodePipeline follows a deployment.
_FOLLOW = ("DescribeStacks", "DescribeStackEvents")


def _change_stacks(actions: Sequence[Action], resources: PipelineResources) -> Iterator[Statement]:
    """Allow the calls of each stack's actions, and those that follow a deployment."""
    calls: dict[tuple[Value, str | None], dict[str, None]] = {}
    roles: dict[Value, None] = {}
    parameters: dict[Value, None] = {}
    for action in actions:
        if isinstance(action, (StackAction, ExecuteChangeSet)):
            calls.setdefault((action.stack, action.region), dict.fromkeys(_FOLLOW)).update(
                dict.fromkeys(ACTION_MODES[action.mode].calls)
            )
            parameters.update(dict.fromkeys(resources.of(action).parameters))
        if isinstance(action, StackAction):
            role = resources.role if action.role is None else action.role
            if role is not None:
                roles[role] = None
    alike: dict[tuple[str, ...], list[tuple[Value, str | None]]] = {}
    for stack, allowed in calls.items():
        alike.setdefault(tuple(allowed), []).append(stack)
    sids: set[str] = set()
    for number, (names, stacks) in enumerate(alike.items(), start=1):
        sid = f"Deploy{_title([stack for stack, _ in stacks], number)}"
        sid = f"{sid}{number}" if sid in sids else sid
        sids.add(sid)
        yield allow(
            *(cloudformation.Action(name) for name in names),
            on=[resources.in_region(region).stack(stack) for stack, region in stacks],
            sid=sid,
        )
    if parameters:
        yield allow(ssm.GetParameters, on=list(parameters), sid="ReadParameters")
    if roles:
        yield allow(
            iam.PassRole,
            on=list(roles),
            sid="PassDeploymentRole",
            condition=Condition(
                StringEqualsIfExists("iam:PassedToService", "cloudformation.amazonaws.com")
            ),
        )


def _title(stacks: Sequence[Value], number: int) -> str:
    """Name stacks on which the same calls are made, in a statement's id."""
    [first, *others] = stacks
    if others:
        return f"Stacks{number}"
    return pascal_case(first) if isinstance(first, str) else f"Stack{number}"


def read_stacks(actions: Sequence[Action], resources: PipelineResources) -> Iterator[Statement]:
    """Read what AWS's page lists beside the calls of each mode.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html
    """
    stacks = dict.fromkeys(
        (action.stack, action.region) for action in actions if isinstance(action, StackAction)
    )
    if stacks:
        yield allow(
            cloudformation.DescribeStackResources,
            cloudformation.GetTemplate,
            on=[resources.in_region(region).stack(stack) for stack, region in stacks],
            sid="ReadStacks",
        )
        yield allow(cloudformation.ValidateTemplate, sid="ValidateTemplates")


def _notify_approvers(actions: Sequence[Action]) -> Iterator[Statement]:
    topics = _each(action.topic for action in actions if isinstance(action, Approve))
    if topics:
        yield allow(sns.Publish, on=topics, sid="NotifyApprovers")


def _of_actions_and_rules(pipeline: Pipeline, actions: Sequence[Action]) -> Iterator[Statement]:
    """Allow what actions and rules say themselves, a statement for each set of calls."""
    places: dict[tuple[tuple[str, ...], _Operators], dict[str, None]] = {}
    needed = [
        [_in_region(permission, action.region) for permission in action.permissions(pipeline.name)]
        for action in actions
    ]
    needed += [list(rule.permissions(pipeline.name)) for rule in pipeline.rules]
    for permission in (entry for entries in needed for entry in entries):
        on = places.setdefault((permission.action_names, permission.condition), {})
        on.update(dict.fromkeys(permission.resources))
    sids: set[str] = set()
    for number, ((names, operators), arns) in enumerate(places.items(), start=1):
        sid = _CALLS.get(names[0]) or "".join(
            "".join(c for c in word if c.isalnum()).capitalize() for word in _words(names[0])
        )
        sid = f"{sid}{number}" if sid in sids else sid
        sids.add(sid)
        yield allow(
            *(Call(*name.split(":")) for name in names),
            on=[substituted(arn) for arn in arns],
            sid=sid,
            condition=condition(operators),
        )


def _in_region(permission: Allow, region: str | None) -> Allow:
    """Return a permission on resources of a region; None: of the pipeline's."""
    if region is None:
        return permission
    there = [arn.replace("${AWS::Region}", region) for arn in permission.resources]
    return replace(permission, on=there)


#: What statements are called, by their first call, where its own name says too little.
_CALLS = {
    "cloudwatch:DescribeAlarms": "ReadAlarms",
    "codebuild:StartBuild": "RunBuildsOfRules",
    "ec2:CreateNetworkInterface": "JoinNetworks",
    "ec2:CreateNetworkInterfacePermission": "LendNetworkInterfaces",
    "ec2:DescribeDhcpOptions": "FindNetworks",
    "ec2:DescribeInstances": "FindInstances",
    "ecr:DescribeRepositories": "PushImages",
    "ecr:GetAuthorizationToken": "LogInToEcr",
    "elasticloadbalancing:DeregisterTargets": "ChangeTargets",
    "iam:PassRole": "PassRoles",
    "lambda:GetFunctionConfiguration": "DeployFunctions",
    "logs:CreateLogGroup": "WriteActionLogs",
    "s3:PutObject": "DeployFiles",
    "ssm:SendCommand": "SendCommands",
}


def _words(call: str) -> list[str]:
    """Return the words of a call: ``lambda:InvokeFunction`` has Invoke, Function."""
    return re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", call.partition(":")[2])


def _each(values: Iterable[Value | None]) -> list[Value]:
    """Return the values that are not None, each once, in order."""
    return list(dict.fromkeys(value for value in values if value is not None))
