"""The book edition is what chapter 13 deploys, fact by fact."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cfn_pipeline import BOOK, load, render

FILES = render(edition=BOOK)
FACTS = Path(__file__).parents[3] / "shared" / "book"


def template(name: str) -> dict[str, Any]:
    return load(FILES[name])


def properties(name: str, logical_id: str) -> Any:
    return template(name)["Resources"][logical_id]["Properties"]


@pytest.mark.skipif(not FACTS.exists(), reason="the facts are not beside this checkout")
@pytest.mark.parametrize("name", ["ecr", "kms", "stack"])
def test_nothing_differs_from_the_facts(name: str, tmp_path: Path) -> None:
    rendered = tmp_path / f"{name}.yml"
    rendered.write_text(FILES[rendered.name])
    compared = subprocess.run(
        [sys.executable, str(FACTS / "compare.py"), str(rendered), str(FACTS / f"{name}.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert compared.returncode == 0, compared.stdout


def test_the_files() -> None:
    assert list(FILES) == [
        *("kms.yml", "ecr.yml", "iam.yml", "codebuild.yml"),
        *("pipeline-integration.yml", "pipeline-deployment.yml", "pipeline.yml", "stack.yml"),
        *("dev.json", "prod.json", "buildspec.yml", "Dockerfile.codebuild"),
    ]


def test_how_many_resources() -> None:
    counts = {s.file: len(template(s.file)["Resources"]) for s in BOOK.stacks}
    assert (counts["ecr.yml"], counts["kms.yml"], counts["stack.yml"]) == (2, 2, 53)


@pytest.mark.parametrize(
    "logical_id, key, name",
    [
        ("ApplicationCluster", "ClusterName", {"Fn::Sub": "${AWS::StackName}-cluster"}),
        ("MigrateTaskDefinition", "Family", {"Fn::Sub": "${AWS::StackName}-migrate"}),
        ("ApplicationTaskDefinition", "Family", {"Ref": "AWS::StackName"}),
    ],
)
def test_names_that_let_dev_and_prod_share_an_account(logical_id: str, key: str, name: Any) -> None:
    assert properties("stack.yml", logical_id)[key] == name


def test_secrets_key_is_handed_from_kms_to_the_application() -> None:
    assert template("kms.yml")["Outputs"]["KmsKey"]["Export"] == {"Name": "secrets-key"}
    assert "!ImportValue secrets-key" in FILES["stack.yml"]


# The build container and the build specification


def test_the_build_container() -> None:
    text = FILES["Dockerfile.codebuild"]
    assert "\nFROM docker:dind\n" in text
    assert re.search(r"apk add --no-cache bash make python3\b", text)
    assert re.search(r"pip3 install --no-cache-dir docker-compose awscli\b", text)


def test_codebuild_may_pull_the_build_container() -> None:
    repository = properties("ecr.yml", "CodebuildRepository")
    assert repository["RepositoryName"] == "docker-in-aws/codebuild"
    [statement] = repository["RepositoryPolicyText"]["Statement"]
    assert statement["Principal"] == {"Service": ["codebuild.amazonaws.com"]}
    assert set(statement["Action"]) == {
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "ecr:BatchCheckLayerAvailability",
    }


def buildspec() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILES["buildspec.yml"])
    return loaded


def test_the_build_specification() -> None:
    spec = buildspec()
    phases = {name: phase["commands"] for name, phase in spec["phases"].items()}
    assert spec["version"] == 0.2
    assert list(phases) == ["pre_build", "build", "post_build"]
    daemon, wait, build_id, version, login = phases["pre_build"]
    assert daemon.endswith("--host=unix:///var/run/docker.sock --storage-driver=overlay &")
    assert wait.startswith("timeout -t 15 ")
    assert "docker info" in wait
    assert build_id.startswith("export BUILD_ID=")
    assert version == "export APP_VERSION=$CODEBUILD_RESOLVED_SOURCE_VERSION.$BUILD_ID"
    assert login == "make login"
    assert phases["build"] == [
        "make test",
        "make release",
        "make publish",
        "make version > version.json",
    ]
    assert phases["post_build"] == ["make clean", "make logout"]
    assert spec["artifacts"] == {"files": ["version.json"]}


def test_the_version_is_commit_and_build_id() -> None:
    commands = buildspec()["phases"]["pre_build"]["commands"]
    exports = [command for command in commands if command.startswith("export ")]
    done = subprocess.run(
        ["bash", "-c", "\n".join([*exports, "echo $APP_VERSION"])],
        env={
            "CODEBUILD_BUILD_ID": "todobackend:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "CODEBUILD_RESOLVED_SOURCE_VERSION": "9fceb02",
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "9fceb02.0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n"


# The project


def test_the_codebuild_project() -> None:
    project = properties("codebuild.yml", "BuildProject")
    assert project["Source"] == {"Type": "CODEPIPELINE"}
    assert project["Artifacts"] == {"Type": "CODEPIPELINE"}
    environment = project["Environment"]
    assert environment["Type"] == "LINUX_CONTAINER"
    assert environment["PrivilegedMode"] is True
    assert environment["Image"] == {
        "Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/"
        "docker-in-aws/codebuild:latest"
    }
    assert project["ServiceRole"] == {"Fn::ImportValue": "todobackend-build-role"}


# The roles


def role(logical_id: str) -> Any:
    return properties("iam.yml", logical_id)


@pytest.mark.parametrize(
    "logical_id, service",
    [
        ("CodePipelineRole", "codepipeline.amazonaws.com"),
        ("CodeBuildRole", "codebuild.amazonaws.com"),
        ("CloudFormationRole", "cloudformation.amazonaws.com"),
    ],
)
def test_whom_the_roles_trust(logical_id: str, service: str) -> None:
    [statement] = role(logical_id)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": [service]}


def allowed(logical_id: str) -> dict[str, Any]:
    statements = [s for p in role(logical_id)["Policies"] for s in p["PolicyDocument"]["Statement"]]
    return {action: s["Resource"] for s in statements for action in s["Action"]}


def test_the_pipeline_s_role() -> None:
    may = allowed("CodePipelineRole")
    assert {a.split(":")[0] for a in may} == {"s3", "codebuild", "cloudformation", "iam"}
    assert may["codebuild:StartBuild"] == may["codebuild:BatchGetBuilds"]
    assert may["iam:PassRole"] == [{"Fn::GetAtt": ["CloudFormationRole", "Arn"]}]
    assert "*" not in [r for resources in may.values() for r in resources]


def test_the_build_s_role() -> None:
    found = role("CodeBuildRole")
    assert found["RoleName"] == "code-build-todobackend-service-role"
    assert found["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
    ]
    assert {a.split(":")[0] for a in allowed("CodeBuildRole")} == {"logs", "s3"}


def test_the_deployment_role() -> None:
    found = role("CloudFormationRole")
    assert found["RoleName"] == "cloudformation-deploy"
    assert found["ManagedPolicyArns"] == ["arn:aws:iam::aws:policy/AdministratorAccess"]


# The pipeline, in three steps


def stages(name: str) -> dict[str, list[dict[str, Any]]]:
    found = properties(name, "Pipeline")["Stages"]
    return {stage["Name"]: stage["Actions"] for stage in found}


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("pipeline-integration.yml", {"Source": ["Source"], "Build": ["CodeBuild"]}),
        (
            "pipeline-deployment.yml",
            {
                "Source": ["Source", "DeploymentRepository"],
                "Build": ["CodeBuild"],
                "Dev": ["Deploy"],
            },
        ),
        (
            "pipeline.yml",
            {
                "Source": ["Source", "DeploymentRepository"],
                "Build": ["CodeBuild"],
                "Dev": ["Deploy"],
                "Production": ["ChangeSet", "ApproveChangeSet", "DeployChangeSet"],
            },
        ),
    ],
)
def test_the_steps(name: str, wanted: dict[str, list[str]]) -> None:
    assert {s: [a["Name"] for a in actions] for s, actions in stages(name).items()} == wanted
    assert properties(name, "Pipeline")["PipelineType"] == "V1"
    assert properties(name, "Pipeline")["Name"] == "todobackend"


def names(action: dict[str, Any], key: str) -> list[str]:
    return [artifact["Name"] for artifact in action.get(key, [])]


@pytest.mark.parametrize(
    "name, output, repository",
    [
        ("Source", "MyApp", "todobackend"),
        ("DeploymentRepository", "DeploymentRepository", "todobackend-aws"),
    ],
)
def test_the_sources(name: str, output: str, repository: str) -> None:
    [action] = [a for a in stages("pipeline.yml")["Source"] if a["Name"] == name]
    assert action["RunOrder"] == 1
    assert action["ActionTypeId"] == {
        "Category": "Source",
        "Owner": "ThirdParty",
        "Provider": "GitHub",
        "Version": "1",
    }
    assert names(action, "OutputArtifacts") == [output]
    assert action["Configuration"] == {
        "Owner": {"Ref": "GitHubOwner"},
        "Repo": repository,
        "Branch": "master",
        "OAuthToken": {
            "Fn::Sub": "{{resolve:secretsmanager:${GitHubTokenSecret}:SecretString:token}}"
        },
    }


@pytest.mark.parametrize(
    "name, output",
    [("pipeline-integration.yml", "MyAppBuild"), ("pipeline.yml", "ApplicationVersion")],
)
def test_the_build_action(name: str, output: str) -> None:
    [action] = stages(name)["Build"]
    assert (action["ActionTypeId"]["Category"], action["ActionTypeId"]["Provider"]) == (
        "Build",
        "CodeBuild",
    )
    assert names(action, "InputArtifacts") == ["MyApp"]
    assert names(action, "OutputArtifacts") == [output]
    assert action["Configuration"] == {
        "ProjectName": {"Fn::ImportValue": "todobackend-build-project"}
    }


def deployment(mode: str, stack: str, configuration: str) -> dict[str, Any]:
    change_set = {"ChangeSetName": stack} if mode.startswith("CHANGE_SET") else {}
    return {
        "ActionMode": mode,
        "StackName": stack,
        **change_set,
        "TemplatePath": "DeploymentRepository::stack.yml",
        "TemplateConfiguration": f"DeploymentRepository::{configuration}",
        "Capabilities": "CAPABILITY_NAMED_IAM",
        "RoleArn": {"Fn::ImportValue": "todobackend-deployment-role"},
        "ParameterOverrides": json.dumps(
            {
                "ApplicationImageTag": {
                    "Fn::GetParam": ["ApplicationVersion", "version.json", "Version"]
                }
            }
        ),
    }


@pytest.mark.parametrize("name", ["pipeline-deployment.yml", "pipeline.yml"])
def test_the_deployment_to_dev(name: str) -> None:
    [action] = stages(name)["Dev"]
    assert names(action, "InputArtifacts") == ["DeploymentRepository", "ApplicationVersion"]
    assert action["Configuration"] == deployment("CREATE_UPDATE", "todobackend", "dev.json")


def test_the_deployment_to_production() -> None:
    change, approve, execute = stages("pipeline.yml")["Production"]
    assert [a["RunOrder"] for a in (change, approve, execute)] == [1, 2, 3]
    assert names(change, "InputArtifacts") == ["DeploymentRepository", "ApplicationVersion"]
    assert change["Configuration"] == deployment(
        "CHANGE_SET_REPLACE", "todobackend-prod", "prod.json"
    )
    assert (approve["ActionTypeId"]["Category"], approve["ActionTypeId"]["Provider"]) == (
        "Approval",
        "Manual",
    )
    assert "InputArtifacts" not in execute
    assert execute["Configuration"] == {
        "ActionMode": "CHANGE_SET_EXECUTE",
        "StackName": "todobackend-prod",
        "ChangeSetName": "todobackend-prod",
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_configuration_files(environment: str) -> None:
    assert json.loads(FILES[f"{environment}.json"]) == {
        "Parameters": {
            "ApplicationDesiredCount": "1",
            "ApplicationImageId": "ami-ec957491",
            "ApplicationImageTag": "latest",
            "ApplicationSubnets": "subnet-a5d3ecee,subnet-324e246f",
            "VpcId": "vpc-f8233a80",
        }
    }


def test_the_text_reads_as_if_written_by_hand() -> None:
    for name, text in FILES.items():
        assert "\\n" not in text.replace("\\\n", ""), name
        assert not re.search(r"^\s*(Ref|Fn::(?!Base64)\w+):", text, re.MULTILINE), name
        assert all(line == line.rstrip() for line in text.splitlines()), name
    assert "        ZipFile: |\n" in FILES["stack.yml"]
    assert "        Fn::Base64: !Sub |\n" in FILES["stack.yml"]
