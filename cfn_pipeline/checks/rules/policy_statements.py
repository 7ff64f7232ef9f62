"""Statements of policies: actions that exist, objects of buckets, keys of topics.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import difflib
import fnmatch
from collections.abc import Iterator
from functools import cache

from cfn_pipeline.analysis.builds import builds
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING, is_known, is_open
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.evaluation.acting import build_grants, pipeline_role
from cfn_pipeline.evaluation.grants import grants_of

_ROLE = "AWS::IAM::Role"
_NEAR = 0.88

#: Actions of S3 that are on objects alone.
_ON_OBJECTS = frozenset(
    f"s3:{name}".lower()
    for name in (
        *("DeleteObject", "DeleteObjectVersion", "GetObject", "GetObjectAcl", "GetObjectTagging"),
        *("GetObjectVersion", "GetObjectVersionTagging", "PutObject", "PutObjectAcl"),
        *("PutObjectTagging", "PutObjectVersionAcl", "AbortMultipartUpload"),
    )
)


def _roles(pipeline: Pipeline) -> Iterator[Resource]:
    """Yield the roles of the pipeline, of its actions, deployments and builds."""
    system = pipeline.system
    roles = [pipeline_role(pipeline)]
    for action in pipeline.actions:
        for node in (action.node.at("RoleArn"), action.setting("RoleArn")):
            roles.append(resource_behind(node.value, node.template, system, _ROLE))
    for build in builds(pipeline):
        if build.project is not None:
            grants = build_grants(build.action, build.project, system)
            roles.append(None if grants is None else grants.role)
    yield from dict.fromkeys(role for role in roles if role is not None)


def _statements(pipeline: Pipeline) -> Iterator[tuple[Resource, Node]]:
    """Yield the statements of policies within these roles."""
    for role in _roles(pipeline):
        for policy in properties_of(role, pipeline.system).at("Policies").items():
            for statement in policy.at("PolicyDocument").parsed.at("Statement").items():
                yield role, statement


def _exist(pipeline: Pipeline) -> Iterator[Problem]:
    for role, statement in _statements(pipeline):
        for node in statement.at("Action").items():
            text = node.text
            meant = _meant(text) if text is not None and is_known(text) else None
            if meant is not None:
                yield Problem(
                    at=node,
                    message=f"resource {role.logical_id}: action '{text}' does not exist; use "
                    f"{meant}",
                    cfn_lint="W3037",
                    resource=role,
                )


def _meant(action: str) -> str | None:
    """Return the action that a misspelt one is meant to be; None if it may exist."""
    service, _, name = action.partition(":")
    known = _actions(service.lower())
    if not name or not known or name.lower() in known or "?" in name:
        return None
    if "*" in name:
        return None if fnmatch.filter(known, name.lower()) else _near(service, name, known)
    return _near(service, name, known)


def _near(service: str, name: str, known: dict[str, str]) -> str | None:
    near = difflib.get_close_matches(name.lower().rstrip("*"), known, 1, _NEAR)
    return f"{service}:{known[near[0]]}" if near else None


@cache
def _actions(service: str) -> dict[str, str]:
    """Return the actions of a service, by their name in lower case."""
    # Loaded here, since templates without roles do not need it.
    from cfn_pipeline.permissions.catalogue import actions_of

    return {name.lower(): name for name in actions_of(service)}


def _objects(pipeline: Pipeline) -> Iterator[Problem]:
    for role, statement in _statements(pipeline):
        actions = [node.text or "" for node in statement.at("Action").items()]
        resources = statement.at("Resource")
        texts = [node.text for node in resources.items()] or [resources.text]
        on_objects = actions and all(action.lower() in _ON_OBJECTS for action in actions)
        if not on_objects or not resources.is_there or statement.at("Effect").text == "Deny":
            continue
        buckets = [text for text in texts if text is not None and _is_bucket(text)]
        grants = grants_of(role, pipeline.system)
        elsewhere = all(
            grants.may(action, f"{bucket}/{ANYTHING}") for action in actions for bucket in buckets
        )
        if buckets and len(buckets) == len(texts) and not elsewhere:
            yield Problem(
                at=resources,
                message=f"resource {role.logical_id}: {', '.join(actions)} is on objects, but the "
                "statement is on the bucket itself; append /* to its ARN",
                resource=role,
            )


def _is_bucket(arn: str) -> bool:
    """Whether an ARN is certainly that of a bucket, and not of its objects."""
    name = arn.split(":", 5)[-1]
    return (
        arn.startswith("arn:") and ":s3:" in arn and not is_open(arn) and not set("/*?") & {*name}
    )


def _topic_keys(system: System) -> Iterator[Problem]:
    """Find keys of topics that let EventBridge in under conditions that it does not meet."""
    for topic in system.resources("AWS::SNS::Topic"):
        node = properties_of(topic, system).at("KmsMasterKeyId")
        key = resource_behind(node.value, node.template, system, "AWS::KMS::Key")
        if key is None:
            continue
        policy = properties_of(key, system).at("KeyPolicy").parsed
        statements = policy.at("Statement").items()
        plain = [s for s in statements if _is_for_events(s) and not _source_keys(s)]
        for statement in statements:
            keys = _source_keys(statement)
            if _is_for_events(statement) and keys and not plain:
                yield Problem(
                    at=statement.at("Condition"),
                    message=f"resource {key.logical_id}: EventBridge does not send "
                    f"{', '.join(keys)} when it publishes to the encrypted topic "
                    f"{topic.logical_id}; remove the condition, or use "
                    "kms:EncryptionContext:aws:sns:topicArn",
                    resource=key,
                )


def _is_for_events(statement: Node) -> bool:
    services = [node.text for node in statement.at("Principal").at("Service").items()]
    return "events.amazonaws.com" in services and statement.at("Effect").text == "Allow"


def _source_keys(statement: Node) -> list[str]:
    names = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid")
    return [
        key
        for operator, keys in statement.at("Condition").fields().items()
        if not operator.endswith("IfExists")
        for key in keys.fields()
        if key.lower() in names
    ]


RULES = (
    CheckRule(
        id="W9726",
        title="Actions in policies of the pipeline's roles exist",
        impact="The statement allows nothing.",
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "reference_policies_actions-resources-contextkeys.html",
        certainty="documented",
        severity="warning",
        fix="Correct the spelling.",
        find_in_pipeline=_exist,
    ),
    CheckRule(
        id="E9727",
        title="Statements on objects of S3 name objects",
        impact="The statement allows nothing, and the action or build fails.",
        aws_message="Access Denied",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
        "security_iam_service-with-iam.html",
        certainty="documented",
        fix="Append /* to the bucket's ARN.",
        find_in_pipeline=_objects,
    ),
    CheckRule(
        id="W9729",
        title="Keys of topics let EventBridge in without aws:Source conditions",
        impact="Events do not reach the topic.",
        source="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
        certainty="documented",
        severity="warning",
        fix="Remove the condition, or use kms:EncryptionContext:aws:sns:topicArn.",
        find_in_system=_topic_keys,
    ),
)
