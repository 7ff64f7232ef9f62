"""The application's stack in the current edition: what lasts on AWS."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import Ec2, MySql, PostgreSql, application_template, todobackend

TEMPLATE: dict[str, Any] = application_template(todobackend).to_dict()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]


def properties(logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[logical_id]["Properties"]
    return found


def test_days_of_backups_are_a_parameter_because_the_free_plan_allows_one() -> None:
    assert properties("ApplicationDatabase")["BackupRetentionPeriod"] == {
        "Ref": "DatabaseBackupDays"
    }
    limits = PARAMETERS["DatabaseBackupDays"]
    assert (limits["Default"], limits["MinValue"], limits["MaxValue"]) == (7, 1, 35)


@pytest.mark.parametrize(
    "kind, version, family, default, fitting, others",
    [
        (MySql, None, "mysql8.4", "8.4", ["8.4", "8.4.11"], ["8.0", "8.40", "8.4.", "9.7.1"]),
        (MySql, "8.0.46", "mysql8.0", "8.0.46", ["8.0", "8.0.46-rds.20260908"], ["8.4.11", "8x0"]),
        (PostgreSql, None, "postgres17", "17", ["17", "17.11"], ["16.4", "18", "170", "17."]),
    ],
)
def test_minor_upgrades_are_not_undone(
    kind: Any, version: str | None, family: str, default: str, fitting: list[str], others: list[str]
) -> None:
    """RDS upgrades minor versions and refuses to go back; 8.4 and 17 name no minor version."""
    database = kind(name="todobackend", username="todobackend", engine_version=version)
    template = application_template(replace(todobackend, database=database)).to_dict()
    server = template["Resources"]["ApplicationDatabase"]["Properties"]
    group = template["Resources"]["ApplicationDatabaseParameterGroup"]["Properties"]
    parameter = template["Parameters"]["DatabaseEngineVersion"]
    assert server["EngineVersion"] == {"Ref": "DatabaseEngineVersion"}
    assert server["AutoMinorVersionUpgrade"] is True
    assert group["Family"] == family
    assert parameter["Default"] == default
    pattern = re.compile(parameter["AllowedPattern"])
    assert all(pattern.fullmatch(value) for value in fitting)
    assert not [value for value in others if pattern.fullmatch(value)]


def test_the_database_can_have_subnets_of_its_own() -> None:
    assert PARAMETERS["DatabaseSubnets"]["Default"] == ""
    subnets = {"Ref": "DatabaseSubnets"}
    assert TEMPLATE["Conditions"]["HasDatabaseSubnets"] == {
        "Fn::Not": [{"Fn::Equals": [{"Fn::Select": [0, subnets]}, ""]}]
    }
    assert properties("ApplicationDatabaseSubnetGroup")["SubnetIds"] == {
        "Fn::If": ["HasDatabaseSubnets", subnets, {"Ref": "ApplicationSubnets"}]
    }


def test_nothing_scales_or_replaces_instances_while_they_are_updated() -> None:
    update = RESOURCES["ApplicationAutoscaling"]["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert update["SuspendProcesses"] == [
        *("HealthCheck", "ReplaceUnhealthy", "AZRebalance", "AlarmNotification"),
        *("ScheduledActions", "InstanceRefresh"),
    ]
    # An update needs both: with either suspended, it would wait for ever.
    assert not {"Launch", "Terminate"} & set(update["SuspendProcesses"])


def test_the_tag_that_ecs_adds_to_the_group_is_in_the_template() -> None:
    assert properties("ApplicationAutoscaling")["Tags"][-1] == {
        "Key": "AmazonECSManaged",
        "Value": "true",
        "PropagateAtLaunch": True,
    }


def test_deletion_does_not_wait_for_instances_to_be_drained() -> None:
    """CloudFormation deletes dependents first: the provider, the hook, then the group."""
    hook = RESOURCES["ApplicationAutoscalingDrainingHook"]
    assert hook["Properties"] == {
        "LifecycleHookName": "ecs-managed-draining-termination-hook",
        "AutoScalingGroupName": {"Ref": "ApplicationAutoscaling"},
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "DefaultResult": "CONTINUE",
        "HeartbeatTimeout": 900,
    }
    provider = RESOURCES["ApplicationCapacityProvider"]
    assert provider["DependsOn"] == ["ApplicationAutoscalingDrainingHook"]
    assert provider["Properties"]["AutoScalingGroupProvider"]["ManagedDraining"] == "ENABLED"


@pytest.mark.parametrize("compute, least, most", [(Ec2(), 0, 4), (Ec2(minimum=1, maximum=6), 1, 6)])
def test_fewest_instances_are_a_parameter(compute: Ec2, least: int, most: int) -> None:
    template = application_template(replace(todobackend, compute=compute)).to_dict()
    group = template["Resources"]["ApplicationAutoscaling"]["Properties"]
    parameter = template["Parameters"]["ApplicationMinimumInstances"]
    assert group["MinSize"] == {"Ref": "ApplicationMinimumInstances"}
    assert (parameter["Default"], parameter["MaxValue"]) == (least, most)


def test_ec2_s_principal_has_the_partition_s_suffix() -> None:
    trust = properties("ApplicationAutoscalingInstanceRole")["AssumeRolePolicyDocument"]
    assert json.loads(json.dumps(trust.to_dict() if hasattr(trust, "to_dict") else trust))[
        "Statement"
    ][0]["Principal"] == {"Service": [{"Fn::Sub": "ec2.${AWS::URLSuffix}"}]}


def test_two_tasks_and_a_migration_fit_on_an_instance() -> None:
    """A t3.micro has 2,048 CPU units; ECS's agent registers about 916 MiB."""

    def sizes(task: str) -> tuple[int, int]:
        containers = properties(task)["ContainerDefinitions"]
        return (
            sum(container["Cpu"] for container in containers),
            sum(container["MemoryReservation"] for container in containers),
        )

    (cpu, memory), (migration_cpu, migration_memory) = map(
        sizes, ("ApplicationTaskDefinition", "MigrateTaskDefinition")
    )
    assert 2 * cpu + migration_cpu <= 2048
    assert 2 * memory + migration_memory <= 916
    # Scaling aims at half of what is reserved: a quarter of the instance for each of two tasks.
    assert cpu >= 2048 / 2 * 0.9
