"""The ARNs and addresses of resources in other stacks, from their names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from collections.abc import Callable
from dataclasses import replace

from troposphere import Join, Sub

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.values import Intrinsic, Value

#: Holds in GovCloud and China, too.
ANY_PARTITION = "${AWS::Partition}"
ANY_SUFFIX = "${AWS::URLSuffix}"


@frozen(kw_only=False)
class Arns(Frozen):
    """ARNs in one account and region, the stack's own if no others are given.

    Args:
        partition: ``aws``, or a placeholder that CloudFormation fills in.
        suffix: ``amazonaws.com``, or a placeholder: what the addresses of services end with.
        account: the account's number, or a placeholder.
        region: the region's name, or a placeholder.

    """

    partition: str = ANY_PARTITION
    suffix: str = ANY_SUFFIX
    account: str = "${AWS::AccountId}"
    region: str = "${AWS::Region}"

    def at(self, *, account: str | None = None, region: str | None = None) -> "Arns":
        """Return the same form in another account or region; None: in the same."""
        return replace(self, account=account or self.account, region=region or self.region)

    def regional(self, service: str, resource: str) -> Intrinsic:
        """Return the ARN of ``resource``, which may hold placeholders such as ``${Name}``."""
        return Sub(f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}")

    def global_(self, service: str, resource: str) -> Value:
        """Return the ARN of a resource without region, such as a role."""
        return Sub(f"arn:{self.partition}:{service}::{self.account}:{resource}")

    def root(self) -> Value:
        """Return the ARN of the account itself."""
        return self.global_("iam", "root")

    def image_repository(self, repository: str) -> str:
        """Return where images are pushed to and pulled from, for use in Sub."""
        registry = f"{self.account}.dkr.ecr.{self.region}.{self.suffix}"
        return f"{registry}/{repository}"

    def image(self, repository: str, tag: str) -> Value:
        """Return an image of this account's registry; the tag may be a placeholder."""
        return Sub(f"{self.image_repository(repository)}:{tag}")

    def public_parameter(self, name: str) -> Value:
        """Return the ARN of a parameter of AWS's own, which belongs to no account."""
        return Sub(f"arn:{self.partition}:ssm:{self.region}::parameter/aws/service/{name}")

    def bucket(self, name: str) -> Value:
        """Return the ARN of a bucket, or of its objects when ``/*`` follows the name."""
        return Sub(f"arn:{self.partition}:s3:::{name}")

    def managed_policy(self, name: str) -> Value:
        """Return the ARN of one of AWS's own policies."""
        return self._known(f"arn:{self.partition}:iam::aws:policy/{name}")

    def root_of(self, account: str) -> Value:
        """Return the ARN of an account: of every principal that the account allows."""
        return self._known(f"arn:{self.partition}:iam::{account}:root")

    @staticmethod
    def _known(arn: str) -> Value:
        return Sub(arn) if "${" in arn else arn

    def service(self, name: str) -> Value:
        """Return a service of the region as KMS names it: ``s3.eu-west-1.amazonaws.com``."""
        return Sub(f"{name}.{self.region}.{self.suffix}")

    def named(self, service: str, kind: str, suffix: str = "") -> Callable[[Value], Value]:
        """Return a function that makes ``<kind>/<name><suffix>`` ARNs from names or functions."""

        def make(name: Value) -> Value:
            if isinstance(name, str):
                return self.regional(service, f"{kind}/{name}{suffix}")
            function = name.to_dict()
            if set(function) == {"Ref"}:
                return self.regional(service, f"{kind}/${{{function['Ref']}}}{suffix}")
            rest = [suffix] if suffix else []
            return Join("", [self.regional(service, f"{kind}/"), name, *rest])

        return make


#: In whichever partition the stack is deployed.
ARNS = Arns()
#: As people wrote them before AWS had other partitions than ``aws``.
LITERAL_ARNS = Arns("aws", "amazonaws.com")
