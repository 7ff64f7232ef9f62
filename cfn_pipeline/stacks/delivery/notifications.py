"""Notifications: a pipeline waits for an approval, has failed, or a stage has succeeded.

The events are EventBridge's, which exists in every region; notification rules do not.
https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awacs import sns
from awacs.aws import Allow, Principal, Statement
from troposphere import Equals, Not, Parameter, Ref
from troposphere.events import InputTransformer, Rule, Target
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from cfn_pipeline.policies.documents import document
from cfn_pipeline.stacks.stack import Stack

TOPIC = "NotificationTopic"
HAS_EMAIL = "HasNotificationEmail"

_EMAIL = Parameter(
    "NotificationEmail",
    Type="String",
    Description="E-mail address for notifications of approvals, failures and stages; empty: none",
    Default="",
    AllowedPattern="([^@ ]+@[^@ ]+)?",
    ConstraintDescription="an e-mail address, or nothing",
)


@dataclass(frozen=True, kw_only=True)
class _Notification:
    title: str
    description: str
    detail_type: str
    detail: Mapping[str, Any]
    message: str
    values: Mapping[str, str]


_NOTIFICATIONS = (
    _Notification(
        title="ApprovalRequested",
        description="An approval is requested",
        detail_type="CodePipeline Action Execution State Change",
        detail={"state": ["STARTED"], "type": {"category": ["Approval"]}},
        message="Pipeline <pipeline> waits in stage <stage> for the approval <action>.",
        values={
            "pipeline": "$.detail.pipeline",
            "stage": "$.detail.stage",
            "action": "$.detail.action",
        },
    ),
    _Notification(
        title="PipelineFailed",
        description="An execution has failed",
        detail_type="CodePipeline Pipeline Execution State Change",
        detail={"state": ["FAILED"]},
        message="Pipeline <pipeline> has failed in execution <execution>.",
        values={"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
    ),
    _Notification(
        title="StageSucceeded",
        description="A stage has succeeded",
        detail_type="CodePipeline Stage Execution State Change",
        detail={"state": ["SUCCEEDED"]},
        message="Pipeline <pipeline> has completed stage <stage>.",
        values={"pipeline": "$.detail.pipeline", "stage": "$.detail.stage"},
    ),
)


def add_notifications(stack: Stack) -> None:
    """Add a topic, the rules that publish to it, and an optional e-mail address that gets it."""
    email = stack.parameter(_EMAIL)
    stack.template.add_condition(HAS_EMAIL, Not(Equals(email, "")))
    stack.add(
        Topic(TOPIC, KmsMasterKeyId=stack.key),
        TopicPolicy(
            f"{TOPIC}Policy",
            Topics=[Ref(TOPIC)],
            # EventBridge sends no condition keys when it publishes to a topic.
            PolicyDocument=document(
                Statement(
                    Sid="AllowEventBridgeToPublish",
                    Effect=Allow,
                    Principal=Principal("Service", "events.amazonaws.com"),
                    Action=[sns.Publish],
                    Resource=[Ref(TOPIC)],
                )
            ),
        ),
        SubscriptionResource(
            "NotificationSubscription",
            Condition=HAS_EMAIL,
            TopicArn=Ref(TOPIC),
            Protocol="email",
            Endpoint=email,
        ),
        *(
            Rule(
                notification.title,
                Description=f"{notification.description}: pipeline {stack.name}",
                EventPattern={
                    "source": ["aws.codepipeline"],
                    "detail-type": [notification.detail_type],
                    "detail": {"pipeline": [stack.name], **notification.detail},
                },
                Targets=[
                    Target(
                        Arn=Ref(TOPIC),
                        Id=TOPIC,
                        InputTransformer=InputTransformer(
                            InputPathsMap=dict(notification.values),
                            InputTemplate=f'"{notification.message}"',
                        ),
                    )
                ],
            )
            for notification in _NOTIFICATIONS
        ),
    )
