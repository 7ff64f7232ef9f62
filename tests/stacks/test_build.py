"""How applications are built: the project, its role and what its repository needs."""

from dataclasses import replace
from typing import Any

import pytest

from cfn_pipeline import BOOK, Build, Fargate, ModelError, load, render
from tests.stacks.applications import ORDERS

STANDARD = "aws/codebuild/standard:7.0"


def rendered(**options: Any) -> dict[str, str]:
    return render(replace(ORDERS, build=Build(**options)))


def project(files: dict[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = load(files["codebuild.yml"])["Resources"]["BuildProject"][
        "Properties"
    ]
    return properties


def build_role(files: dict[str, str]) -> dict[str, Any]:
    role = load(files["iam.yml"])["Resources"]["CodeBuildRole"]["Properties"]
    return {s["Sid"]: s for s in role["Policies"][0]["PolicyDocument"]["Statement"]}


def test_an_image_of_codebuild_needs_no_repository_and_no_pull() -> None:
    files = rendered(image=STANDARD)
    environment = project(files)["Environment"]
    assert environment["Image"] == STANDARD
    assert environment["ImagePullCredentialsType"] == "CODEBUILD"
    assert environment["PrivilegedMode"] is True
    assert list(load(files["ecr.yml"])["Resources"]) == ["OrdersRepository"]
    assert "PullBuildImage" not in build_role(files)
    assert {"LogInToEcr", "PushImages"} <= {*build_role(files)}
    assert "Dockerfile.codebuild" not in files
    assert "build-image" not in files["Makefile"]
    assert "dockerd" not in files["buildspec.yml"]
    assert "make login" in files["buildspec.yml"]


def test_arm_is_built_on_arm() -> None:
    files = render(replace(ORDERS, compute=Fargate(architecture="ARM64")))
    assert project(files)["Environment"]["Type"] == "ARM_CONTAINER"
    assert "--platform linux/arm64" in files["Makefile"]
    x86 = rendered(architecture="X86_64")
    assert project(x86)["Environment"]["Type"] == "LINUX_CONTAINER"


def test_options_of_the_project() -> None:
    files = rendered(
        compute_type="BUILD_GENERAL1_LARGE",
        timeout_minutes=90,
        environment={"MODE": "ci"},
        secrets={"TOKEN": "orders/build:token", "OTHER": "orders/build:other"},
        buildspec="ci/build.yml",
        cache=True,
    )
    properties = project(files)
    assert properties["Environment"]["ComputeType"] == "BUILD_GENERAL1_LARGE"
    assert properties["TimeoutInMinutes"] == 90
    assert properties["Source"] == {"Type": "CODEPIPELINE", "BuildSpec": "ci/build.yml"}
    assert properties["Cache"]["Modes"] == ["LOCAL_SOURCE_CACHE", "LOCAL_DOCKER_LAYER_CACHE"]
    assert properties["Environment"]["EnvironmentVariables"][1:] == [
        {"Name": "MODE", "Value": "ci"},
        {"Name": "TOKEN", "Type": "SECRETS_MANAGER", "Value": "orders/build:token"},
        {"Name": "OTHER", "Type": "SECRETS_MANAGER", "Value": "orders/build:other"},
    ]
    arn = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    assert build_role(files)["GetSecrets"]["Resource"] == [{"Fn::Sub": f"{arn}orders/build-??????"}]
    assert "buildspec.yml" not in files


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image": "python:3"}, "invalid image 'python:3'"),
        ({"docker": False}, "docker=False needs one of CodeBuild's images"),
        ({"compute_type": "HUGE"}, "unknown compute_type 'HUGE'"),
        ({"architecture": "MIPS"}, "architecture must be X86_64 or ARM64 (got 'MIPS')"),
        ({"timeout_minutes": 4}, "timeout_minutes must be 5 to 2,160 (got 4)"),
        ({"environment": {"CODEBUILD_ID": "1"}}, "CODEBUILD_ID is CodeBuild's own"),
        ({"environment": {"A": "1"}, "secrets": {"A": "s"}}, "A is in environment and secrets"),
        ({"secrets": {"A": "no spaces"}}, "no spaces"),
        ({"buildspec": "../x.yml"}, "invalid buildspec '../x.yml'"),
    ],
)
def test_what_codebuild_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        Build(**options)
    assert message in str(caught.value)


def test_a_container_needs_its_image() -> None:
    for build in (None, Build(images=False)):
        with pytest.raises(ModelError, match="a build must publish the container's image"):
            replace(ORDERS, build=build)


def test_the_book_has_its_own_build_only() -> None:
    from cfn_pipeline import todobackend_of_the_book

    other = replace(todobackend_of_the_book, build=Build(timeout_minutes=60))
    with pytest.raises(ModelError, match="build must be the default one"):
        render(other, edition=BOOK)
