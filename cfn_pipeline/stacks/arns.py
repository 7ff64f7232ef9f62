"""The ARNs and addresses of resources in other stacks, from their names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from troposphere import Join, Sub

from cfn_pipeline.model.values import Value

#: Holds in GovCloud and China, too.
ANY_PARTITION = "${AWS::Partition}"
ANY_SUFFIX = "${AWS::URLSuffix}"

_HERE = "${AWS::Region}:${AWS::AccountId}"


@dataclass(frozen=True)
class Arns:
    """ARNs in the stack's own account and region.

    Args:
        partition: ``aws``, or a placeholder that CloudFormation fills in.
        suffix: ``amazonaws.com``, or a placeholder: what the addresses of services end with.

    """

    partition: str = ANY_PARTITION
    suffix: str = ANY_SUFFIX

    def regional(self, service: str, resource: str) -> Value:
        """Return the ARN of ``resource``, which may hold placeholders such as ``${Name}``."""
        return Sub(f"arn:{self.partition}:{service}:{_HERE}:{resource}")

    def global_(self, service: str, resource: str) -> Value:
        """Return the ARN of a resource without region, such as a role."""
        return Sub(f"arn:{self.partition}:{service}::${{AWS::AccountId}}:{resource}")

    def root(self) -> Value:
        """Return the ARN of the account itself."""
        return self.global_("iam", "root")

    def image_repository(self, repository: str) -> str:
        """Return where images are pushed to and pulled from, for use in Sub."""
        registry = f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.{self.suffix}"
        return f"{registry}/{repository}"

    def image(self, repository: str, tag: str) -> Value:
        """Return an image of this account's registry; the tag may be a placeholder."""
        return Sub(f"{self.image_repository(repository)}:{tag}")

    def public_parameter(self, name: str) -> Value:
        """Return the ARN of a parameter of AWS's own, which belongs to no account."""
        return Sub(f"arn:{self.partition}:ssm:${{AWS::Region}}::parameter/aws/service/{name}")

    def bucket(self, name: str) -> Value:
        """Return the ARN of a bucket, or of its objects when ``/*`` follows the name."""
        return Sub(f"arn:{self.partition}:s3:::{name}")

    def managed_policy(self, name: str) -> Value:
        """Return the ARN of one of AWS's own policies."""
        return self._known(f"arn:{self.partition}:iam::aws:policy/{name}")

    def account(self, number: str) -> Value:
        """Return the ARN of an account: of every principal that the account allows."""
        return self._known(f"arn:{self.partition}:iam::{number}:root")

    @staticmethod
    def _known(arn: str) -> Value:
        return Sub(arn) if "${" in arn else arn

    def service(self, name: str) -> Value:
        """Return a service of the region as KMS names it: ``s3.eu-west-1.amazonaws.com``."""
        return Sub(f"{name}.${{AWS::Region}}.{self.suffix}")

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
