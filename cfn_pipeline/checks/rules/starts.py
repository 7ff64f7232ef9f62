"""Starts of pipelines: rules of EventBridge, their roles, and the events for which they wait.

https://docs.aws.amazon.com/codepipeline/latest/userguide/change-detection-methods.html
"""

import difflib
import itertools
from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_known, readable
from cfn_pipeline.analysis.pipelines import PIPELINE, Action, Pipeline
from cfn_pipeline.analysis.resolving import name_of, resource_behind
from cfn_pipeline.analysis.starts import Target, is_started, starts_by_itself, targets
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.pipelines import CONNECTION_PROVIDER
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.checks.statement import statement_for
from cfn_pipeline.evaluation.grants import grants_of, trusts

_NEAR = 0.8
_START = "codepipeline:StartPipelineExecution"
_EVENTS = "events.amazonaws.com"
_DETECTION = (
    "https://docs.aws.amazon.com/codepipeline/latest/userguide/change-detection-methods.html"
)


def _targets_exist(system: System) -> Iterator[Problem]:
    """Find rules that start a pipeline which is not there under that name."""
    existing = [r for r in system.resources(PIPELINE) if not r.template.rewritten]
    for target in targets(system):
        arn = target.node.at("Arn")
        where = f"resource {target.rule.logical_id}"
        if not (arn.text or "").startswith("arn:"):
            if is_known(arn.text) or isinstance(arn.value, dict):
                yield Problem(
                    at=arn,
                    message=f"{where}: the target is a pipeline's name; EventBridge takes ARNs; "
                    "use !Sub arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:"
                    "${...}",
                    resource=target.rule,
                )
            continue
        if any(target.may_be(pipeline, system) for pipeline in existing):
            continue
        meant = _meant(target, existing, system)
        if meant is not None:
            yield Problem(
                at=arn,
                message=f"{where}: no pipeline has the name '{readable(target.name)}'; the name of "
                f"{meant.logical_id} is {_name(meant, system)}; use ${{{meant.logical_id}}} in "
                "the ARN",
                resource=target.rule,
            )


def _name(pipeline: Resource, system: System) -> str:
    name = name_of(pipeline, system)
    return f"'{name}'" if is_known(name) else "made by CloudFormation"


def _meant(target: Target, existing: list[Resource], system: System) -> Resource | None:
    """Return the pipeline that a target is meant to be; None if it may be another one."""
    beside = [p for p in existing if p.template is target.rule.template]
    for pipeline in beside:
        name = name_of(pipeline, system)
        alike = is_known(target.name) and is_known(name)
        if pipeline.logical_id == target.name or (
            alike and difflib.SequenceMatcher(None, name, target.name).ratio() >= _NEAR
        ):
            return pipeline
    return None


def _roles(system: System) -> Iterator[Problem]:
    """Find rules whose role may not start their pipeline."""
    existing = system.resources(PIPELINE)
    for target in targets(system):
        if not any(target.may_be(pipeline, system) for pipeline in existing):
            continue
        where, node = f"resource {target.rule.logical_id}", target.node.at("RoleArn")
        if target.node.hides_keys:
            continue
        if not node.is_there:
            yield Problem(
                at=target.node,
                message=f"{where}: a target that is a pipeline requires RoleArn; set it to a role "
                f"that {_EVENTS} may assume and that is allowed {_START}",
                resource=target.rule,
            )
            continue
        role = resource_behind(node.value, node.template, system, "AWS::IAM::Role")
        arn = target.node.at("Arn").text
        if role is None or arn is None or not arn.startswith("arn:"):
            continue
        if not trusts(role, _EVENTS, system):
            yield Problem(
                at=node,
                message=f"{where}: role {role.logical_id} does not trust {_EVENTS}; allow "
                f"sts:AssumeRole for the principal Service: {_EVENTS}",
                resource=target.rule,
            )
        elif not grants_of(role, system).may(_START, arn):
            yield Problem(
                at=node,
                message=f"{where}: role {role.logical_id} is not allowed to start the pipeline; "
                f"allow {_START} on {readable(arn)}",
                resource=target.rule,
                statements=(statement_for(role, [_START], arn, system),),
            )


def _sources(pipeline: Pipeline) -> list[Action]:
    return [action for action in pipeline.actions if action.category == "Source"]


def _events(pipeline: Pipeline) -> Iterator[Problem]:
    """Find buckets that send no events, though rules wait for them."""
    system = pipeline.system
    for action in _sources(pipeline):
        node = action.setting("S3Bucket")
        bucket = resource_behind(node.value, node.template, system, "AWS::S3::Bucket")
        if action.provider != "S3" or starts_by_itself(action) or bucket is None:
            continue
        if _waiting(pipeline) and not _sends_events(bucket, system):
            yield problem(
                action,
                node,
                f"a rule waits for events of bucket {bucket.logical_id}, which sends none to "
                "EventBridge; set NotificationConfiguration: {EventBridgeConfiguration: "
                "{EventBridgeEnabled: true}}",
            )


def _waiting(pipeline: Pipeline) -> bool:
    """Whether a rule for events that buckets send themselves starts the pipeline.

    Events of CloudTrail are others: a trail of the whole account may record them.
    """
    system = pipeline.system
    for target in targets(system):
        pattern = properties_of(target.rule, system).at("EventPattern").parsed
        kinds = [item.text or "" for item in pattern.at("detail-type").items()]
        own = any(kind.startswith("Object ") for kind in kinds)
        sources = [item.text for item in pattern.at("source").items()]
        if own and "aws.s3" in sources and target.may_be(pipeline.resource, system):
            return True
    return False


def _sends_events(bucket: Resource, system: System) -> bool:
    notifications = properties_of(bucket, system).at("NotificationConfiguration")
    events: Node = notifications.at("EventBridgeConfiguration")
    return (
        notifications.is_function
        or (events.is_there and events.at("EventBridgeEnabled").text not in ("false", "False"))
        or events.is_function
    )


def _started(pipeline: Pipeline) -> Iterator[Problem]:
    """Find pipelines that nothing starts."""
    sources = _sources(pipeline)
    if not sources or any(starts_by_itself(action) for action in sources) or is_started(pipeline):
        return
    if any(_is_elsewhere(action) for action in sources):
        return  # what starts the pipeline may be where the source is
    for action in sources[:1]:
        poll = action.setting("PollForSourceChanges")
        because = "ECR is not polled" if action.provider == "ECR" else "it is not polled"
        if action.provider == "GitHub":
            way = "add an AWS::CodePipeline::Webhook, or use a connection"
        else:
            way = "add an AWS::Events::Rule whose target is the pipeline"
        yield problem(
            action,
            poll if poll.is_there else action.node,
            f"nothing in the templates starts the pipeline when the source changes ({because}); "
            f"{way}",
        )


def _is_elsewhere(action: Action) -> bool:
    """Whether a source is certainly in another stack or account."""
    keys = ("RepositoryName", "S3Bucket")
    imported = any("Fn::ImportValue" in str(action.setting(key).value) for key in keys)
    role = action.node.at("RoleArn")
    local = resource_behind(role.value, role.template, role.system, "AWS::IAM::Role")
    return imported or (role.is_there and local is None)


def _branches(pipeline: Pipeline) -> Iterator[Problem]:
    """Find sources on different branches of one repository, in a pipeline with triggers."""
    if not pipeline.node.at("Triggers").items():
        return
    sources = [action for action in _sources(pipeline) if action.provider == CONNECTION_PROVIDER]
    for one, other in itertools.combinations(sources, 2):
        names = [action.setting("FullRepositoryId").text for action in (one, other)]
        branches = [action.setting("BranchName").text for action in (one, other)]
        if names[0] is None or names[0] != names[1] or not all(map(is_known, branches)):
            continue
        if branches[0] != branches[1]:
            yield problem(
                other,
                other.setting("BranchName"),
                f"{one.where} reads branch '{branches[0]}' of the same repository, and with "
                "triggers only one of the branches starts the pipeline reliably; use a pipeline "
                "for each branch",
            )


RULES = (
    CheckRule(
        id="E9901",
        title="Rules of EventBridge start pipelines that exist",
        impact="The pipeline does not start when its source changes.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/create-S3-source-events-"
        "cfn.html",
        certainty="documented",
        fix="Use Ref of the pipeline in the target's ARN.",
        find_in_system=_targets_exist,
    ),
    CheckRule(
        id="E9902",
        title="Rules of EventBridge have a role that may start the pipeline",
        impact="The rule cannot be created, or the pipeline does not start.",
        aws_message="RoleArn is required for target arn:aws:codepipeline:...",
        source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html",
        certainty="documented",
        fix="Give the target a role that trusts events.amazonaws.com and is allowed "
        "codepipeline:StartPipelineExecution on the pipeline.",
        find_in_system=_roles,
    ),
    CheckRule(
        id="W9903",
        title="Buckets send the events for which rules wait",
        impact="The pipeline does not start when its source changes.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/create-S3-source-events"
        ".html",
        certainty="documented",
        severity="warning",
        fix="Let the bucket send its events to EventBridge, or record them with CloudTrail.",
        find_in_pipeline=_events,
    ),
    CheckRule(
        id="W9904",
        title="Something starts pipelines whose sources are not polled",
        impact="The pipeline does not start when its source changes.",
        source=_DETECTION,
        certainty="documented",
        severity="warning",
        fix="Add a rule of EventBridge, or a webhook for a source of GitHub's version 1.",
        find_in_pipeline=_started,
    ),
    CheckRule(
        id="W9905",
        title="Pipelines with triggers read one branch of a repository",
        impact="Changes of the other branches do not start the pipeline reliably.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html",
        certainty="documented",
        severity="warning",
        fix="Use a pipeline for each branch.",
        find_in_pipeline=_branches,
    ),
)
