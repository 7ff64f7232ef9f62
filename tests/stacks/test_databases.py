"""Aurora Serverless v2, and databases that exist, in the template."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import AuroraMySql, ExistingMySql, MySql
from cfn_pipeline.errors import ModelError
from cfn_pipeline.project import rendering
from tests.stacks.applications import (
    APPLICATIONS,
    EXISTING,
    KEY,
    ORDERS,
    SECRET_ARN,
    stack_of,
    statements_of,
)


def _boundary(application: Any, environment: str = "dev") -> list[dict[str, Any]]:
    template = rendering(application).templates[f"environment-{environment}.yml"]
    boundary = template["Resources"]["PermissionsBoundary"]["Properties"]["PolicyDocument"]
    statements: list[dict[str, Any]] = boundary["Statement"]
    return statements


def test_a_cluster_that_pauses() -> None:
    stack = stack_of(APPLICATIONS["aurora postgresql"])
    resources = stack["Resources"]
    cluster = resources["ApplicationDatabaseCluster"]
    assert (cluster["DeletionPolicy"], cluster["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    properties = cluster["Properties"]
    assert properties["ServerlessV2ScalingConfiguration"] == {
        "MinCapacity": {"Ref": "DatabaseMinimumCapacity"},
        "MaxCapacity": {"Ref": "DatabaseMaximumCapacity"},
        "SecondsUntilAutoPause": {"Fn::If": ["PausesDatabase", 600, {"Ref": "AWS::NoValue"}]},
    }
    assert stack["Conditions"]["PausesDatabase"] == {
        "Fn::Equals": [{"Ref": "DatabaseMinimumCapacity"}, "0"]
    }
    defaults = {name: p.get("Default") for name, p in stack["Parameters"].items()}
    assert defaults["DatabaseMinimumCapacity"] == 0
    assert defaults["DatabaseMaximumCapacity"] == 4
    assert properties["StorageEncrypted"] is True
    assert properties["DeletionProtection"] == {"Ref": "DeletionProtection"}
    group = resources["ApplicationDatabaseClusterParameterGroup"]["Properties"]
    assert group["Family"] == f"aurora-postgresql{defaults['DatabaseEngineVersion']}"


def test_instances_of_the_cluster() -> None:
    resources = stack_of(APPLICATIONS["aurora mysql"])["Resources"]
    instances = {n: r for n, r in resources.items() if r["Type"] == "AWS::RDS::DBInstance"}
    assert {n: r.get("Condition") for n, r in instances.items()} == {
        "ApplicationDatabaseInstance": None,
        "ApplicationDatabaseStandby": "HasDatabaseStandby",
    }
    assert {r["Properties"]["DBInstanceClass"] for r in instances.values()} == {"db.serverless"}
    assert {r["DeletionPolicy"] for r in instances.values()} == {"Delete"}
    # Containers connect to the cluster, and nothing but its instance answers them.
    container = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    variables = {v["Name"]: v["Value"] for v in container["Environment"]}
    host = {"Fn::GetAtt": ["ApplicationDatabaseCluster", "Endpoint.Address"]}
    assert variables["MYSQL_HOST"] == host
    assert "ApplicationDatabaseInstance" in resources["ApplicationService"]["DependsOn"]


def test_a_version_in_full_has_the_family_of_its_major_version() -> None:
    version = "8.0.mysql_aurora.3.10.1"
    database = AuroraMySql(name="orders", username="orders", engine_version=version)
    stack = stack_of(replace(ORDERS, database=database))
    group = stack["Resources"]["ApplicationDatabaseClusterParameterGroup"]["Properties"]
    assert group["Family"] == "aurora-mysql8.0"
    assert stack["Parameters"]["DatabaseEngineVersion"]["Default"] == version


def test_the_environment_s_capacities_are_in_its_configuration() -> None:
    aurora = APPLICATIONS["aurora postgresql"]
    environment = replace(aurora.environments[0], parameters={"DatabaseMinimumCapacity": "2"})
    files = rendering(replace(aurora, environments=[environment])).files
    assert '"DatabaseMinimumCapacity": "2"' in files["dev.json"]


def test_user_and_password_of_an_existing_database_are_read_from_its_secret() -> None:
    stack = stack_of(EXISTING)
    resources, parameters = stack["Resources"], stack["Parameters"]
    container = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    assert {v["Name"]: v["Value"] for v in container["Environment"]} == {
        "PGHOST": {"Ref": "DatabaseHost"},
        "PGDATABASE": "orders",
    }
    assert {s["Name"]: s["ValueFrom"] for s in container["Secrets"]} == {
        "PGUSER": {"Fn::Sub": "${DatabaseSecretArn}:username::"},
        "PGPASSWORD": {"Fn::Sub": "${DatabaseSecretArn}:password::"},
    }
    assert parameters["DatabaseHost"]["Default"] == "db.example.com"
    assert parameters["DatabaseSecretArn"]["Default"] == SECRET_ARN
    assert not [r for r in resources.values() if r["Type"].startswith("AWS::RDS::")]
    assert "ApplicationSecret" not in resources
    ingress = resources["ApplicationToApplicationDatabaseIngress"]["Properties"]
    assert ingress["GroupId"] == {"Ref": "DatabaseSecurityGroup"}
    assert (ingress["FromPort"], ingress["ToPort"]) == (5432, 5432)


def test_ecs_reads_exactly_that_secret() -> None:
    statements = statements_of(stack_of(EXISTING)["Resources"]["ApplicationExecutionRole"])
    assert statements["GetSecrets"]["Resource"] == [{"Ref": "DatabaseSecretArn"}]
    assert statements["DecryptSecrets"]["Resource"] == [KEY]
    by_sid = {s["Sid"]: s for s in _boundary(EXISTING)}
    assert by_sid["GetSecrets"]["Resource"] == [SECRET_ARN]
    assert by_sid["DecryptSecrets"]["Resource"] == [KEY]


def test_an_existing_database_is_another_one_in_another_environment() -> None:
    other = SECRET_ARN.replace("shop", "live")
    environment = replace(
        EXISTING.environments[0], name="prod", parameters={"DatabaseSecretArn": other}
    )
    application = replace(EXISTING, environments=[*EXISTING.environments, environment])
    for name, arn in [("dev", SECRET_ARN), ("prod", other)]:
        by_sid = {s["Sid"]: s for s in _boundary(application, name)}
        assert by_sid["GetSecrets"]["Resource"] == [arn]


def test_a_port_of_its_own() -> None:
    application = replace(ORDERS, database=ExistingMySql(name="orders", port=3307))
    resources = stack_of(application)["Resources"]
    container = resources["ApplicationTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    assert {"Name": "MYSQL_PORT", "Value": "3307"} in container["Environment"]
    ingress = resources["ApplicationToApplicationDatabaseIngress"]["Properties"]
    assert ingress["FromPort"] == 3307


def test_storage_that_is_too_small_for_its_type() -> None:
    database = MySql(name="orders", username="orders", allocated_storage=10)
    with pytest.raises(ModelError, match="must be at least 20 GiB, the least of gp3"):
        stack_of(replace(ORDERS, database=database))
