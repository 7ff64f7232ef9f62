"""File systems in the template: encrypted, mounted with TLS and the role of the tasks."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import Ec2, EfsVolume, ExistingEfsVolume
from cfn_pipeline.project import rendering
from tests.stacks.applications import (
    APPLICATIONS,
    ORDERS_CONTAINER,
    UPLOADS,
    stack_of,
    statements_of,
)

RENDERED = rendering(UPLOADS).templates
STACK = RENDERED["stack.yml"]
RESOURCES = STACK["Resources"]
HERE = "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}"


def _of_type(type_: str) -> dict[str, dict[str, Any]]:
    return {n: r["Properties"] for n, r in RESOURCES.items() if r["Type"] == f"AWS::EFS::{type_}"}


def test_a_file_system_is_encrypted_backed_up_and_stays() -> None:
    [file_system] = _of_type("FileSystem").values()
    assert file_system["Encrypted"] is True
    assert file_system["KmsKeyId"] == {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-key"}}
    assert file_system["BackupPolicy"] == {"Status": "ENABLED"}
    assert RESOURCES["UploadsFileSystem"]["DeletionPolicy"] == "RetainExceptOnCreate"
    [deny] = file_system["FileSystemPolicy"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == (
        "Deny",
        {"Bool": {"aws:SecureTransport": "false"}},
    )


@pytest.mark.parametrize(("days", "after"), [(1, "AFTER_1_DAY"), (30, "AFTER_30_DAYS")])
def test_files_that_are_not_read_cost_less(days: int, after: str) -> None:
    volume = EfsVolume(days_until_infrequent_access=days)
    resources = stack_of(replace(UPLOADS, volumes={"uploads": volume}))["Resources"]
    policies = resources["UploadsFileSystem"]["Properties"]["LifecyclePolicies"]
    assert {"TransitionToIA": after} in policies


def test_mount_targets_are_where_tasks_run() -> None:
    targets = _of_type("MountTarget")
    subnets = {"Ref": "ApplicationSubnets"}
    assert [t["SubnetId"]["Fn::Select"] for t in targets.values()] == [
        [n, subnets] for n in range(3)
    ]
    assert "Condition" not in RESOURCES["UploadsMountTarget2"]
    assert RESOURCES["UploadsMountTarget3"]["Condition"] == "HasThirdSubnet"
    group = {"Ref": "UploadsFileSystemSecurityGroup"}
    assert all(target["SecurityGroups"] == [group] for target in targets.values())
    ingress = RESOURCES["ApplicationToUploadsFileSystemIngress"]["Properties"]
    assert (ingress["FromPort"], ingress["ToPort"]) == (2049, 2049)
    assert ingress["SourceSecurityGroupId"] == {"Ref": "ApplicationTaskSecurityGroup"}
    for title in ("ApplicationService", "MigrateTask", "ScheduledClean"):
        assert {"UploadsMountTarget1", "UploadsMountTarget2"} <= {*RESOURCES[title]["DependsOn"]}


def test_tasks_mount_it_through_an_access_point_with_tls_and_their_role() -> None:
    for title in ("Application", "Migrate", "ScheduledClean"):
        task = RESOURCES[f"{title}TaskDefinition"]["Properties"]
        assert task["Volumes"] == [
            {
                "Name": "uploads",
                "EFSVolumeConfiguration": {
                    "FilesystemId": {"Ref": "UploadsFileSystem"},
                    "TransitEncryption": "ENABLED",
                    "AuthorizationConfig": {
                        "AccessPointId": {"Ref": "UploadsAccessPoint"},
                        "IAM": "ENABLED",
                    },
                },
            }
        ]
        mount = {"SourceVolume": "uploads", "ContainerPath": "/uploads"}
        assert task["ContainerDefinitions"][0]["MountPoints"] == [mount]
    [access_point] = _of_type("AccessPoint").values()
    assert access_point["PosixUser"] == {"Uid": "1000", "Gid": "1000"}
    statement = statements_of(RESOURCES["ApplicationTaskRole"])["MountUploads"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["UploadsFileSystem", "Arn"]}]
    arn = {"Fn::GetAtt": ["UploadsAccessPoint", "Arn"]}
    assert statement["Condition"] == {"StringLike": {"elasticfilesystem:AccessPointArn": arn}}


def test_the_boundary_allows_what_the_role_does() -> None:
    boundary = RENDERED["environment-dev.yml"]["Resources"]["PermissionsBoundary"]["Properties"]
    [mount] = [s for s in boundary["PolicyDocument"]["Statement"] if s["Sid"] == "MountUploads"]
    assert mount["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert mount["Resource"] == [{"Fn::Sub": f"{HERE}:file-system/*"}]
    assert mount["Condition"] == {
        "StringLike": {"elasticfilesystem:AccessPointArn": [{"Fn::Sub": f"{HERE}:access-point/*"}]}
    }


def test_a_file_system_that_is_only_read() -> None:
    application = replace(UPLOADS, volumes={"uploads": EfsVolume(read_only=True)})
    resources = stack_of(application)["Resources"]
    task = resources["ApplicationTaskDefinition"]["Properties"]
    assert task["ContainerDefinitions"][0]["MountPoints"][0]["ReadOnly"] is True
    statement = statements_of(resources["ApplicationTaskRole"])["MountUploads"]
    assert statement["Action"] == ["elasticfilesystem:ClientMount"]


def test_instances_reach_the_file_system_as_tasks_do() -> None:
    resources = stack_of(APPLICATIONS["efs on ec2, read only"])["Resources"]
    egress = resources["ApplicationToSharedDataFileSystemEgress"]["Properties"]
    assert egress["GroupId"] == {"Ref": "ApplicationAutoscalingSecurityGroup"}


def test_only_what_is_mounted_is_in_a_task() -> None:
    application = replace(UPLOADS, compute=Ec2(), container=ORDERS_CONTAINER)
    resources = stack_of(application)["Resources"]
    assert "Volumes" not in resources["ApplicationTaskDefinition"]["Properties"]
    assert "UploadsMountTarget1" not in resources["ApplicationService"]["DependsOn"]
    assert {*statements_of(resources["ApplicationTaskRole"])} == {"MountUploads"}


def test_an_existing_file_system_has_other_ids_in_another_environment() -> None:
    other = {"UploadsFileSystemId": "fs-0000000a", "UploadsAccessPointId": "fsap-0000000a"}
    environment = replace(UPLOADS.environments[0], name="prod", parameters=other)
    application = replace(
        APPLICATIONS["existing efs"], environments=[*UPLOADS.environments, environment]
    )
    rendered = rendering(application).templates
    parameters = rendered["stack.yml"]["Parameters"]
    assert parameters["UploadsFileSystemId"]["Default"] == "fs-0a1b2c3d4e5f60718"
    assert parameters["UploadsFileSystemSecurityGroup"]["Type"] == "AWS::EC2::SecurityGroup::Id"
    for name, file_system in [("dev", "fs-0a1b2c3d4e5f60718"), ("prod", "fs-0000000a")]:
        boundary = rendered[f"environment-{name}.yml"]["Resources"]["PermissionsBoundary"]
        statements = boundary["Properties"]["PolicyDocument"]["Statement"]
        [mount] = [s for s in statements if s["Sid"] == "MountUploads"]
        assert mount["Resource"] == [{"Fn::Sub": f"{HERE}:file-system/{file_system}"}]


def test_without_an_access_point_the_root_is_mounted() -> None:
    application = replace(UPLOADS, volumes={"uploads": ExistingEfsVolume()})
    stack = stack_of(application)
    assert "Default" not in stack["Parameters"]["UploadsFileSystemId"]
    [volume] = stack["Resources"]["ApplicationTaskDefinition"]["Properties"]["Volumes"]
    assert volume["EFSVolumeConfiguration"]["AuthorizationConfig"] == {"IAM": "ENABLED"}
    statement = statements_of(stack["Resources"]["ApplicationTaskRole"])["MountUploads"]
    assert "Condition" not in statement
