"""Artifact stores of a pipeline: buckets and keys, and who may use them by their own policies."""

from collections.abc import Iterator
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import arn_of, may_be_resource, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.evaluation.grants import Grants, lets_in

_BUCKET, _BUCKET_POLICY, _KEY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key"


class Store(NamedTuple):
    """An artifact store.

    Args:
        node: the store.
        region: its region as text; None: the pipeline's.

    """

    node: Node
    region: str | None

    @property
    def bucket(self) -> Resource | None:
        """The bucket; None if it is not in the templates."""
        location = self.node.at("Location")
        return resource_behind(location.value, location.template, self.node.system, _BUCKET)

    @property
    def key(self) -> Resource | None:
        """The key that encrypts the artifacts; None if there is none, or not in the templates."""
        key = self.node.at("EncryptionKey").at("Id")
        return resource_behind(key.value, key.template, self.node.system, _KEY)


def stores(pipeline: Pipeline) -> Iterator[Store]:
    """Yield the artifact stores of a pipeline."""
    if pipeline.node.at("ArtifactStore").is_there:
        yield Store(pipeline.node.at("ArtifactStore"), None)
    for entry in pipeline.node.at("ArtifactStores").items():
        yield Store(entry.at("ArtifactStore"), entry.at("Region").text)


def store_of(action: Action, pipeline: Pipeline) -> Store | None:
    """Return the store that an action uses; None if that is not known."""
    each = list(stores(pipeline))
    if len(each) == 1:
        return each[0]
    region = action.node.at("Region").text or pipeline.system.unknowns.open("AWS::Region")
    matching = [store for store in each if store.region == region]
    return matching[0] if len(matching) == 1 else None


def may_use_bucket(grants: Grants, bucket: Resource, call: str, system: System) -> bool:
    """Whether a role may make a call on a bucket's objects, by its policies or the bucket's."""
    if grants.may(call, f"{arn_of(bucket, system)}/{ANYTHING}"):
        return True
    for policy in system.resources(_BUCKET_POLICY):
        properties = properties_of(policy, system)
        target = properties.at("Bucket")
        is_its_own = may_be_resource(target.value, bucket, system, target.template)
        if is_its_own and lets_in(properties.at("PolicyDocument"), call, role=grants.role):
            return True
    return False


def may_use_key(
    grants: Grants, key: Resource, call: str, system: System, *, by: str = "s3"
) -> bool:
    """Whether a role may make a call with a key through a service, by its policies or the key's."""
    policy = properties_of(key, system).at("KeyPolicy")
    return grants.may(call, arn_of(key, system), service=f"{by}.{ANYTHING}") or lets_in(
        policy, call, role=grants.role
    )
