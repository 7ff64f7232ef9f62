"""What stands in the templates of applications with other aspects than todobackend's."""

from dataclasses import replace
from pathlib import Path

import pytest

from cfn_pipeline import (
    Fargate,
    render,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.project import rendering
from tests.cfn_lint import lint
from tests.stacks.applications import APPLICATIONS, ORDERS, stack_of


@pytest.mark.thorough
@pytest.mark.lint
@pytest.mark.parametrize("name", APPLICATIONS)
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stack.yml"
    path.write_text(render(APPLICATIONS[name])["stack.yml"], encoding="utf-8")
    regions = ["us-east-1", "eu-west-1", "ap-southeast-2"]
    assert [str(match) for match in lint(path, include=["I"], regions=regions)] == []


@pytest.mark.parametrize("name", APPLICATIONS)
def test_checks_find_nothing(name: str) -> None:
    rendered = rendering(APPLICATIONS[name])
    assert check_system(read_texts(rendered.files, parsed=rendered.templates)) == []


def test_tasks_on_fargate_have_addresses_of_their_own() -> None:
    resources = stack_of(ORDERS)["Resources"]
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
    resources = stack_of(application)["Resources"]
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
    stack = stack_of(ORDERS)
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
    resources = stack_of(APPLICATIONS["fargate, migration"])["Resources"]
    service = resources["ApplicationService"]["Properties"]["NetworkConfiguration"]
    vpc = service["AwsvpcConfiguration"]
    assert resources["MigrateTask"]["Properties"]["NetworkConfiguration"] == {
        "awsvpcConfiguration": {
            "assignPublicIp": "ENABLED",
            "securityGroups": vpc["SecurityGroups"],
            "subnets": vpc["Subnets"],
        }
    }


@pytest.mark.parametrize("name", ["worker on fargate", "private worker", "worker on ec2"])
def test_a_worker_is_not_reached(name: str) -> None:
    template = stack_of(APPLICATIONS[name])
    types = {resource["Type"] for resource in template["Resources"].values()}
    assert not [kind for kind in types if "LoadBalancing" in kind]
    assert "AWS::EC2::SecurityGroupIngress" not in types
    service = template["Resources"]["ApplicationService"]["Properties"]
    assert "LoadBalancers" not in service
    assert "HealthCheckGracePeriodSeconds" not in service
    assert "Outputs" not in template
    has_public = "ApplicationSubnets" in template["Parameters"]
    assert has_public == (name != "private worker")
