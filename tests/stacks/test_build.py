"""How applications are built: the project, its role and what its repository needs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cfn_pipeline import (
    BOOK,
    Build,
    BuildVpc,
    Fargate,
    ModelError,
    Report,
    Repository,
    load,
    render,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.project import rendering
from tests.cfn_lint import lint
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
        cache="LOCAL",
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


def test_a_cache_in_a_bucket_and_what_it_keeps() -> None:
    files = rendered(cache="S3", cache_paths=["node_modules/**/*", "*.gz"])
    assert project(files)["Cache"] == {"Type": "S3", "Location": {"Ref": "CacheBucket"}}
    bucket = load(files["codebuild.yml"])["Resources"]["CacheBucket"]["Properties"]
    name = "orders-cache-${AWS::AccountId}-${AWS::Region}"
    assert bucket["BucketName"] == {"Fn::Sub": name}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 30
    assert build_role(files)["UseCache"]["Resource"] == [
        {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{name}/*"}
    ]
    assert yaml.safe_load(files["buildspec.yml"])["cache"] == {
        "paths": ["node_modules/**/*", "*.gz"]
    }
    local = project(rendered(cache="LOCAL", cache_paths=["node_modules"]))
    assert "LOCAL_CUSTOM_CACHE" in local["Cache"]["Modes"]


def test_applications_share_a_build_image() -> None:
    web, api, arm = read_config(
        """
        shared: {name: platform, build_image: {}}
        defaults:
          container: {name: app, cpu: 256, memory: 512, port: 80}
          environments: [{name: dev}]
        applications:
          - {name: web, source: acme/web}
          - {name: api, source: acme/api, build_image_repository: api/image}
          - {name: arm, source: acme/arm, build: {architecture: ARM64}}
        """
    )
    files = render(web)
    [images] = load(files["ecr.yml"])["Resources"].values()
    assert images["Properties"]["RepositoryName"] == "web"
    assert "Dockerfile.codebuild" not in files
    assert "build-image" not in files["Makefile"]
    assert "dockerd" in files["buildspec.yml"]
    repository = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/platform/codebuild"
    assert project(files)["Environment"]["Image"] == {"Fn::Sub": f"{repository}:latest"}
    assert "repository/platform/codebuild" in str(build_role(files)["PullBuildImage"]["Resource"])
    for own in (api, arm):
        assert "Dockerfile.codebuild" in render(own)
    assert (api.build_image_repository_name, arm.build_image_repository_name) == (
        "api/image",
        "arm/codebuild",
    )


def test_reports_are_in_the_buildspec_and_their_groups_may_be_written() -> None:
    reports = {
        "unit": Report(["reports/*.xml", "**/junit.xml"]),
        "code": Report("coverage.xml", format="COBERTURAXML", folder="out"),
    }
    described = replace(ORDERS, build=Build(reports=reports))
    files = render(described)
    assert yaml.safe_load(files["buildspec.yml"])["reports"] == {
        "unit": {"files": ["reports/*.xml", "**/junit.xml"], "file-format": "JUNITXML"},
        "code": {
            "files": ["coverage.xml"],
            "file-format": "COBERTURAXML",
            "base-directory": "out",
        },
    }
    statement = build_role(files)["WriteReports"]
    arn = "arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:report-group/orders-"
    assert statement["Resource"] == [{"Fn::Sub": f"{arn}unit"}, {"Fn::Sub": f"{arn}code"}]
    assert statement["Action"][-1] == "codebuild:BatchPutCodeCoverages"
    tests = build_role(rendered(reports={"unit": Report("*.xml")}))["WriteReports"]
    assert "codebuild:BatchPutCodeCoverages" not in tests["Action"]
    shared = Repository("acme/shop", folder="api")
    folder = yaml.safe_load(render(replace(described, source=shared))["buildspec.yml"])["reports"]
    assert [report["base-directory"] for report in folder.values()] == ["api", "api/out"]


def test_builds_in_a_vpc_may_use_its_subnets_only(tmp_path: Path) -> None:
    vpc = BuildVpc(
        vpc_id="vpc-0a1b2c3d",
        subnets=["subnet-1b2c3d4e", "subnet-2c3d4e5f"],
        security_groups=["sg-3d4e5f6a"],
    )
    described = rendering(replace(ORDERS, build=Build(vpc=vpc, cache="S3")))
    assert project(described.files)["VpcConfig"] == {
        "VpcId": "vpc-0a1b2c3d",
        "Subnets": ["subnet-1b2c3d4e", "subnet-2c3d4e5f"],
        "SecurityGroupIds": ["sg-3d4e5f6a"],
    }
    role = build_role(described.files)
    ec2 = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:"
    subnets = [{"Fn::Sub": f"{ec2}subnet/{subnet}"} for subnet in vpc.subnets]
    interfaces = {"Fn::Sub": f"{ec2}network-interface/*"}
    group = {"Fn::Sub": f"{ec2}security-group/sg-3d4e5f6a"}
    assert role["CreateNetworkInterfaces"]["Resource"] == [interfaces, *subnets, group]
    assert role["LendNetworkInterfaces"]["Condition"] == {
        "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
        "ArnEquals": {"ec2:Subnet": subnets},
    }
    assert role["DeleteNetworkInterfaces"]["Condition"] == {"ArnEquals": {"ec2:Subnet": subnets}}
    assert check_system(read_texts(described.files, parsed=described.templates)) == []
    for name in ("iam.yml", "codebuild.yml"):
        (tmp_path / name).write_text(described.files[name])
        assert lint(tmp_path / name) == []


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
        ({"cache": "NEAR"}, "unknown cache 'NEAR'; use LOCAL or S3"),
        ({"cache": "LOCAL", "compute_type": "BUILD_GENERAL1_2XLARGE"}, "cache LOCAL is not"),
        (
            {
                "cache": "LOCAL",
                "vpc": BuildVpc(
                    vpc_id="vpc-0a1b2c3d", subnets=["subnet-1"], security_groups=["sg-1"]
                ),
            },
            "cache LOCAL is not possible in a VPC; use cache S3",
        ),
        ({"cache_paths": ["a"]}, "cache_paths need a cache; add cache LOCAL or S3"),
        ({"reports": {"a b": Report("*.xml")}}, "invalid report name 'a b'"),
    ],
)
def test_what_codebuild_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        Build(**options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Report(""), "files is empty; use a pattern, such as 'reports/*.xml'"),
        (lambda: Report("*.xml", format="XML"), "unknown format 'XML'; use one of JUNITXML"),
        (
            lambda: BuildVpc(vpc_id="vpc-0a1b2c3d", subnets=[], security_groups=["sg-1"]),
            "subnets must have 1 to 16 ids (got 0)",
        ),
        (
            lambda: BuildVpc(vpc_id="vpc-0a1b2c3d", subnets=["subnet-1"], security_groups=["web"]),
            "invalid security group 'web'",
        ),
    ],
)
def test_mistakes_of_reports_and_networks(make: Any, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        make()
    assert message in str(caught.value)


def test_a_container_needs_its_image() -> None:
    for build in (None, Build(images=False)):
        with pytest.raises(ModelError, match="a build must publish the container's image"):
            replace(ORDERS, build=build)


def test_the_book_has_its_own_build_only() -> None:
    from cfn_pipeline import todobackend_of_the_book

    other = replace(todobackend_of_the_book, build=Build(timeout_minutes=60))
    with pytest.raises(ModelError, match="remove build, or use the edition current"):
        render(other, edition=BOOK)
