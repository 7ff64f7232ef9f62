"""What roles need for sources, deployments and approvals, and CodeDeploy's two providers.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, readable
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of, may_be_resource, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.aws.action_calls import (
    ACTION_CALLS,
    CODECOMMIT_ARCHIVE_CALLS,
    CODECOMMIT_CALLS,
    LAMBDA_ALIAS_CALLS,
    LAMBDA_CODE_CALLS,
)
from cfn_pipeline.checks.rule import CheckRule, Problem, problem
from cfn_pipeline.checks.rules.roles import missing_permissions
from cfn_pipeline.evaluation.acting import acting
from cfn_pipeline.evaluation.grants import Grants, lets_in
from cfn_pipeline.evaluation.stores import may_use_bucket, may_use_key

_REFERENCE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html"


def _platforms(pipeline: Pipeline) -> Iterator[tuple[Action, Resource, str]]:
    """Yield the actions of CodeDeploy with their application and its ComputePlatform."""
    for action in pipeline.actions:
        node = action.setting("ApplicationName")
        application = resource_behind(
            node.value, node.template, pipeline.system, "AWS::CodeDeploy::Application"
        )
        if application is not None and action.category == "Deploy":
            platform = properties_of(application, pipeline.system).at("ComputePlatform")
            name = platform.text if platform.is_there else "Server"
            if name in ("ECS", "Lambda", "Server"):
                yield action, application, str(name)


def _other_platforms(pipeline: Pipeline) -> Iterator[Problem]:
    for action, application, platform in _platforms(pipeline):
        if action.provider == "CodeDeployToECS" and platform != "ECS":
            yield problem(
                action,
                action.node.at("ActionTypeId"),
                f"provider CodeDeployToECS deploys to ECS, but the ComputePlatform of application "
                f"{application.logical_id} is {platform}; set ComputePlatform: ECS, or use "
                "provider CodeDeploy",
            )


def _plain_to_ecs(pipeline: Pipeline) -> Iterator[Problem]:
    for action, application, platform in _platforms(pipeline):
        if action.provider == "CodeDeploy" and platform == "ECS":
            yield problem(
                action,
                action.node.at("ActionTypeId"),
                f"application {application.logical_id} deploys to ECS; provider CodeDeployToECS "
                "puts the image into the task definition, and provider CodeDeploy does not; use "
                "provider CodeDeployToECS",
            )


def _calls(pipeline: Pipeline) -> Iterator[Problem]:
    for action, grants in acting(pipeline):
        missing = [call for call in _needed(action) if not grants.may(call, ANYTHING)]
        if _passes_roles(action, pipeline.system) and not grants.may("iam:PassRole", ANYTHING):
            missing.append("iam:PassRole")
        if missing:
            what = f"make the calls of {action.category} actions of {action.provider}"
            yield missing_permissions(grants, action.where, missing, "*", what, action.node)


def _needed(action: Action) -> tuple[str, ...]:
    """Return the calls that the action makes in any case, given its settings."""
    kind = (action.category or "", action.provider or "")
    if action.owner != "AWS":
        return ()
    calls = ACTION_CALLS.get(kind, ())
    if kind == ("Source", "CodeCommit"):
        plain = not action.setting("OutputArtifactFormat").is_there
        return CODECOMMIT_CALLS + (CODECOMMIT_ARCHIVE_CALLS if plain else ())
    if kind == ("Deploy", "Lambda"):
        calls += LAMBDA_CODE_CALLS if action.inputs else ()
        calls += LAMBDA_ALIAS_CALLS if action.setting("FunctionAlias").is_there else ()
    return calls


def _passes_roles(action: Action, system: System) -> bool:
    """Whether an ECS action registers a task definition that certainly has roles."""
    if action.category != "Deploy" or action.provider != "ECS":
        return False
    node = action.setting("ServiceName")
    service = resource_behind(node.value, node.template, system, "AWS::ECS::Service")
    if service is None:
        return False
    node = properties_of(service, system).at("TaskDefinition")
    task = resource_behind(node.value, node.template, system, "AWS::ECS::TaskDefinition")
    properties = None if task is None else properties_of(task, system)
    return properties is not None and any(
        properties.at(key).is_there and "Fn::If" not in (properties.at(key).value or ())
        for key in ("ExecutionRoleArn", "TaskRoleArn")
    )


def _buckets(pipeline: Pipeline) -> Iterator[Problem]:
    """Find buckets of sources and deployments on which the role may not do what is needed."""
    for action, grants in acting(pipeline):
        if action.provider != "S3":
            continue
        source = action.category == "Source"
        node = action.setting("S3Bucket" if source else "BucketName")
        bucket = resource_behind(node.value, node.template, pipeline.system, "AWS::S3::Bucket")
        if bucket is None:
            continue
        calls = ("s3:GetObject", "s3:GetObjectVersion") if source else ("s3:PutObject",)
        missing = [c for c in calls if not may_use_bucket(grants, bucket, c, pipeline.system)]
        if missing:
            what = f"{'read' if source else 'write'} objects of bucket {bucket.logical_id}"
            arn = f"{arn_of(bucket, pipeline.system)}/*"
            yield missing_permissions(grants, action.where, missing, arn, what, node)


def _approvals(pipeline: Pipeline) -> Iterator[Problem]:
    system = pipeline.system
    for action, grants in acting(pipeline):
        node = action.setting("NotificationArn")
        if not action.is_approval or node.text is None:
            continue
        topic = resource_behind(node.value, node.template, system, "AWS::SNS::Topic")
        if not grants.may("sns:Publish", node.text) and not _topic_lets_in(topic, grants, system):
            what = "publish to the topic of the approval"
            yield missing_permissions(
                grants, action.where, ["sns:Publish"], _shown(node.text, topic), what, node
            )
        if topic is None:
            continue
        key_node = properties_of(topic, system).at("KmsMasterKeyId")
        key = resource_behind(key_node.value, key_node.template, system, "AWS::KMS::Key")
        if key is None:
            continue
        calls = ("kms:Decrypt", "kms:GenerateDataKey")
        missing = [c for c in calls if not may_use_key(grants, key, c, system, by="sns")]
        if missing:
            what = f"use the key of topic {topic.logical_id}"
            yield missing_permissions(
                grants, action.where, missing, arn_of(key, system), what, node
            )


def _topic_lets_in(topic: Resource | None, grants: Grants, system: System) -> bool:
    if topic is None:
        return False
    for policy in system.resources("AWS::SNS::TopicPolicy"):
        properties = properties_of(policy, system)
        topics = properties.at("Topics")
        own = topics.is_function or any(
            may_be_resource(node.value, topic, system, node.template) for node in topics.items()
        )
        if own and lets_in(properties.at("PolicyDocument"), "sns:Publish", role=grants.role):
            return True
    return False


def _shown(arn: str, topic: Resource | None) -> str:
    return f"the topic {topic.logical_id}" if topic is not None else readable(arn)


RULES = (
    CheckRule(
        id="E9714",
        title="CodeDeployToECS deploys applications of ECS",
        impact="The action fails each time it runs.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-"
        "ECSbluegreen.html",
        certainty="documented",
        fix="Set ComputePlatform: ECS, or use provider CodeDeploy for servers.",
        find_in_pipeline=_other_platforms,
    ),
    CheckRule(
        id="I9725",
        title="Applications of ECS are deployed by CodeDeployToECS",
        impact="The build must write the image and the task definition into the AppSpec itself.",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-"
        "CodeDeploy.html",
        severity="info",
        fix="Use provider CodeDeployToECS.",
        find_in_pipeline=_plain_to_ecs,
    ),
    CheckRule(
        id="E9715",
        title="Roles may make the calls of their actions",
        impact="The action fails each time it runs.",
        aws_message="... is not authorized to perform: codedeploy:RegisterApplicationRevision on "
        "resource: ...",
        source=_REFERENCE,
        certainty="documented",
        fix="Allow the calls that the provider's page lists.",
        find_in_pipeline=_calls,
    ),
    CheckRule(
        id="E9716",
        title="Roles may read source buckets, and write the buckets to which they deploy",
        impact="The action fails each time it runs.",
        aws_message="The provided role does not have sufficient permissions to access the Amazon "
        "S3 bucket",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-"
        "S3Deploy.html",
        certainty="documented",
        fix="Allow s3:GetObject and s3:GetObjectVersion, or s3:PutObject, on the bucket's objects.",
        find_in_pipeline=_buckets,
    ),
    CheckRule(
        id="E9722",
        title="Approvals can tell their approvers",
        impact="The approval action fails each time it runs.",
        aws_message="The provided role does not have permission to publish to the topic",
        source="https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-service-role-"
        "permissions.html",
        certainty="documented",
        fix="Allow sns:Publish on the topic, and kms:Decrypt and kms:GenerateDataKey on its key.",
        find_in_pipeline=_approvals,
    ),
)
