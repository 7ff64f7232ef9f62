"""What the roles of a pipeline ask for: other roles, buckets, keys and images.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Iterator

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING
from cfn_pipeline.analysis.resolving import arn_of, may_be_resource, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.evaluation.asking import Asking
from cfn_pipeline.evaluation.conditions import Condition
from cfn_pipeline.evaluation.decisions import Decision, unmet
from cfn_pipeline.evaluation.grants import Grants
from cfn_pipeline.evaluation.matching import Apart
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy, Statement, policy_of

_BUCKET_POLICY = "AWS::S3::BucketPolicy"


def asking(grants: Grants, apart: Apart | None = None) -> Asking:
    """Return a role of the templates as one that makes requests."""
    return Asking(
        arn=grants.arn,
        identity=grants.identity,
        boundary=grants.boundary,
        apart=apart or {},
    )


def account_of(resource: Resource, system: System) -> str:
    """Return the account of a resource."""
    place = resource.template.place
    return system.unknowns.open("AWS::AccountId") if place is None else place.account


def assume(asker: Asking, role: Resource, system: System) -> Decision:
    """Return whether a role may assume another."""
    return asker.decide(
        "sts:AssumeRole", arn_of(role, system), account_of(role, system), _trust(role, system)
    )


def unmet_conditions(
    asker: Asking, role: Resource, system: System
) -> Iterator[tuple[Statement, Condition]]:
    """Yield the conditions in the trust of a role that keep another from assuming it."""
    request = asker.request("sts:AssumeRole", arn_of(role, system), account_of(role, system))
    return unmet(_trust(role, system), request)


def _trust(role: Resource, system: System) -> Policy:
    return policy_of(properties_of(role, system).at("AssumeRolePolicyDocument"))


def use_objects(asker: Asking, bucket: Resource, call: str, system: System) -> Decision:
    """Return whether a role may make a call on the objects of a bucket."""
    policy: Policy | None = None
    for document in bucket_policies(bucket, system):
        more = UNKNOWN if document is None else policy_of(document)
        policy = more if policy is None else policy + more
    arn = f"{arn_of(bucket, system)}/{ANYTHING}"
    return asker.decide(call, arn, account_of(bucket, system), policy)


def bucket_policies(bucket: Resource, system: System) -> Iterator[Node | None]:
    """Yield the documents of a bucket's policy; None for one that may be another bucket's."""
    for resource in system.resources(_BUCKET_POLICY, place=bucket.template.place):
        properties = properties_of(resource, system)
        node = properties.at("Bucket")
        if resource_behind(node.value, node.template, system, bucket.type) is bucket:
            yield properties.at("PolicyDocument")
        elif may_be_resource(node.value, bucket, system, node.template):
            yield None


def use_key(asker: Asking, key: Resource, call: str, system: System, *, by: str = "s3") -> Decision:
    """Return whether a role may make a call with a key through a service of the key's region."""
    policy = policy_of(properties_of(key, system).at("KeyPolicy"))
    region, suffix = (system.unknowns.open(f"AWS::{name}") for name in ("Region", "URLSuffix"))
    if key.template.place is not None:
        region = key.template.place.region
    arn, account = arn_of(key, system), account_of(key, system)
    return asker.decide(call, arn, account, policy, via=f"{by}.{region}.{suffix}")
