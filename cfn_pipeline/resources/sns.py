"""Amazon SNS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html."""

from troposphere.sns import SubscriptionResource, Topic

from cfn_pipeline.model.values import Value

__all__ = ["subscription", "topic"]


def topic(title: str) -> Topic:
    """Make a topic."""
    return Topic(title)


def subscription(
    title: str, *, topic: Value, protocol: str, endpoint: Value
) -> SubscriptionResource:
    """Send what is published to a topic to an endpoint."""
    return SubscriptionResource(title, TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
