"""ECS Managed Instances in the template: provider, roles, and the boundary of the roles."""

from typing import Any

import pytest

from cfn_pipeline.project import rendering
from tests.stacks.applications import APPLICATIONS, MANAGED, stack_of, statements_of

RENDERED = rendering(MANAGED).templates
RESOURCES = RENDERED["stack.yml"]["Resources"]
SPOT = stack_of(APPLICATIONS["managed instances, spot, arm"])["Resources"]


def _template(resources: dict[str, Any]) -> dict[str, Any]:
    provider = resources["ApplicationCapacityProvider"]["Properties"]["ManagedInstancesProvider"]
    template: dict[str, Any] = provider["InstanceLaunchTemplate"]
    return template


def test_the_provider_belongs_to_the_cluster_and_is_its_default() -> None:
    provider = RESOURCES["ApplicationCapacityProvider"]["Properties"]
    assert provider["ClusterName"] == {"Ref": "ApplicationCluster"}
    association = RESOURCES["ApplicationClusterCapacity"]["Properties"]
    strategy = [{"CapacityProvider": {"Ref": "ApplicationCapacityProvider"}, "Weight": 1}]
    assert association["DefaultCapacityProviderStrategy"] == strategy
    # ECS refuses to associate it once more.
    assert association["CapacityProviders"] == []
    assert RESOURCES["ApplicationService"]["Properties"]["CapacityProviderStrategy"] == strategy
    assert "ApplicationClusterCapacity" in RESOURCES["MigrateTask"]["DependsOn"]


def test_instances_are_what_the_application_asks_for() -> None:
    plain = _template(RESOURCES)
    assert plain["CapacityOptionType"] == "ON_DEMAND"
    assert "InstanceRequirements" not in plain
    spot = _template(SPOT)
    assert spot["CapacityOptionType"] == "SPOT"
    assert spot["StorageConfiguration"] == {"StorageSizeGiB": 100}
    assert spot["InstanceRequirements"] == {
        "VCpuCount": {"Min": 2, "Max": 8},
        "MemoryMiB": {"Min": 4096},
        "CpuManufacturers": ["amazon-web-services"],
        "AllowedInstanceTypes": ["m7g.*", "c7g.large"],
    }
    assert spot["NetworkConfiguration"]["Subnets"] == {"Ref": "PrivateSubnets"}


def test_tasks_have_an_address_of_their_own() -> None:
    task = RESOURCES["ApplicationTaskDefinition"]["Properties"]
    assert task["RequiresCompatibilities"] == ["MANAGED_INSTANCES"]
    assert (task["NetworkMode"], task["Cpu"], task["Memory"]) == ("awsvpc", "256", "512")
    assert RESOURCES["ApplicationServiceTargetGroup"]["Properties"]["TargetType"] == "ip"
    network = RESOURCES["ApplicationService"]["Properties"]["NetworkConfiguration"]
    # ECS refuses public addresses for tasks on instances.
    assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
    assert network["AwsvpcConfiguration"]["Subnets"] == {"Ref": "PrivateSubnets"}
    egress = {
        name: [rule["FromPort"] for rule in r["Properties"]["SecurityGroupEgress"]]
        for name, r in SPOT.items()
        if r["Type"] == "AWS::EC2::SecurityGroup"
    }
    assert egress["ApplicationTaskSecurityGroup"] == [443, 587]
    assert egress["ApplicationInstanceSecurityGroup"] == [443]


def test_ecs_starts_instances_with_their_role_and_group_only() -> None:
    statements = statements_of(RESOURCES["ApplicationInfrastructureRole"])
    role = {"Fn::GetAtt": ["ApplicationInstanceRole", "Arn"]}
    assert statements["PassInstanceRole"]["Resource"] == [role]
    used = str(statements["UseImagesAndNetwork"]["Resource"])
    assert "security-group/${ApplicationInstanceSecurityGroup}" in used
    tagged = {"StringEquals": {"aws:RequestTag/AmazonECSManaged": "true"}}
    assert statements["MakeManagedInstances"]["Condition"] == tagged
    assert "LinkSpotRole" not in statements
    assert "LinkSpotRole" in statements_of(SPOT["ApplicationInfrastructureRole"])


@pytest.mark.parametrize(
    "action", ["ec2:RunInstances", "iam:PassRole", "ecs:Poll", "ec2:CreateFleet"]
)
def test_the_boundary_allows_what_the_roles_do(action: str) -> None:
    boundary = RENDERED["environment-dev.yml"]["Resources"]["PermissionsBoundary"]["Properties"]
    statements = [s for s in boundary["PolicyDocument"]["Statement"] if action in s["Action"]]
    assert statements
    # The id of a security group does not begin with the stack's name.
    assert "security-group/orders" not in str(statements)


def test_the_deployment_role_may_link_ecs_compute() -> None:
    resources = RENDERED["environment-dev.yml"]["Resources"]
    policies = [r for r in resources.values() if r["Type"] == "AWS::IAM::ManagedPolicy"]
    assert "ecs-compute.amazonaws.com" in str(policies)
    other = rendering(APPLICATIONS["scheduled task on ec2"]).templates["environment-dev.yml"]
    assert "ecs-compute.amazonaws.com" not in str(other)
