"""Load balancers, rules of listeners, and how requests are shifted."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    EditionError,
    LoadBalancer,
    ModelError,
    application_template,
)
from tests.stacks.applications import (
    APPLICATIONS,
    CERTIFICATE,
    ORDERS,
    SHARED,
    stack_of,
    statements_of,
)


def test_an_internal_load_balancer() -> None:
    stack = stack_of(APPLICATIONS["internal load balancer"])
    resources = stack["Resources"]
    load_balancer = resources["ApplicationLoadBalancer"]["Properties"]
    assert (load_balancer["Scheme"], load_balancer["Subnets"]) == (
        "internal",
        {"Ref": "PrivateSubnets"},
    )
    assert "ApplicationSubnets" not in stack["Parameters"]
    assert stack["Parameters"]["CertificateArn"]["Default"] == CERTIFICATE
    assert [*stack["Outputs"]] == ["PrivateURL"]
    group = resources["ApplicationServiceTargetGroup"]["Properties"]
    assert group["Matcher"] == {"HttpCode": "200,302"}
    assert group["HealthCheckIntervalSeconds"] == 10
    assert group["HealthyThresholdCount"] == 2
    assert "UnhealthyThresholdCount" not in group
    service = resources["ApplicationService"]["Properties"]
    assert service["HealthCheckGracePeriodSeconds"] == 120


def test_a_rule_of_a_listener_that_exists() -> None:
    stack = stack_of(SHARED)
    resources = stack["Resources"]
    assert not [r for r in resources.values() if r["Type"].endswith("V2::LoadBalancer")]
    rule = resources["ApplicationLoadBalancerListenerRule"]["Properties"]
    assert rule == {
        "ListenerArn": {"Ref": "ListenerArn"},
        "Priority": 10,
        "Conditions": [
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}},
            {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/orders", "/orders/*"]}},
        ],
        "Actions": [
            {"Type": "forward", "TargetGroupArn": {"Ref": "ApplicationServiceTargetGroup"}}
        ],
    }
    assert "ApplicationLoadBalancerListenerRule" in resources["ApplicationService"]["DependsOn"]
    ingress = resources["ApplicationLoadBalancerToApplicationIngress"]["Properties"]
    assert ingress["SourceSecurityGroupId"] == {"Ref": "LoadBalancerSecurityGroup"}
    assert "ApplicationSubnets" not in stack["Parameters"]
    assert "Outputs" not in stack


def test_a_listener_of_another_stack() -> None:
    stack = stack_of(APPLICATIONS["shared listener by exports, requests"])
    resources = stack["Resources"]
    rule = resources["ApplicationLoadBalancerListenerRule"]["Properties"]
    listener = {"Fn::ImportValue": "shop-listener"}
    assert rule["ListenerArn"] == listener
    ingress = resources["ApplicationLoadBalancerToApplicationIngress"]["Properties"]
    assert ingress["SourceSecurityGroupId"] == {"Fn::ImportValue": "shop-alb"}
    assert "ListenerArn" not in stack["Parameters"]
    policy = resources["ApplicationServiceAutoscalingRequestsPolicy"]["Properties"]
    metric = policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]
    parts = [{"Fn::Select": [n, {"Fn::Split": ["/", listener]}]} for n in (1, 2, 3)]
    group = {"Fn::GetAtt": ["ApplicationServiceTargetGroup", "TargetGroupFullName"]}
    # app/<name>/<id>/targetgroup/<name>/<id>
    assert metric["ResourceLabel"] == {"Fn::Join": ["/", [*parts, group]]}


def test_a_canary_behind_a_shared_listener() -> None:
    resources = stack_of(APPLICATIONS["shared listener, canary"])["Resources"]
    rule = resources["ApplicationLoadBalancerListenerRule"]["Properties"]
    assert rule["Priority"] == 10
    [action] = rule["Actions"]
    assert [g["Weight"] for g in action["ForwardConfig"]["TargetGroups"]] == [1, 0]
    service = resources["ApplicationService"]["Properties"]["LoadBalancers"][0]
    assert service["AdvancedConfiguration"]["ProductionListenerRule"] == {
        "Ref": "ApplicationLoadBalancerListenerRule"
    }


def test_the_book_has_one_load_balancer_over_http() -> None:
    book = Application(name="orders", source=ORDERS.source, container=ORDERS.container)
    https = replace(book, load_balancer=LoadBalancer(certificate=CERTIFICATE))
    with pytest.raises(ModelError, match="this edition has no HTTPS"):
        application_template(https, edition=BOOK)
    with pytest.raises(EditionError, match="the book edition has no SharedLoadBalancer"):
        application_template(replace(book, load_balancer=SHARED.load_balancer), edition=BOOK)


def test_how_requests_are_shifted() -> None:
    def deployment(name: str) -> dict[str, Any]:
        service = stack_of(APPLICATIONS[name])["Resources"]["ApplicationService"]["Properties"]
        configuration: dict[str, Any] = service["DeploymentConfiguration"]
        assert configuration.pop("Alarms") == {
            "AlarmNames": [
                {"Ref": "ApplicationServiceTargetGroupErrorsAlarm"},
                {"Ref": "ApplicationServiceAlternateTargetGroupErrorsAlarm"},
            ],
            "Enable": True,
            "Rollback": True,
        }
        assert service["LoadBalancers"][0]["AdvancedConfiguration"] == {
            "AlternateTargetGroupArn": {"Ref": "ApplicationServiceAlternateTargetGroup"},
            "ProductionListenerRule": {"Ref": "ApplicationLoadBalancerListenerRule"},
            "RoleArn": {"Fn::GetAtt": ["ApplicationTrafficRole", "Arn"]},
        }
        return configuration

    tasks = {"MaximumPercent": 200, "MinimumHealthyPercent": 100}
    assert deployment("blue/green") == {
        **tasks,
        "Strategy": "BLUE_GREEN",
        "BakeTimeInMinutes": 30,
    }
    assert deployment("linear") == {
        **tasks,
        "Strategy": "LINEAR",
        "BakeTimeInMinutes": 5,
        "LinearConfiguration": {"StepPercent": 20, "StepBakeTimeInMinutes": 5},
    }
    assert deployment("canary") == {
        **tasks,
        "Strategy": "CANARY",
        "BakeTimeInMinutes": 20,
        "CanaryConfiguration": {"CanaryPercent": 5, "CanaryBakeTimeInMinutes": 20},
    }


def test_what_shifts_requests() -> None:
    resources = stack_of(APPLICATIONS["canary"])["Resources"]
    first = resources["ApplicationServiceTargetGroup"]
    assert resources["ApplicationServiceAlternateTargetGroup"] == first
    rule = resources["ApplicationLoadBalancerListenerRule"]["Properties"]
    assert rule["ListenerArn"] == {
        "Fn::If": [
            "HasCertificate",
            {"Ref": "ApplicationLoadBalancerHttpsListener"},
            {"Ref": "ApplicationLoadBalancerHttpListener"},
        ]
    }
    [action] = rule["Actions"]
    groups = action["ForwardConfig"]["TargetGroups"]
    assert [(g["TargetGroupArn"]["Ref"], g["Weight"]) for g in groups] == [
        ("ApplicationServiceTargetGroup", 1),
        ("ApplicationServiceAlternateTargetGroup", 0),
    ]
    role = resources["ApplicationTrafficRole"]
    [trusted] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert set(trusted["Condition"]) == {"StringEqualsIfExists", "ArnLikeIfExists"}
    statements = statements_of(role)
    assert statements["ShiftRequests"]["Action"] == ["elasticloadbalancing:ModifyRule"]
    assert statements["ShiftRequests"]["Resource"] == [
        {"Ref": "ApplicationLoadBalancerListenerRule"}
    ]
    alarm = resources["ApplicationServiceAlternateTargetGroupErrorsAlarm"]["Properties"]
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (1, "notBreaching")
    dimensions = alarm["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"]
    assert [d["Value"]["Fn::GetAtt"] for d in dimensions] == [
        ["ApplicationLoadBalancer", "LoadBalancerFullName"],
        ["ApplicationServiceAlternateTargetGroup", "TargetGroupFullName"],
    ]


def test_the_book_deploys_in_one_way() -> None:
    with pytest.raises(EditionError, match="the book edition has no Canary; it has Rolling"):
        application_template(APPLICATIONS["canary on ec2"], edition=BOOK)
