"""How the service's new tasks take over: deployments of ECS, with what they need."""

from typing import Any

from awacs.aws import ArnLikeIfExists, StringEqualsIfExists
from awacs.aws import Condition as IamCondition
from troposphere import GetAtt, Ref, ecs
from troposphere.cloudwatch import Alarm, Metric, MetricDataQuery, MetricDimension, MetricStat
from troposphere.elasticloadbalancingv2 import (
    Condition,
    ForwardConfig,
    ListenerRule,
    ListenerRuleAction,
    PathPatternConfig,
    TargetGroupTuple,
)

from cfn_pipeline.model.strategies import BlueGreen, Canary, Linear, Rolling, TrafficShift
from cfn_pipeline.model.values import Value
from cfn_pipeline.policies.application import shift_traffic
from cfn_pipeline.policies.documents import document, trust
from cfn_pipeline.resources.iam import role
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Frontend, Strategy
from cfn_pipeline.stacks.application.stack import ApplicationStack

ALTERNATE_TARGET_GROUP = "ApplicationServiceAlternateTargetGroup"
ROLE = "ApplicationTrafficRole"

_AT_LEAST_ALL: dict[str, Any] = {"MaximumPercent": 200, "MinimumHealthyPercent": 100}


def rolling(stack: ApplicationStack, deployment: Rolling) -> Strategy:
    """Return a rolling deployment, which goes on until its tasks are healthy."""
    del stack, deployment
    return Strategy(configuration=ecs.DeploymentConfiguration(**_AT_LEAST_ALL))


def rolling_or_back(stack: ApplicationStack, deployment: Rolling) -> Strategy:
    """Return a rolling deployment, which is rolled back when its tasks do not become healthy."""
    del stack, deployment
    breaker = ecs.DeploymentCircuitBreaker(Enable=True, Rollback=True)
    return Strategy(
        configuration=ecs.DeploymentConfiguration(**_AT_LEAST_ALL, DeploymentCircuitBreaker=breaker)
    )


def blue_green(stack: ApplicationStack, deployment: BlueGreen) -> Strategy:
    """Add what a blue/green deployment needs."""
    return _shift(
        stack, deployment, Strategy="BLUE_GREEN", BakeTimeInMinutes=deployment.bake_minutes
    )


def linear(stack: ApplicationStack, deployment: Linear) -> Strategy:
    """Add what a deployment in equal steps needs."""
    return _shift(
        stack,
        deployment,
        Strategy="LINEAR",
        BakeTimeInMinutes=deployment.minutes,
        LinearConfiguration=ecs.LinearConfiguration(
            StepPercent=deployment.percent, StepBakeTimeInMinutes=deployment.minutes
        ),
    )


def canary(stack: ApplicationStack, deployment: Canary) -> Strategy:
    """Add what a deployment that begins with a few requests needs."""
    return _shift(
        stack,
        deployment,
        Strategy="CANARY",
        BakeTimeInMinutes=deployment.bake_minutes,
        CanaryConfiguration=ecs.CanaryConfiguration(
            CanaryPercent=deployment.percent, CanaryBakeTimeInMinutes=deployment.bake_minutes
        ),
    )


def _shift(stack: ApplicationStack, deployment: TrafficShift, **configuration: Any) -> Strategy:
    """Add a second target group, the rule between the two, ECS's role and the alarms.

    ECS changes the rule's weights, and so its resource drifts. The listener's own action is never
    reached.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
    """
    [frontend] = stack.all(Frontend)
    groups = [frontend.target_group, Ref(ALTERNATE_TARGET_GROUP)]
    rule = _rule(frontend)
    rule.Actions = [
        ListenerRuleAction(
            Type="forward",
            ForwardConfig=ForwardConfig(
                TargetGroups=[
                    TargetGroupTuple(TargetGroupArn=group, Weight=weight)
                    for group, weight in zip(groups, (1, 0), strict=True)
                ]
            ),
        )
    ]
    alarms = [
        _alarm(frontend, f"{name}ErrorsAlarm", GetAtt(name, "TargetGroupFullName"), deployment)
        for name in (ids.TARGET_GROUP, ALTERNATE_TARGET_GROUP)
    ]
    application = stack.application
    services = stack.arns.regional("ecs", "*")
    stack.add(
        frontend.target_group_of(ALTERNATE_TARGET_GROUP),
        *([] if frontend.listener_rule else [rule]),
        role(
            ROLE,
            description=f"ECS, shifting requests to containers of {application.name}",
            # AWS's page has no condition here: ECS may call without a source.
            trust=trust(
                "ecs.amazonaws.com",
                IamCondition(
                    [
                        StringEqualsIfExists({"aws:SourceAccount": Ref("AWS::AccountId")}),
                        ArnLikeIfExists({"aws:SourceArn": services}),
                    ]
                ),
            ),
            policies={"TrafficPermissions": document(*shift_traffic(groups, Ref(rule)))},
        ),
        *alarms,
    )
    return Strategy(
        configuration=ecs.DeploymentConfiguration(
            **_AT_LEAST_ALL,
            **configuration,
            Alarms=ecs.DeploymentAlarms(
                AlarmNames=[Ref(alarm) for alarm in alarms], Enable=True, Rollback=True
            ),
        ),
        advanced=ecs.AdvancedConfiguration(
            AlternateTargetGroupArn=Ref(ALTERNATE_TARGET_GROUP),
            ProductionListenerRule=Ref(rule),
            RoleArn=GetAtt(ROLE, "Arn"),
        ),
    )


def _rule(frontend: Frontend) -> ListenerRule:
    """Return the rule that leads to the service; absent: one for every request."""
    return frontend.listener_rule or ListenerRule(
        ids.LISTENER_RULE,
        ListenerArn=frontend.listener,
        Priority=1,
        Conditions=[
            Condition(Field="path-pattern", PathPatternConfig=PathPatternConfig(Values=["/*"]))
        ],
    )


def _alarm(frontend: Frontend, title: str, group: Value, deployment: TrafficShift) -> Alarm:
    dimensions = [
        MetricDimension(Name="LoadBalancer", Value=frontend.full_name),
        MetricDimension(Name="TargetGroup", Value=group),
    ]
    metrics = {"errors": "HTTPCode_Target_5XX_Count", "requests": "RequestCount"}
    return Alarm(
        title,
        AlarmDescription="Share of responses with a status of 500 to 599, in percent",
        Metrics=[
            MetricDataQuery(Id="share", Expression="100 * errors / requests", ReturnData=True),
            *(
                MetricDataQuery(
                    Id=name,
                    ReturnData=False,
                    MetricStat=MetricStat(
                        Metric=Metric(
                            Namespace="AWS/ApplicationELB",
                            MetricName=metric,
                            Dimensions=dimensions,
                        ),
                        Period=60,
                        Stat="Sum",
                    ),
                )
                for name, metric in metrics.items()
            ),
        ],
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=deployment.error_percent,
        TreatMissingData="notBreaching",
    )
