"""The ARNs and addresses of things that other stacks make, from their names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from collections.abc import Callable
from dataclasses import dataclass

from troposphere import Join, Sub

from cfn_pipeline.model.values import Value

__all__ = ["ANY_PARTITION", "Arns", "artifact_bucket_name", "image"]

#: Holds in GovCloud and China, too.
ANY_PARTITION = "${AWS::Partition}"

_HERE = "${AWS::Region}:${AWS::AccountId}"


@dataclass(frozen=True)
class Arns:
    """ARNs in the stack's own account and region.

    Args:
        partition: ``aws``, or a placeholder that CloudFormation fills in.

    """

    partition: str = ANY_PARTITION

    def regional(self, service: str, resource: str) -> Value:
        """Return the ARN of ``resource``, which may hold placeholders such as ``${Name}``."""
        return Sub(f"arn:{self.partition}:{service}:{_HERE}:{resource}")

    def global_(self, service: str, resource: str) -> Value:
        """Return the ARN of what is in no region, such as a role."""
        return Sub(f"arn:{self.partition}:{service}::${{AWS::AccountId}}:{resource}")

    def bucket(self, name: str) -> Value:
        """Return the ARN of a bucket, or of its objects when ``/*`` follows the name."""
        return Sub(f"arn:{self.partition}:s3:::{name}")

    def managed_policy(self, name: str) -> Value:
        """Return the ARN of one of AWS's own policies."""
        arn = f"arn:{self.partition}:iam::aws:policy/{name}"
        return Sub(arn) if "${" in arn else arn

    def named(self, service: str, kind: str, suffix: str = "") -> Callable[[Value], Value]:
        """Return what makes ``<kind>/<name><suffix>`` ARNs from names, known or not."""

        def make(name: Value) -> Value:
            if isinstance(name, str):
                return self.regional(service, f"{kind}/{name}{suffix}")
            return Join("", [self.regional(service, f"{kind}/"), name, suffix])

        return make


def artifact_bucket_name(pipeline: str) -> str:
    """Return the name of a pipeline's artifact bucket, for use in Sub."""
    return f"{pipeline}-artifacts-${{AWS::AccountId}}-${{AWS::Region}}"


def image(repository: str, tag: str) -> Value:
    """Return where an image of this account's registry is pulled from."""
    registry = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com"
    return Sub(f"{registry}/{repository}:{tag}")
