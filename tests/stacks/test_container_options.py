"""Secrets, permissions and health checks of containers, in the template."""

from dataclasses import replace

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    Ec2,
    Egress,
    Fargate,
    ModelError,
    Secret,
    application_template,
)
from cfn_pipeline.model.compute import Compute
from cfn_pipeline.project import rendering
from tests.stacks.applications import (
    AGENT,
    GUARDED,
    KEY,
    ORDERS,
    PROXY,
    QUEUE,
    SECRET_ARN,
    WORKER,
    stack_of,
    statements_of,
)


def test_secrets_are_read_by_ecs() -> None:
    resources = stack_of(GUARDED)["Resources"]
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
    statements = statements_of(resources["ApplicationExecutionRole"])
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


def test_parameters_without_a_key_are_decrypted_with_that_of_aws_and_no_other() -> None:
    foreign = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop"
    secrets = {"TOKEN": Secret("ssm:token"), "SHOP": Secret(foreign)}
    container = replace(WORKER.containers[0], secrets=secrets)
    rendered = rendering(replace(WORKER, container=container)).templates
    statements = statements_of(rendered["stack.yml"]["Resources"]["ApplicationExecutionRole"])
    assert "DecryptContainerParameters" not in statements
    assert "ReadContainerSecrets" not in statements
    decrypt = statements["DecryptContainerParametersWithKeyOfAws"]
    assert decrypt["Action"] == ["kms:Decrypt"]
    assert decrypt["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:kms:{region}:${{AWS::AccountId}}:key/*"}
        for region in ("${AWS::Region}", "eu-west-1")
    ]
    assert decrypt["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [
                {"Fn::Sub": f"ssm.{region}.${{AWS::URLSuffix}}"}
                for region in ("${AWS::Region}", "eu-west-1")
            ],
            "kms:EncryptionContext:PARAMETER_ARN": (
                statements["ReadContainerParameters"]["Resource"]
            ),
        },
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/aws/ssm"},
    }
    environment = rendered["environment-dev.yml"]["Resources"]
    boundary = environment["PermissionsBoundary"]["Properties"]["PolicyDocument"]["Statement"]
    assert [s for s in boundary if s["Sid"] == decrypt["Sid"]] == [decrypt]


@pytest.mark.parametrize("compute", [Ec2, Fargate])
def test_tasks_may_reach_what_the_application_sets(compute: type[Compute]) -> None:
    egress = [
        Egress(587),
        Egress(6379, to="sg-0a1b2c3d"),
        Egress(53, to="10.0.0.2/32", protocol="udp"),
    ]
    resources = stack_of(replace(WORKER, compute=compute(egress=egress)))["Resources"]
    [group] = [r for r in resources.values() if r["Type"] == "AWS::EC2::SecurityGroup"]
    rules = group["Properties"]["SecurityGroupEgress"]
    assert [rule.get("CidrIp", rule.get("DestinationSecurityGroupId")) for rule in rules] == [
        "0.0.0.0/0",
        "0.0.0.0/0",
        "sg-0a1b2c3d",
        "10.0.0.2/32",
    ]
    assert [(r["IpProtocol"], r["FromPort"], r["ToPort"]) for r in rules] == [
        ("tcp", 443, 443),
        ("tcp", 587, 587),
        ("tcp", 6379, 6379),
        ("udp", 53, 53),
    ]


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
    assert "Policies" not in stack_of(WORKER)["Resources"]["ApplicationTaskRole"]["Properties"]


def test_the_health_check_of_a_container() -> None:
    task = stack_of(GUARDED)["Resources"]["ApplicationTaskDefinition"]["Properties"]
    assert task["ContainerDefinitions"][0]["HealthCheck"] == {
        "Command": ["CMD-SHELL", "test -e /tmp/ready"],
        "Interval": 10,
        "Timeout": 5,
        "Retries": 3,
        "StartPeriod": 60,
    }


def test_a_sidecar_has_its_own_image_and_its_repository_can_be_pulled_from() -> None:
    sidecars = [replace(AGENT, depends_on={}), replace(AGENT, name="b", image="1.dkr.ecr.x/y:1")]
    resources = stack_of(replace(ORDERS, sidecars=[PROXY, *sidecars]))["Resources"]
    task = resources["ApplicationTaskDefinition"]["Properties"]
    first, proxy, agent, _ = task["ContainerDefinitions"]
    assert proxy["Image"] == PROXY.image
    assert agent["Image"] == {"Fn::Sub": AGENT.image}
    assert proxy["DependsOn"] == [{"ContainerName": "orders", "Condition": "START"}]
    assert "User" not in proxy
    assert agent["User"] == "1000:1000"
    # Images of others get the database's password only where it is asked for.
    assert {s["Name"] for s in first["Secrets"]} == {"PGPASSWORD"}
    assert {s["Name"] for s in agent["Secrets"]} == {"AGENT_KEY"}
    assert "Secrets" not in proxy
    pull = statements_of(resources["ApplicationExecutionRole"])["PullImages"]
    here = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository"
    assert pull["Resource"] == [{"Fn::Sub": f"{here}/orders"}, {"Fn::Sub": f"{here}/tools/agent"}]


def test_an_image_of_another_account() -> None:
    image = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/tools/agent@sha256:" + "0a" * 32
    container = replace(WORKER.containers[0], image=image)
    stack = stack_of(replace(WORKER, container=container, build=None))
    assert "ApplicationImageTag" not in stack["Parameters"]
    pull = statements_of(stack["Resources"]["ApplicationExecutionRole"])["PullImages"]
    repository = "arn:${AWS::Partition}:ecr:eu-west-1:444455556666:repository/tools/agent"
    assert pull["Resource"] == [{"Fn::Sub": repository}]


@pytest.mark.parametrize("option", ["secrets", "permissions", "health_check"])
def test_the_book_has_no_such_container(option: str) -> None:
    container = replace(WORKER.containers[0], **{option: getattr(GUARDED.container, option)})
    application = Application(
        name="orders", source=WORKER.source, container=container, load_balancer=None
    )
    with pytest.raises(ModelError, match=f"this edition has no {option}"):
        application_template(application, edition=BOOK)
