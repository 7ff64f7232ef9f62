"""CloudFormation's own resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFormation.html
"""

from collections.abc import Sequence
from typing import Any

from troposphere.cloudformation import CustomResource

from cfn_pipeline.model.values import Value, given

__all__ = ["custom_resource"]


def custom_resource(
    title: str, *, function: Value, depends_on: Sequence[str] = (), **properties: Any
) -> CustomResource:
    """Make a resource that a Lambda function stands for; ``properties`` are what it is told."""
    return CustomResource(
        title,
        **given(DependsOn=list(depends_on) or None),
        ServiceToken=function,
        **properties,
    )
