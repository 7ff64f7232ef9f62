"""A rule of a listener that exists, for load balancers that several services share."""

from collections.abc import Callable
from functools import partial

from troposphere import GetAtt, ImportValue, Join, Parameter, Ref, Select, Split
from troposphere.elasticloadbalancingv2 import (
    Condition,
    HostHeaderConfig,
    ListenerRule,
    ListenerRuleAction,
    PathPatternConfig,
)

from cfn_pipeline.model.load_balancers import ListenerRule as Rule
from cfn_pipeline.model.load_balancers import SharedLoadBalancer
from cfn_pipeline.model.values import Value
from cfn_pipeline.stacks import exports
from cfn_pipeline.stacks.application import ids
from cfn_pipeline.stacks.application.interfaces import Frontend
from cfn_pipeline.stacks.application.load_balancer import HEALTH_CHECK_PORT, target_group
from cfn_pipeline.stacks.application.stack import ApplicationStack


def listener_rule(stack: ApplicationStack, shared: SharedLoadBalancer) -> Frontend:
    """Add a rule that forwards requests to the service; the listener is another stack's."""
    target_group_of = partial(target_group, stack, shared.load_balancer, HEALTH_CHECK_PORT)
    listener = _import_or_parameter(
        stack,
        shared.rule.listener_export or _export(stack, exports.listener),
        Parameter(
            "ListenerArn",
            Type="String",
            Description="ARN of the listener of an Application Load Balancer",
            AllowedPattern="arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener/app/.+",
            ConstraintDescription="the ARN of a listener of an Application Load Balancer",
        ),
    )
    security_group = _import_or_parameter(
        stack,
        shared.rule.security_group_export or _export(stack, exports.listener_security_group),
        Parameter(
            "LoadBalancerSecurityGroup",
            Type="AWS::EC2::SecurityGroup::Id",
            Description="Security group of the load balancer",
        ),
    )
    rule = ListenerRule(
        ids.LISTENER_RULE,
        ListenerArn=listener,
        Priority=shared.rule.priority,
        Conditions=_conditions(shared.rule),
        Actions=[ListenerRuleAction(Type="forward", TargetGroupArn=Ref(ids.TARGET_GROUP))],
    )
    stack.add(target_group_of(ids.TARGET_GROUP), rule)
    # arn:...:listener/app/<name>/<id>/<id of the listener>
    parts = [Select(number, Split("/", listener)) for number in (1, 2, 3)]
    return Frontend(
        security_group=security_group,
        rule="Requests from the load balancer to containers",
        subnets=None,
        target_group=Ref(ids.TARGET_GROUP),
        target_group_of=target_group_of,
        depends_on=[ids.LISTENER_RULE],
        listener_rule=rule,
        full_name=Join("/", parts),
        label=Join("/", [*parts, GetAtt(ids.TARGET_GROUP, "TargetGroupFullName")]),
    )


def _export(stack: ApplicationStack, name: Callable[[str], str]) -> str | None:
    """Return an export of the listener that the applications of a file share; None: none is."""
    shared = stack.application.shared
    return None if shared is None or shared.listener is None else name(shared.name)


def _import_or_parameter(
    stack: ApplicationStack, export: str | None, parameter: Parameter
) -> Value:
    return stack.parameter(parameter) if export is None else ImportValue(export)


def _conditions(rule: Rule) -> list[Condition]:
    conditions = []
    if rule.hosts:
        hosts = HostHeaderConfig(Values=list(rule.hosts))
        conditions.append(Condition(Field="host-header", HostHeaderConfig=hosts))
    if rule.paths:
        paths = PathPatternConfig(Values=list(rule.paths))
        conditions.append(Condition(Field="path-pattern", PathPatternConfig=paths))
    return conditions
