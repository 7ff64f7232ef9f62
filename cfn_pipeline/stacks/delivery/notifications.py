"""Notifications: a pipeline waits for an approval, has failed, or its last stage has succeeded.

The events are EventBridge's, which exists in every region; notification rules do not.
https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
"""

from collections.abc import Mapping
from typing import Any

from awacs import sns
from awacs.aws import Allow, Principal, Statement
from troposphere import Equals, FindInMap, Not, Parameter, Ref, Sub
from troposphere.events import InputTransformer, Rule, Target
from troposphere.sns import SubscriptionResource, Topic, TopicPolicy

from cfn_pipeline.aws.consoles import CONSOLES
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.model.pipeline import Pipeline
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.documents import document
from cfn_pipeline.stacks.delivery.approvals import add_approval_function, approval_target
from cfn_pipeline.stacks.stack import Stack

TOPIC = "NotificationTopic"
HAS_EMAIL = "HasNotificationEmail"
DOMAINS = "ConsoleDomains"
APPROVAL = "ApprovalRequested"

#: To the pipeline in the console, in templates of EventBridge.
_LINK = (
    "https://${AWS::Region}.${Domain}/codesuite/codepipeline/pipelines/<pipeline>/view"
    "?region=${AWS::Region}"
)

_EMAIL = Parameter(
    "NotificationEmail",
    Type="String",
    Description="E-mail address for notifications of approvals, failures, successes; empty: none",
    Default="",
    AllowedPattern="([^@ ]+@[^@ ]+)?",
    ConstraintDescription="an e-mail address, or nothing",
)


@frozen
class _Notification(Frozen):
    title: str
    description: str
    detail_type: str
    detail: Mapping[str, Any]
    message: str
    values: Mapping[str, str]


def add_notifications(stack: Stack, pipeline: Pipeline | None) -> None:
    """Add a topic, the rules that publish to it, and an optional e-mail address that gets it.

    Each message has a link to the pipeline in the console, which leads on to change sets and logs.
    Where an approval describes changes, a function publishes the message that one waits.

    Args:
        stack: to which they are added.
        pipeline: whose events are published; None: those of all pipelines in the account and
            region.

    """
    is_described = pipeline is not None and bool(pipeline.described_approvals)
    who = "any pipeline" if pipeline is None else f"pipeline {stack.name}"
    only: dict[str, Any] = {} if pipeline is None else {"pipeline": [stack.name]}
    stack.template.add_mapping(DOMAINS, {name: {"Domain": d} for name, d in CONSOLES.items()})
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
                Description=f"{notification.description}: {who}",
                EventPattern={
                    "source": ["aws.codepipeline"],
                    "detail-type": [notification.detail_type],
                    "detail": {**only, **notification.detail},
                },
                Targets=[
                    approval_target(f"{notification.message} {_LINK}", _domain())
                    if is_described and notification.title == APPROVAL
                    else _topic_target(notification)
                ],
            )
            for notification in _notifications(pipeline)
        ),
    )
    if pipeline is not None and is_described:
        add_approval_function(stack, pipeline, rule=APPROVAL, topic=TOPIC, domain=_domain())


def _topic_target(notification: _Notification) -> Target:
    """Return the topic as the target of a rule, with a message."""
    return Target(
        Arn=Ref(TOPIC),
        Id=TOPIC,
        InputTransformer=InputTransformer(
            InputPathsMap=dict(notification.values),
            InputTemplate=Sub(f'"{notification.message} {_LINK}"', Domain=_domain()),
        ),
    )


def _domain() -> Value:
    return FindInMap(DOMAINS, Ref("AWS::Partition"), "Domain")


def _notifications(pipeline: Pipeline | None) -> tuple[_Notification, ...]:
    return (
        _Notification(
            title=APPROVAL,
            description="An approval is requested",
            detail_type="CodePipeline Action Execution State Change",
            detail={"state": ["STARTED"], "type": {"category": ["Approval"]}},
            message="Pipeline <pipeline> waits in stage <stage> for the approval <action>:",
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
            message="Pipeline <pipeline> has failed in execution <execution>:",
            values={"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
        ),
        _SUCCESS if pipeline is None else _last_stage(pipeline),
    )


#: Pipelines have last stages of different names.
_SUCCESS = _Notification(
    title="PipelineSucceeded",
    description="An execution has succeeded",
    detail_type="CodePipeline Pipeline Execution State Change",
    detail={"state": ["SUCCEEDED"]},
    message="Pipeline <pipeline> has succeeded in execution <execution>:",
    values={"pipeline": "$.detail.pipeline", "execution": "$.detail.execution-id"},
)


def _last_stage(pipeline: Pipeline) -> _Notification:
    return _Notification(
        title="StageSucceeded",
        description="The last stage has succeeded",
        detail_type="CodePipeline Stage Execution State Change",
        detail={"state": ["SUCCEEDED"], "stage": [pipeline.stages[-1].name]},
        message="Pipeline <pipeline> has completed its last stage, <stage>:",
        values={"pipeline": "$.detail.pipeline", "stage": "$.detail.stage"},
    )
