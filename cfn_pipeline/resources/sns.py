"""Amazon SNS: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html."""

from awacs.aws import PolicyDocument
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from cfn_pipeline.model.values import Value, given

__all__ = ["subscription", "topic", "topic_policy"]


def topic(title: str, *, key: Value | None = None) -> Topic:
    """Make a topic; without the ARN of a ``key`` what is published is not encrypted."""
    return Topic(title, **given(KmsMasterKeyId=key))


def subscription(
    title: str, *, topic: Value, protocol: str, endpoint: Value, condition: str | None = None
) -> SubscriptionResource:
    """Send what is published to a topic to an endpoint, when the ``condition`` holds."""
    return SubscriptionResource(
        title,
        **given(Condition=condition),
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
    )


def topic_policy(title: str, *, topic: Value, policy: PolicyDocument) -> TopicPolicy:
    """Say who may publish to a topic."""
    return TopicPolicy(title, Topics=[topic], PolicyDocument=policy)
