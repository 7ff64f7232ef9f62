"""Whom a pipeline tells that it waits, has failed, or has come through a stage.

The events are EventBridge's, which is there in every region, as notification rules are not.
https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awacs import sns as actions
from awacs.aws import Allow, Principal, Statement
from troposphere import Equals, Not, Parameter, Ref, Template

from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import document
from cfn_pipeline.resources import events, sns
from cfn_pipeline.stacks.document import add_resources

__all__ = ["add_notifications"]

TOPIC = "NotificationTopic"
HAS_EMAIL = "HasNotificationEmail"

_EMAIL = Parameter(
    "NotificationEmail",
    Type="String",
    Description="E-mail address that is told about approvals, failures and stages; empty: nobody",
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
        description="A person is asked to approve",
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
        message="Pipeline <pipeline> has come through stage <stage>.",
        values={"pipeline": "$.detail.pipeline", "stage": "$.detail.stage"},
    ),
)


def add_notifications(template: Template, pipeline: Pipeline, *, key: Value) -> None:
    """Add a topic, what is published to it, and an optional e-mail address that gets it."""
    template.add_parameter(_EMAIL)
    template.add_condition(HAS_EMAIL, Not(Equals(Ref(_EMAIL), "")))
    add_resources(
        template,
        sns.topic(TOPIC, key=key),
        sns.topic_policy(
            f"{TOPIC}Policy",
            topic=Ref(TOPIC),
            # EventBridge passes no key of a condition when it publishes to a topic.
            policy=document(
                Statement(
                    Sid="LetEventBridgePublish",
                    Effect=Allow,
                    Principal=Principal("Service", "events.amazonaws.com"),
                    Action=[actions.Publish],
                    Resource=[Ref(TOPIC)],
                )
            ),
        ),
        sns.subscription(
            "NotificationSubscription",
            topic=Ref(TOPIC),
            protocol="email",
            endpoint=Ref(_EMAIL),
            condition=HAS_EMAIL,
        ),
        *(
            events.rule(
                notification.title,
                description=f"{notification.description}: pipeline {pipeline.name}",
                pattern={
                    "source": ["aws.codepipeline"],
                    "detail-type": [notification.detail_type],
                    "detail": {"pipeline": [pipeline.name], **notification.detail},
                },
                target=Ref(TOPIC),
                target_id=TOPIC,
                message=notification.message,
                message_values=notification.values,
            )
            for notification in _NOTIFICATIONS
        ),
    )
