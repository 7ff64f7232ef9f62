"""Artifact stores of a pipeline: buckets and keys, and who may use them by their own policies."""

from collections.abc import Iterator
from typing import NamedTuple

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import is_open
from cfn_pipeline.analysis.pipelines import Action, Pipeline
from cfn_pipeline.analysis.resolving import resource_at, resource_behind
from cfn_pipeline.analysis.system import Place, Resource, System
from cfn_pipeline.evaluation.access import asking, use_key, use_objects
from cfn_pipeline.evaluation.grants import Grants
from cfn_pipeline.evaluation.places import home_of

_BUCKET, _KEY = "AWS::S3::Bucket", "AWS::KMS::Key"


class Store(NamedTuple):
    """An artifact store.

    Args:
        node: the store.
        place: the pipeline's account, and the store's region; None: the pipeline's.

    """

    node: Node
    place: Place | None

    @property
    def region(self) -> str | None:
        """Its region as text; None: the pipeline's."""
        return None if self.place is None else self.place.region

    @property
    def bucket(self) -> Resource | None:
        """The bucket; None if it is not in the templates."""
        node, system = self.node.at("Location"), self.node.system
        bucket = resource_behind(node.value, node.template, system, _BUCKET)
        if bucket is None and self.place is not None:
            return resource_at(node.text, system, self.place, _BUCKET)
        return bucket

    @property
    def key(self) -> Resource | None:
        """The key that encrypts the artifacts; None if there is none, or not in the templates.

        Templates of another region cannot be referred to. Where the key is a parameter, it is that
        of the bucket in the other region.
        """
        node, system = self.node.at("EncryptionKey").at("Id"), self.node.system
        key = resource_behind(node.value, node.template, system, _KEY)
        bucket = self.bucket
        if key is not None or bucket is None or bucket.template.place == node.template.place:
            return key
        is_parameter = node.is_function and node.text is not None and is_open(node.text)
        return _key_of(bucket, system) if is_parameter else None


def _key_of(bucket: Resource, system: System) -> Resource | None:
    """Return the key with which a bucket encrypts by default."""
    encryption = properties_of(bucket, system).at("BucketEncryption")
    for rule in encryption.at("ServerSideEncryptionConfiguration").items():
        node = rule.at("ServerSideEncryptionByDefault").at("KMSMasterKeyID")
        key = resource_behind(node.value, node.template, system, _KEY)
        if key is not None:
            return key
    return None


def stores(pipeline: Pipeline) -> Iterator[Store]:
    """Yield the artifact stores of a pipeline."""
    if pipeline.node.at("ArtifactStore").is_there:
        yield Store(pipeline.node.at("ArtifactStore"), None)
    account = home_of(pipeline).account
    for entry in pipeline.node.at("ArtifactStores").items():
        region = entry.at("Region").text
        yield Store(entry.at("ArtifactStore"), Place(account, region) if region else None)


def store_of(action: Action, pipeline: Pipeline) -> Store | None:
    """Return the store that an action uses; None if that is not known."""
    each = list(stores(pipeline))
    if len(each) == 1:
        return each[0]
    region = action.node.at("Region").text or pipeline.system.unknowns.open("AWS::Region")
    matching = [store for store in each if store.region == region]
    return matching[0] if len(matching) == 1 else None


def may_use_bucket(grants: Grants, bucket: Resource, call: str, system: System) -> bool:
    """Whether a role may make a call on a bucket's objects; True if not known."""
    return use_objects(asking(grants), bucket, call, system).is_allowed is not False


def may_use_key(
    grants: Grants, key: Resource, call: str, system: System, *, by: str = "s3"
) -> bool:
    """Whether a role may make a call with a key through a service; True if not known."""
    return use_key(asking(grants), key, call, system, by=by).is_allowed is not False
