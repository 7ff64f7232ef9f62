"""Applications of other aspects than todobackend's: what stands in their templates."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import (
    BOOK,
    Allow,
    Application,
    BlueGreen,
    Canary,
    Container,
    EditionError,
    Environment,
    Fargate,
    GitHubRepository,
    HealthCheck,
    Linear,
    ListenerRule,
    LoadBalancer,
    ModelError,
    MySql,
    PostgreSql,
    Queue,
    Scaling,
    ScheduledTask,
    Secret,
    application_template,
    render,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.project import rendering
from tests.cfn_lint import lint

ORDERS = Application(
    name="orders",
    source=GitHubRepository("acme/orders"),
    container=Container(name="orders", cpu=256, memory=512, port=8080),
    compute=Fargate(),
    database=PostgreSql(name="orders", username="orders"),
    environments=[
        Environment(
            "dev",
            vpc_id="vpc-1a",
            subnets=["subnet-1a", "subnet-2b"],
            private_subnets=["subnet-3c", "subnet-4d"],
        )
    ],
)
WORKER = replace(
    ORDERS,
    container=Container(name="worker", cpu=256, memory=512),
    load_balancer=None,
    database=None,
)

KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:orders/shop-a1B2c3"
QUEUE = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"
GUARDED = replace(
    WORKER,
    container=Container(
        name="worker",
        cpu=256,
        memory=512,
        secrets={
            "TOKEN": Secret("ssm:/orders/token", encryption_key=KEY),
            "API_KEY": Secret("secretsmanager:orders/payment:API_KEY", encryption_key=KEY),
            "API_USER": Secret("secretsmanager:orders/payment:API_USER"),
            "SHOP": Secret(SECRET_ARN),
        },
        permissions=[
            Allow(["sqs:ReceiveMessage", "sqs:DeleteMessage"], on=QUEUE),
            Allow("s3:GetObject", on=["arn:aws:s3:::orders/*", "arn:aws:s3:::prices/*"]),
        ],
        health_check=HealthCheck("test -e /tmp/ready", interval=10, start_period=60),
    ),
)

QUEUE_WORKER = replace(
    WORKER,
    minimum_tasks=0,
    maximum_tasks=3,
    scaling=Scaling(queue=Queue("jobs", messages_per_task=5)),
)

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b-2c3d"
RULE = ListenerRule(priority=10, paths=["/orders", "/orders/*"], hosts=["shop.example.com"])
SHARED = replace(
    ORDERS,
    compute=Fargate(private=True),
    load_balancer=LoadBalancer(listener_rule=RULE),
    database=None,
    environments=[
        replace(
            ORDERS.environments[0],
            parameters={
                "ListenerArn": (
                    "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/shop/0a/1b"
                ),
                "LoadBalancerSecurityGroup": "sg-0a1b2c3d",
            },
        )
    ],
)

REPORT = ScheduledTask(
    "monthly-report",
    schedule="cron(0 3 1 * ? *)",
    timezone="Europe/Berlin",
    container=Container(
        name="report",
        cpu=1024,
        memory=4096,
        command=["report"],
        permissions=[Allow("s3:PutObject", on="arn:aws:s3:::reports/*")],
    ),
)
CLEAN = ScheduledTask("clean", schedule="rate(1 hour)", container=replace(REPORT.container, cpu=5))

APPLICATIONS = {
    "scheduled tasks": replace(ORDERS, scheduled_tasks=[REPORT, CLEAN]),
    "scheduled tasks, private, spot": replace(
        ORDERS, compute=Fargate(private=True, spot_percent=100), scheduled_tasks=[CLEAN]
    ),
    "scheduled task on ec2": Application(
        name="orders",
        source=ORDERS.source,
        container=WORKER.container,
        load_balancer=None,
        scheduled_tasks=[REPORT],
    ),
    "internal load balancer": replace(
        ORDERS,
        compute=Fargate(private=True),
        load_balancer=LoadBalancer(
            internal=True,
            certificate=CERTIFICATE,
            health_check_codes="200,302",
            health_check_interval=10,
            healthy_threshold=2,
            grace_period=120,
        ),
    ),
    "internal load balancer on ec2": Application(
        name="orders",
        source=ORDERS.source,
        container=ORDERS.container,
        load_balancer=LoadBalancer(internal=True),
    ),
    "shared listener": SHARED,
    "shared listener by exports, requests": replace(
        SHARED,
        environments=ORDERS.environments,
        load_balancer=LoadBalancer(
            listener_rule=replace(
                RULE, listener_export="shop-listener", security_group_export="shop-alb"
            )
        ),
        scaling=Scaling(requests_per_task=100),
    ),
    "shared listener, canary": replace(SHARED, deployment=Canary()),
    "blue/green": replace(ORDERS, deployment=BlueGreen(bake_minutes=30)),
    "linear": replace(ORDERS, deployment=Linear(percent=20, minutes=5)),
    "canary": replace(ORDERS, deployment=Canary(percent=5, bake_minutes=20, error_percent=1)),
    "canary on ec2": Application(
        name="orders", source=ORDERS.source, container=ORDERS.container, deployment=Canary()
    ),
    "scaled by cpu, memory and requests": replace(
        ORDERS, scaling=Scaling(cpu_percent=60, memory_percent=70, requests_per_task=500)
    ),
    "scaled by a queue": QUEUE_WORKER,
    "secrets, permissions, health check": GUARDED,
    "fargate, postgresql": ORDERS,
    "fargate, mysql": replace(ORDERS, database=MySql(name="orders", username="orders")),
    "fargate, private, spot, arm": replace(
        ORDERS, compute=Fargate(private=True, spot_percent=60, architecture="ARM64")
    ),
    "fargate, no database": replace(ORDERS, database=None),
    "fargate, migration": replace(
        ORDERS, migration=Container(name="migrate", cpu=256, memory=512, command=["migrate"])
    ),
    "worker on fargate": WORKER,
    "private worker": replace(WORKER, compute=Fargate(private=True)),
    "worker on ec2": Application(
        name="orders", source=ORDERS.source, container=WORKER.containers[0], load_balancer=None
    ),
}


def _stack(application: Application) -> dict[str, Any]:
    return rendering(application).templates["stack.yml"]


@pytest.mark.lint
@pytest.mark.parametrize("name", APPLICATIONS)
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stack.yml"
    path.write_text(render(APPLICATIONS[name])["stack.yml"], encoding="utf-8")
    regions = ["us-east-1", "eu-central-1", "ap-southeast-2"]
    assert [str(match) for match in lint(path, include=["I"], regions=regions)] == []


@pytest.mark.parametrize("name", APPLICATIONS)
def test_checks_find_nothing(name: str) -> None:
    rendered = rendering(APPLICATIONS[name])
    assert check_system(read_texts(rendered.files, parsed=rendered.templates)) == []


def test_tasks_on_fargate_have_addresses_of_their_own() -> None:
    resources = _stack(ORDERS)["Resources"]
    task = resources["ApplicationTaskDefinition"]["Properties"]
    assert (task["NetworkMode"], task["Cpu"], task["Memory"]) == ("awsvpc", "256", "512")
    assert task["RequiresCompatibilities"] == ["FARGATE"]
    service = resources["ApplicationService"]["Properties"]
    assert service["NetworkConfiguration"] == {
        "AwsvpcConfiguration": {
            "AssignPublicIp": "ENABLED",
            "SecurityGroups": [{"Ref": "ApplicationTaskSecurityGroup"}],
            "Subnets": {"Ref": "ApplicationSubnets"},
        }
    }
    assert service["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]
    assert resources["ApplicationServiceTargetGroup"]["Properties"]["TargetType"] == "ip"
    ingress = resources["ApplicationLoadBalancerToApplicationIngress"]["Properties"]
    assert (ingress["FromPort"], ingress["ToPort"]) == (8080, 8080)
    assert not [r for r in resources.values() if r["Type"].startswith("AWS::AutoScaling::")]


def test_private_tasks() -> None:
    application = replace(ORDERS, compute=Fargate(private=True, spot_percent=60))
    resources = _stack(application)["Resources"]
    service = resources["ApplicationService"]["Properties"]
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"
    private = {"Ref": "PrivateSubnets"}
    assert network["Subnets"] == private
    assert resources["ApplicationDatabaseSubnetGroup"]["Properties"]["SubnetIds"] == {
        "Fn::If": ["HasDatabaseSubnets", {"Ref": "DatabaseSubnets"}, private]
    }
    assert resources["ApplicationLoadBalancer"]["Properties"]["Subnets"] == {
        "Ref": "ApplicationSubnets"
    }
    weights = {s["CapacityProvider"]: s["Weight"] for s in service["CapacityProviderStrategy"]}
    assert weights == {"FARGATE": 40, "FARGATE_SPOT": 60}
    assert '"PrivateSubnets": "subnet-3c,subnet-4d"' in render(application)["dev.json"]


def test_postgresql() -> None:
    stack = _stack(ORDERS)
    resources = stack["Resources"]
    database = resources["ApplicationDatabase"]["Properties"]
    assert database["Engine"] == "postgres"
    group = resources["ApplicationDatabaseParameterGroup"]["Properties"]
    major = stack["Parameters"]["DatabaseEngineVersion"]["Default"].partition(".")[0]
    assert group["Family"] == f"postgres{major}"
    assert group["Parameters"] == {"rds.force_ssl": "1"}
    container = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    assert [v["Name"] for v in container["Environment"]] == ["PGHOST", "PGUSER", "PGDATABASE"]
    assert [s["Name"] for s in container["Secrets"]] == ["PGPASSWORD"]
    rule = resources["ApplicationToApplicationDatabaseIngress"]["Properties"]
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)


def test_a_migration_on_fargate_runs_in_the_network_of_the_tasks() -> None:
    resources = _stack(APPLICATIONS["fargate, migration"])["Resources"]
    service = resources["ApplicationService"]["Properties"]["NetworkConfiguration"]
    vpc = service["AwsvpcConfiguration"]
    assert resources["MigrateTask"]["Properties"]["NetworkConfiguration"] == {
        "awsvpcConfiguration": {
            "assignPublicIp": "ENABLED",
            "securityGroups": vpc["SecurityGroups"],
            "subnets": vpc["Subnets"],
        }
    }


def _statements(role: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    [policy] = role["Properties"]["Policies"]
    return {s.get("Sid"): s for s in policy["PolicyDocument"]["Statement"]}


def test_secrets_are_read_by_ecs() -> None:
    resources = _stack(GUARDED)["Resources"]
    container = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    here = "${AWS::Region}:${AWS::AccountId}"
    payment = f"arn:${{AWS::Partition}}:secretsmanager:{here}:secret:orders/payment"
    parameter = {"Fn::Sub": f"arn:${{AWS::Partition}}:ssm:{here}:parameter/orders/token"}
    assert {s["Name"]: s["ValueFrom"] for s in container["Secrets"]} == {
        "TOKEN": parameter,
        "API_KEY": {"Fn::Sub": f"{payment}:API_KEY::"},
        "API_USER": {"Fn::Sub": f"{payment}:API_USER::"},
        "SHOP": SECRET_ARN,
    }
    statements = _statements(resources["ApplicationExecutionRole"])
    read = statements["ReadContainerSecrets"]
    assert read["Action"] == ["secretsmanager:GetSecretValue"]
    assert read["Resource"] == [SECRET_ARN, {"Fn::Sub": f"{payment}-??????"}]
    assert statements["ReadContainerParameters"]["Action"] == ["ssm:GetParameters"]
    assert statements["ReadContainerParameters"]["Resource"] == [parameter]
    for sid, service in [
        ("DecryptContainerSecrets", "secretsmanager"),
        ("DecryptContainerParameters", "ssm"),
    ]:
        assert statements[sid]["Action"] == ["kms:Decrypt"]
        assert statements[sid]["Resource"] == [KEY]
        through = {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"}
        assert statements[sid]["Condition"] == {"StringEquals": {"kms:ViaService": through}}


def test_without_a_key_nothing_is_decrypted() -> None:
    container = replace(WORKER.containers[0], secrets={"TOKEN": Secret("ssm:token")})
    resources = _stack(replace(WORKER, container=container))["Resources"]
    statements = _statements(resources["ApplicationExecutionRole"])
    assert "ReadContainerParameters" in statements
    assert "DecryptContainerParameters" not in statements
    assert "ReadContainerSecrets" not in statements


def test_permissions_are_those_of_the_task_role_and_of_the_boundary() -> None:
    rendered = rendering(GUARDED).templates
    resources = rendered["stack.yml"]["Resources"]
    [policy] = resources["ApplicationTaskRole"]["Properties"]["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
            "Resource": [{"Fn::Sub": QUEUE}],
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::orders/*", "arn:aws:s3:::prices/*"],
        },
    ]
    boundary = rendered["environment-dev.yml"]["Resources"]["PermissionsBoundary"]
    actions = {
        action
        for statement in boundary["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    needed = {"sqs:ReceiveMessage", "s3:GetObject", "ssm:GetParameters", "kms:Decrypt"}
    assert needed <= actions
    assert "Policies" not in _stack(WORKER)["Resources"]["ApplicationTaskRole"]["Properties"]


def test_the_health_check_of_a_container() -> None:
    task = _stack(GUARDED)["Resources"]["ApplicationTaskDefinition"]["Properties"]
    assert task["ContainerDefinitions"][0]["HealthCheck"] == {
        "Command": ["CMD-SHELL", "test -e /tmp/ready"],
        "Interval": 10,
        "Timeout": 5,
        "Retries": 3,
        "StartPeriod": 60,
    }


@pytest.mark.parametrize("option", ["secrets", "permissions", "health_check"])
def test_the_book_has_no_such_container(option: str) -> None:
    container = replace(WORKER.containers[0], **{option: getattr(GUARDED.container, option)})
    application = Application(
        name="orders", source=WORKER.source, container=container, load_balancer=None
    )
    with pytest.raises(ModelError, match=f"this edition has no {option}"):
        application_template(application, edition=BOOK)


def _metrics(application: Application) -> dict[str, tuple[int, Any]]:
    found = {}
    for resource in _stack(application)["Resources"].values():
        if resource["Type"] == "AWS::ApplicationAutoScaling::ScalingPolicy":
            tracking = resource["Properties"]["TargetTrackingScalingPolicyConfiguration"]
            metric = tracking["PredefinedMetricSpecification"]
            kind = metric["PredefinedMetricType"]
            found[kind] = (tracking["TargetValue"], metric.get("ResourceLabel"))
    return found


def test_scaling_by_cpu_memory_and_requests() -> None:
    assert _metrics(ORDERS) == {"ECSServiceAverageCPUUtilization": (50, None)}
    label = (
        "${ApplicationLoadBalancer.LoadBalancerFullName}/"
        "${ApplicationServiceTargetGroup.TargetGroupFullName}"
    )
    assert _metrics(APPLICATIONS["scaled by cpu, memory and requests"]) == {
        "ECSServiceAverageCPUUtilization": (60, None),
        "ECSServiceAverageMemoryUtilization": (70, None),
        "ALBRequestCountPerTarget": (500, {"Fn::Sub": label}),
    }
    memory = replace(ORDERS, scaling=Scaling(memory_percent=70))
    assert _metrics(memory) == {"ECSServiceAverageMemoryUtilization": (70, None)}


def test_an_internal_load_balancer() -> None:
    stack = _stack(APPLICATIONS["internal load balancer"])
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
    stack = _stack(SHARED)
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
    stack = _stack(APPLICATIONS["shared listener by exports, requests"])
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
    resources = _stack(APPLICATIONS["shared listener, canary"])["Resources"]
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


def test_scheduled_tasks() -> None:
    resources = _stack(APPLICATIONS["scheduled tasks"])["Resources"]
    schedule = resources["ScheduledMonthlyReport"]["Properties"]
    assert schedule["ScheduleExpression"] == "cron(0 3 1 * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    parameters = schedule["Target"]["EcsParameters"]
    assert parameters["TaskDefinitionArn"] == {"Ref": "ScheduledMonthlyReportTaskDefinition"}
    assert parameters["CapacityProviderStrategy"] == [{"CapacityProvider": "FARGATE", "Weight": 1}]
    service = resources["ApplicationService"]["Properties"]
    assert parameters["NetworkConfiguration"] == service["NetworkConfiguration"]
    sizes = {
        name: (resource["Properties"]["Cpu"], resource["Properties"]["Memory"])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
    }
    assert sizes == {
        "ApplicationTaskDefinition": ("256", "512"),
        "ScheduledMonthlyReportTaskDefinition": ("1024", "4096"),
        "ScheduledCleanTaskDefinition": ("512", "4096"),
    }
    statements = _statements(resources["ScheduledTasksRole"])
    here = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    assert statements["RunTask"]["Resource"] == [
        {"Fn::Sub": f"{here}:task-definition/${{AWS::StackName}}-scheduled-{name}:*"}
        for name in ("monthly-report", "clean")
    ]
    assert statements["PassTaskRoles"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    allowed = resources["ApplicationTaskRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    assert allowed["Statement"][0]["Action"] == ["s3:PutObject"]
    on_ec2 = _stack(APPLICATIONS["scheduled task on ec2"])["Resources"]["ScheduledMonthlyReport"]
    assert "NetworkConfiguration" not in on_ec2["Properties"]["Target"]["EcsParameters"]


def test_how_requests_are_shifted() -> None:
    def deployment(name: str) -> dict[str, Any]:
        service = _stack(APPLICATIONS[name])["Resources"]["ApplicationService"]["Properties"]
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
    resources = _stack(APPLICATIONS["canary"])["Resources"]
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
    statements = _statements(resources["ApplicationTrafficRole"])
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


def _tasks(steps: list[dict[str, int]], messages: int) -> int:
    """Return what a policy of exact capacity sets; its alarm's threshold is one message."""
    [step] = [
        step["ScalingAdjustment"]
        for step in steps
        if step.get("MetricIntervalLowerBound", -1) <= messages - 1
        and messages - 1 < step.get("MetricIntervalUpperBound", messages)
    ]
    return step


@given(st.integers(1, 200), st.integers(1, 50), st.integers(1, 100_000))
def test_there_are_tasks_for_the_messages_of_a_queue(
    maximum: int, messages_per_task: int, messages: int
) -> None:
    application = replace(
        QUEUE_WORKER,
        maximum_tasks=maximum,
        scaling=Scaling(queue=Queue("jobs", messages_per_task=messages_per_task)),
    )
    policy = application_template(application).to_dict()["Resources"][
        "ApplicationServiceAutoscalingQueuePolicy"
    ]["Properties"]["StepScalingPolicyConfiguration"]
    assert policy["AdjustmentType"] == "ExactCapacity"
    steps = policy["StepAdjustments"]
    assert len(steps) <= 20
    needed = min(maximum, math.ceil(messages / messages_per_task))
    tasks = _tasks(steps, messages)
    assert needed <= tasks <= maximum
    if maximum <= 20:
        assert tasks == needed


def test_a_worker_that_scales_to_zero() -> None:
    rendered = render(replace(QUEUE_WORKER, environments=[Environment("prod", approval=True)]))
    assert 'ApplicationDesiredCount": "0"' in rendered["prod.json"]
    resources = _stack(QUEUE_WORKER)["Resources"]
    empty = resources["ApplicationQueueEmptyAlarm"]["Properties"]
    assert (empty["ComparisonOperator"], empty["Threshold"]) == ("LessThanThreshold", 1)
    assert empty["AlarmActions"] == [{"Ref": "ApplicationServiceAutoscalingEmptyQueuePolicy"}]
    [_, waiting, working] = empty["Metrics"]
    metric = waiting["MetricStat"]["Metric"]
    assert metric["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert metric["Dimensions"] == [{"Name": "QueueName", "Value": "jobs"}]
    not_visible = working["MetricStat"]["Metric"]["MetricName"]
    assert not_visible == "ApproximateNumberOfMessagesNotVisible"
    policy = resources["ApplicationServiceAutoscalingEmptyQueuePolicy"]["Properties"]
    [step] = policy["StepScalingPolicyConfiguration"]["StepAdjustments"]
    assert step == {"MetricIntervalUpperBound": 0, "ScalingAdjustment": 0}
    assert "ApplicationServiceAutoscalingPolicy" not in resources


def test_the_book_scales_by_cpu_only() -> None:
    application = Application(
        name="orders",
        source=ORDERS.source,
        container=ORDERS.containers[0],
        scaling=Scaling(memory_percent=70),
    )
    with pytest.raises(ModelError, match="this edition scales by steps of CPU only"):
        application_template(application, edition=BOOK)


@pytest.mark.parametrize("name", ["worker on fargate", "private worker", "worker on ec2"])
def test_a_worker_is_not_reached(name: str) -> None:
    template = _stack(APPLICATIONS[name])
    types = {resource["Type"] for resource in template["Resources"].values()}
    assert not [kind for kind in types if "LoadBalancing" in kind]
    assert "AWS::EC2::SecurityGroupIngress" not in types
    service = template["Resources"]["ApplicationService"]["Properties"]
    assert "LoadBalancers" not in service
    assert "HealthCheckGracePeriodSeconds" not in service
    assert "Outputs" not in template
    has_public = "ApplicationSubnets" in template["Parameters"]
    assert has_public == (name != "private worker")
