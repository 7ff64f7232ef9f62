"""What the roles of a pipeline ask for: other roles, buckets, keys and images.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from collections.abc import Iterator
from dataclasses import field

from cfn_pipeline.analysis.nodes import Node, properties_of
from cfn_pipeline.analysis.partial_text import ANYTHING
from cfn_pipeline.analysis.resolving import arn_of, may_be_resource, resource_behind
from cfn_pipeline.analysis.system import Resource, System
from cfn_pipeline.evaluation.conditions import Condition, Context
from cfn_pipeline.evaluation.decisions import Decision, Request, decide, unmet
from cfn_pipeline.evaluation.grants import Grants
from cfn_pipeline.evaluation.matching import Apart
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy, Statement, policy_of
from cfn_pipeline.frozen import Frozen, frozen

_BUCKET_POLICY = "AWS::S3::BucketPolicy"


@frozen
class Asking(Frozen):
    """A role that makes requests.

    Args:
        arn: its ARN, which may have unknown parts.
        system: the templates.
        identity: its policies.
        boundary: its permissions boundary; None: it has none.
        apart: accounts that are known to be different.

    """

    arn: str
    system: System
    identity: Policy = UNKNOWN
    boundary: Policy | None = None
    apart: Apart = field(default_factory=dict)

    def decide(
        self, action: str, resource: str, account: str, policy: Policy | None, via: str = ""
    ) -> Decision:
        """Return the decision on a request.

        Args:
            action: such as ``s3:GetObject``.
            resource: an ARN.
            account: the resource's.
            policy: the resource's own; None: it has none.
            via: the service through which a key is used.

        """
        return decide(
            self.request(action, resource, account, via),
            identity=self.identity,
            boundary=self.boundary,
            resource=policy,
        )

    def request(self, action: str, resource: str, account: str, via: str = "") -> Request:
        """Return a request, with what IAM is told of it."""
        own = self.arn.split(":", 5)[4]
        keys: dict[str, tuple[str, ...]] = {
            "aws:PrincipalArn": (self.arn,),
            "aws:PrincipalAccount": (own,),
            "aws:PrincipalIsAWSService": ("false",),
            "aws:PrincipalType": ("AssumedRole",),
            "aws:ResourceAccount": (account,),
            "aws:SecureTransport": ("true",),
            # A role that acts for itself: no service, no person, no id from outside.
            **dict.fromkeys(("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID"), ()),
            **dict.fromkeys(("aws:MultiFactorAuthPresent", "sts:ExternalId"), ()),
        }
        if action.startswith("kms:"):
            keys |= {"kms:CallerAccount": (own,), "kms:ViaService": (via,)}
        return Request(
            principal=self.arn,
            action=action,
            resource=resource,
            account=account,
            context=Context(keys=keys, apart=self.apart),
        )


def asking(grants: Grants, system: System, apart: Apart | None = None) -> Asking:
    """Return a role of the templates as one that makes requests."""
    return Asking(
        arn=grants.arn,
        system=system,
        identity=grants.identity,
        boundary=grants.boundary,
        apart=apart or {},
    )


def account_of(resource: Resource, system: System) -> str:
    """Return the account of a resource."""
    place = resource.template.place
    return system.unknowns.open("AWS::AccountId") if place is None else place.account


def assume(asker: Asking, role: Resource) -> Decision:
    """Return whether a role may assume another."""
    system = asker.system
    return asker.decide(
        "sts:AssumeRole", arn_of(role, system), account_of(role, system), _trust(role, system)
    )


def unmet_conditions(asker: Asking, role: Resource) -> Iterator[tuple[Statement, Condition]]:
    """Yield the conditions in the trust of a role that keep another from assuming it."""
    system = asker.system
    request = asker.request("sts:AssumeRole", arn_of(role, system), account_of(role, system))
    return unmet(_trust(role, system), request)


def _trust(role: Resource, system: System) -> Policy:
    return policy_of(properties_of(role, system).at("AssumeRolePolicyDocument"))


def use_objects(asker: Asking, bucket: Resource, call: str) -> Decision:
    """Return whether a role may make a call on the objects of a bucket."""
    system = asker.system
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


def use_key(asker: Asking, key: Resource, call: str, *, by: str = "s3") -> Decision:
    """Return whether a role may make a call with a key through a service of the key's region."""
    system = asker.system
    policy = policy_of(properties_of(key, system).at("KeyPolicy"))
    region, suffix = (system.unknowns.open(f"AWS::{name}") for name in ("Region", "URLSuffix"))
    if key.template.place is not None:
        region = key.template.place.region
    arn, account = arn_of(key, system), account_of(key, system)
    return asker.decide(call, arn, account, policy, via=f"{by}.{region}.{suffix}")
