"""A role that makes requests, and what IAM is told of them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from dataclasses import field

from cfn_pipeline.evaluation.conditions import Context
from cfn_pipeline.evaluation.decisions import Decision, Request, decide
from cfn_pipeline.evaluation.matching import Apart
from cfn_pipeline.evaluation.policies import UNKNOWN, Policy
from cfn_pipeline.frozen import Frozen, frozen


@frozen
class Asking(Frozen):
    """A role that makes requests.

    Args:
        arn: its ARN, which may have unknown parts.
        identity: its policies.
        boundary: its permissions boundary; None: it has none.
        apart: accounts that are known to be different.

    """

    arn: str
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
            via: the service through which a key is used, or to which a role is passed.

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
        elif action == "iam:PassRole":
            keys["iam:PassedToService"] = (via,)
        return Request(
            principal=self.arn,
            action=action,
            resource=resource,
            account=account,
            context=Context(keys=keys, apart=self.apart),
        )
