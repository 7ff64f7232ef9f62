"""CloudFormation's own resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFormation.html
"""

from collections.abc import Sequence
from typing import Any

from troposphere.cloudformation import CustomResource

from cfn_pipeline.model.values import Value, given

__all__ = ["custom_resource"]


def custom_resource(
    title: str,
    *,
    function: Value,
    depends_on: Sequence[str] = (),
    timeout_seconds: int | None = None,
    **properties: Any,
) -> CustomResource:
    """Make a resource that a Lambda function stands for.

    Args:
        title: the logical id.
        function: the function's ARN.
        depends_on: logical ids of what must be there before.
        timeout_seconds: how long CloudFormation waits for the function's answer; absent: an hour.
        properties: what the function is told.

    """
    return CustomResource(
        title,
        **given(DependsOn=list(depends_on) or None),
        ServiceToken=function,
        **given(ServiceTimeout=None if timeout_seconds is None else str(timeout_seconds)),
        **properties,
    )
