"""Amazon EventBridge.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from collections.abc import Mapping
from typing import Any

from troposphere.events import Rule, Target

from cfn_pipeline.model.values import Value

__all__ = ["rule"]


def rule(
    title: str,
    *,
    description: Value,
    pattern: Mapping[str, Any],
    target: Value,
    target_id: Value,
) -> Rule:
    """Send the events that match a pattern to a target."""
    return Rule(
        title,
        Description=description,
        EventPattern=dict(pattern),
        Targets=[Target(Arn=target, Id=target_id)],
    )
