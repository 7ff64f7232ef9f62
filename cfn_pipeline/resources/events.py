"""Amazon EventBridge.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from collections.abc import Mapping
from typing import Any

from troposphere.events import InputTransformer, Rule, Target

from cfn_pipeline.model.values import Value, given

__all__ = ["rule"]


def rule(
    title: str,
    *,
    description: Value,
    pattern: Mapping[str, Any],
    target: Value,
    target_id: Value,
    message: str | None = None,
    message_values: Mapping[str, str] | None = None,
) -> Rule:
    """Send the events that match a pattern to a target.

    Args:
        title: the logical id.
        description: which events, and why.
        pattern: what the events look like.
        target: the ARN of what gets them.
        target_id: names the target within the rule.
        message: what the target gets, a sentence with ``<name>`` where values stand; absent: the
            event.
        message_values: where in the event the values are found (``$.detail.stage``), by name.

    """
    transformer = None
    if message is not None:
        transformer = InputTransformer(
            InputPathsMap=dict(message_values or {}), InputTemplate=f'"{message}"'
        )
    return Rule(
        title,
        Description=description,
        EventPattern=dict(pattern),
        Targets=[Target(Arn=target, Id=target_id, **given(InputTransformer=transformer))],
    )
