"""Artifact stores: the role's permissions on the bucket and its key.

https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.grants import grants_of, lets_in
from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING
from cfn_pipeline.analysis.pipelines import Pipeline
from cfn_pipeline.analysis.resolving import arn_of, name_of, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.rules.roles import missing_permissions, role_of


def _stores(pipeline: Pipeline) -> Iterator[Node]:
    if pipeline.node.at("ArtifactStore").is_there:
        yield pipeline.node.at("ArtifactStore")
    for entry in pipeline.node.at("ArtifactStores").items():
        yield entry.at("ArtifactStore")


def _bucket(pipeline: Pipeline) -> Iterator[Problem]:
    role, system = role_of(pipeline), pipeline.system
    if role is None or all(action.node.at("RoleArn").is_there for action in pipeline.actions):
        return
    grants = grants_of(role, system)
    for store in _stores(pipeline):
        location = store.at("Location")
        name = location.text
        if name is None:
            continue
        bucket = resource_behind(location.value, location.template, system, "AWS::S3::Bucket")
        name = name if bucket is None else name_of(bucket, system)
        arn = f"arn:{system.unknowns.open('AWS::Partition')}:s3:::{name}/{ANYTHING}"
        missing = [
            call
            for call in ("s3:GetObject", "s3:PutObject")
            if not grants.may(call, arn) and not _bucket_lets_in(bucket, role, call, system)
        ]
        if missing:
            shown = f"{arn.removesuffix(ANYTHING)}*"
            what = "read and write artifacts in the bucket"
            yield missing_permissions(grants, pipeline.where, missing, shown, what, location)


def _bucket_lets_in(bucket: Resource | None, role: Resource, call: str, system: System) -> bool:
    if bucket is None:
        return False
    for policy in system.resources("AWS::S3::BucketPolicy"):
        properties = properties_of(policy, system)
        target = properties.at("Bucket")
        match = resource_behind(target.value, target.template, system, "AWS::S3::Bucket")
        if match is bucket and lets_in(properties.at("PolicyDocument"), call, role=role):
            return True
    return False


def _key(pipeline: Pipeline) -> Iterator[Problem]:
    role, system = role_of(pipeline), pipeline.system
    if role is None or all(action.node.at("RoleArn").is_there for action in pipeline.actions):
        return
    grants = grants_of(role, system)
    for store in _stores(pipeline):
        node = store.at("EncryptionKey").at("Id")
        text = node.text
        if text is None:
            continue
        key = resource_behind(node.value, node.template, system, "AWS::KMS::Key")
        if key is not None:
            arn = arn_of(key, system)
        elif text.startswith("arn:") and ":alias/" not in text:
            arn = text
        else:
            arn = ANYTHING
        missing = [
            call
            for call in ("kms:Decrypt", "kms:GenerateDataKey")
            if not grants.may(call, arn)
            and not (
                key is not None
                and lets_in(properties_of(key, system).at("KeyPolicy"), call, role=role)
            )
        ]
        if missing:
            what = "use the key that encrypts the artifacts"
            yield missing_permissions(grants, pipeline.where, missing, arn, what, node)


RULES = (
    CheckRule(
        id="E9704",
        title="The pipeline's role may read and write the artifact bucket",
        impact="The first action fails.",
        aws_message="The service role or action role doesn't have the permissions required to "
        "access the Amazon S3 bucket",
        fix="Allow s3:GetObject and s3:PutObject on the bucket's objects.",
        find_in_pipeline=_bucket,
    ),
    CheckRule(
        id="E9705",
        title="The pipeline's role may use the key that encrypts the artifacts",
        impact="The first action fails.",
        fix="Allow kms:Decrypt and kms:GenerateDataKey* on the key.",
        find_in_pipeline=_key,
    ),
)
