"""Artifact stores: the role's permissions on the bucket and its key.

https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of
from cfn_pipeline.aws.guides import CODEPIPELINE
from cfn_pipeline.checks.rule import CheckRule, Problem
from cfn_pipeline.checks.rules.roles import missing_permissions
from cfn_pipeline.evaluation.acting import pipeline_role
from cfn_pipeline.evaluation.grants import Grants, grants_of
from cfn_pipeline.evaluation.stores import Store, may_use_bucket, may_use_key, stores


def _used(pipeline: Pipeline) -> Iterator[tuple[Grants, Store]]:
    """Yield the stores that the pipeline's role itself reads and writes."""
    role = pipeline_role(pipeline)
    if role is not None and any(map(_transfers, pipeline.actions)):
        for store in stores(pipeline):
            yield grants_of(role, pipeline.system), store


def _transfers(action: Action) -> bool:
    """Whether the pipeline's role reads or writes artifacts for an action.

    A build does so with the role of its project, and an action with a role of its own with that.
    """
    transfers = bool(action.inputs or action.outputs)
    return transfers and not action.is_codebuild and not action.node.at("RoleArn").is_there


def _bucket(pipeline: Pipeline) -> Iterator[Problem]:
    for grants, store in _used(pipeline):
        bucket = store.bucket
        if bucket is None:
            continue  # its policy, which is not known, may allow it
        missing = [
            call
            for call in ("s3:GetObject", "s3:PutObject")
            if not may_use_bucket(grants, bucket, call, pipeline.system)
        ]
        if missing:
            location = store.node.at("Location")
            shown = f"{arn_of(bucket, pipeline.system)}/*"
            what = "read and write artifacts in the bucket"
            yield missing_permissions(grants, pipeline.where, missing, shown, what, location)


def _key(pipeline: Pipeline) -> Iterator[Problem]:
    for grants, store in _used(pipeline):
        key = store.key
        if key is None:
            continue  # its policy, which is not known, may allow it
        missing = [
            call
            for call in ("kms:Decrypt", "kms:GenerateDataKey")
            if not may_use_key(grants, key, call, pipeline.system)
        ]
        if missing:
            node = store.node.at("EncryptionKey").at("Id")
            arn = arn_of(key, pipeline.system)
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
        source=f"{CODEPIPELINE}/how-to-custom-role.html",
        certainty="documented",
        find_in_pipeline=_bucket,
    ),
    CheckRule(
        id="E9705",
        title="The pipeline's role may use the key that encrypts the artifacts",
        impact="The first action fails.",
        fix="Allow kms:Decrypt and kms:GenerateDataKey* on the key.",
        source=f"{CODEPIPELINE}/S3-artifact-encryption.html",
        certainty="inferred",
        find_in_pipeline=_key,
    ),
)
