"""Applications from other places than a repository, and images that CodePipeline builds itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import (
    BOOK,
    Application,
    Build,
    Container,
    ECRImage,
    Fargate,
    ImageBuild,
    ModelError,
    OwnStack,
    Repository,
    S3Object,
    continuous_integration,
    render,
)
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import check_system
from cfn_pipeline.config.reading import read_config
from cfn_pipeline.project import Rendering, rendering
from tests.cfn_lint import lint
from tests.stacks.applications import ORDERS

TEMPLATES = Repository("acme/orders-aws")
IMAGE = replace(
    ORDERS, source=ECRImage(repository="acme/orders", tag="stable"), deployment_source=TEMPLATES
)
ZIP = replace(
    ORDERS,
    source=S3Object(
        bucket="acme-code",
        key="orders.zip",
        kms_key="arn:aws:kms:eu-west-1:111122223333:key/1f0c3a52-7d1e-4c53-9d0e-0123456789ab",
    ),
    deployment_source=TEMPLATES,
)
BUILT = replace(ORDERS, build=ImageBuild())
DIGEST = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/"


def pipeline(made: Rendering) -> dict[str, Any]:
    properties: dict[str, Any] = made.templates["pipeline.yml"]["Resources"]["Pipeline"][
        "Properties"
    ]
    return properties


def images(made: Rendering) -> set[str]:
    """Return the images of all tasks."""
    return {
        container["Image"]["Fn::Sub"]
        for resource in made.templates["stack.yml"]["Resources"].values()
        if resource["Type"] == "AWS::ECS::TaskDefinition"
        for container in resource["Properties"]["ContainerDefinitions"]
    }


def statements(made: Rendering, role: str = "CodePipelineRole") -> dict[str, Any]:
    properties = made.templates["iam.yml"]["Resources"][role]["Properties"]
    return {s["Sid"]: s for s in properties["Policies"][0]["PolicyDocument"]["Statement"]}


def overrides(made: Rendering) -> Any:
    action = pipeline(made)["Stages"][-1]["Actions"][0]
    return json.loads(action["Configuration"]["ParameterOverrides"])


each = pytest.mark.parametrize("application", [IMAGE, ZIP, BUILT], ids=["image", "zip", "built"])


@each
def test_checks_find_nothing(application: Application) -> None:
    made = rendering(application)
    assert check_system(read_texts(made.files, parsed=made.templates)) == []


@pytest.mark.thorough
@each
def test_cfn_lint_finds_nothing(application: Application, tmp_path: Path) -> None:
    made = rendering(application)
    for name in ("iam.yml", "pipeline.yml", "stack.yml"):
        (tmp_path / name).write_text(made.files[name])
        assert lint(tmp_path / name) == []


def test_an_image_is_deployed_by_its_digest_and_nothing_is_built() -> None:
    made = rendering(IMAGE)
    assert not {"ecr.yml", "codebuild.yml", "buildspec.yml", "Dockerfile.codebuild"} & {*made.files}
    assert [stage["Name"] for stage in pipeline(made)["Stages"]] == ["Source", "Dev"]
    assert overrides(made) == {"ApplicationImageDigest": "#{Source.ImageDigest}"}
    assert images(made) == {f"{DIGEST}acme/orders@${{ApplicationImageDigest}}"}
    parameters = made.templates["stack.yml"]["Parameters"]
    assert "ApplicationImageTag" not in parameters
    assert parameters["ApplicationImageDigest"]["AllowedPattern"] == "sha256:[0-9a-f]{64}"
    assert made.missing == {}
    rule = made.templates["pipeline.yml"]["Resources"]["SourceChanged"]["Properties"]
    assert rule["EventPattern"]["detail"]["repository-name"] == ["acme/orders"]
    assert rule["EventPattern"]["detail"]["image-tag"] == ["stable"]
    execution = made.templates["stack.yml"]["Resources"]["ApplicationExecutionRole"]["Properties"]
    assert "repository/acme/orders" in json.dumps(execution)


def test_a_template_of_ones_own_may_get_the_digest() -> None:
    own = {
        "Parameters": {"Image": {"Type": "String"}},
        "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
    }
    made = rendering(
        Application(
            name="orders",
            source=ECRImage(repository="acme/orders"),
            deployment_source=TEMPLATES,
            stack=OwnStack(template=own, version_parameter="Image"),
        )
    )
    assert overrides(made) == {"Image": "#{Source.ImageDigest}"}


def test_a_zip_file_is_built_as_a_repository_is() -> None:
    made = rendering(ZIP)
    source = pipeline(made)["Stages"][0]["Actions"][0]
    assert source["Configuration"] == {
        "S3Bucket": "acme-code",
        "S3ObjectKey": "orders.zip",
        "PollForSourceChanges": "false",
    }
    rule = made.templates["pipeline.yml"]["Resources"]["SourceChanged"]["Properties"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": ["orders.zip"]}
    assert statements(made)["Decrypt"]["Resource"] == [ZIP.source.kms_key]  # type: ignore[attr-defined]
    assert "      - export APP_VERSION=$BUILD_ID\n" in made.files["buildspec.yml"]
    both = replace(
        ORDERS,
        source=S3Object(bucket="acme-code", key="shop.zip", folder="api"),
        deployment_source=S3Object(bucket="acme-code", key="shop.zip", folder="aws"),
    )
    shared = pipeline(rendering(both))
    [only] = shared["Stages"][0]["Actions"]
    assert only["ActionTypeId"]["Provider"] == "S3"
    assert "MyApp::aws/stack.yml" in json.dumps(shared["Stages"][-1])


def test_codepipeline_builds_an_image_without_a_project() -> None:
    made = rendering(BUILT)
    assert not {"codebuild.yml", "buildspec.yml", "Dockerfile.codebuild"} & {*made.files}
    assert "build-image" not in made.files["Makefile"]
    assert list(made.templates["ecr.yml"]["Resources"]) == ["OrdersRepository"]
    [action] = pipeline(made)["Stages"][1]["Actions"]
    assert action["ActionTypeId"]["Provider"] == "ECRBuildAndPublish"
    assert action["Configuration"] == {
        "ECRRepositoryName": "orders",
        "ImageTags": "#{codepipeline.PipelineExecutionId}",
    }
    assert overrides(made) == {"ApplicationImageDigest": "#{Image.ECRImageDigestId}"}
    assert images(made) == {f"{DIGEST}orders@${{ApplicationImageDigest}}"}
    assert "CodeBuildRole" not in made.templates["iam.yml"]["Resources"]
    push = statements(made)["PushImages"]
    assert "ecr:PutImage" in push["Action"]
    assert "repository/orders" in push["Resource"][0]["Fn::Sub"]
    assert "WriteActionLogs" in statements(made)
    group = made.templates["pipeline.yml"]["Resources"]["ActionLogGroup"]["Properties"]
    assert (group["LogGroupName"], group["RetentionInDays"]) == ("/aws/codepipeline/orders", 365)
    key = made.templates["kms.yml"]["Resources"]["KmsKey"]["Properties"]["KeyPolicy"]
    [logs] = [s for s in key["Statement"] if s["Sid"] == "EncryptLogGroups"]
    assert "log-group:/aws/codepipeline/orders" in str(logs["Condition"])
    assert "ActionLogGroup" not in rendering(ORDERS).templates["pipeline.yml"]["Resources"]
    folder = rendering(replace(BUILT, source=Repository("acme/shop", folder="api")))
    [action] = pipeline(folder)["Stages"][1]["Actions"]
    assert action["Configuration"]["DockerFilePath"] == "api"


def test_a_configuration_file_chooses_by_type() -> None:
    head = """
applications:
  - name: orders
    deployment_source: acme/orders-aws
    container: {name: orders, cpu: 256, memory: 512, port: 80}
"""
    for lines, source, build in (
        ("source: acme/orders", Repository("acme/orders"), Build()),
        (
            "source: {name: acme/orders, branch: trunk}\n    build: {timeout_minutes: 9}",
            Repository("acme/orders", branch="trunk"),
            Build(timeout_minutes=9),
        ),
        (
            "source: {type: repository, name: acme/orders}\n    build: {type: codebuild}",
            Repository("acme/orders"),
            Build(),
        ),
        (
            "source: acme/orders\n    build: {type: ecr_build_and_publish, dockerfile: docker}",
            Repository("acme/orders"),
            ImageBuild(dockerfile="docker"),
        ),
        (
            "source: {type: s3_object, bucket: acme-code, key: a.zip}",
            S3Object(bucket="acme-code", key="a.zip"),
            Build(),
        ),
        ("source: {type: ecr_image, repository: acme/a}", ECRImage(repository="acme/a"), None),
    ):
        [application] = read_config(f"{head}    {lines}\n")
        assert (application.source, application.build) == (source, build)
    with pytest.raises(ModelError) as caught:
        read_config(f"{head}    source: {{type: s3, bucket: acme-code}}\n")
    assert "unknown type 's3'" in str(caught.value)
    with pytest.raises(ModelError) as caught:
        read_config(head.replace("deployment_source: acme/orders-aws", "source: [1]"))
    assert "source: must be a string or a mapping" in str(caught.value)


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: replace(IMAGE, deployment_source=None),
            "deployment_source is required with the source 'acme/orders:stable'; use the",
        ),
        (
            lambda: replace(IMAGE, build=Build(timeout_minutes=9)),
            "build is not possible with an image as source; remove it",
        ),
        (lambda: replace(IMAGE, image_repository="a"), "image_repository is not possible"),
        (
            lambda: replace(ZIP, deployment_source=ZIP.source),  # type: ignore[arg-type]
            "source and deployment_source are both 's3://acme-code/orders.zip' and their files",
        ),
        (
            lambda: replace(
                IMAGE,
                container=Container(
                    name="a", cpu=256, memory=512, port=80, image="public.ecr.aws/a/b:1"
                ),
            ),
            "no container runs the image of the source; remove image from one of them",
        ),
        (
            lambda: continuous_integration(IMAGE),
            "application 'orders' has no build, and integration is one; add a build",
        ),
        (lambda: S3Object(bucket="Acme", key="a.zip"), "invalid bucket name 'Acme'"),
        (lambda: S3Object(bucket="acme", key="/a.zip"), "invalid key '/a.zip'"),
        (lambda: ECRImage(repository="acme/a", tag="-1"), "invalid image tag '-1'"),
        (lambda: ImageBuild(dockerfile="../a"), "invalid dockerfile '../a'"),
        (
            lambda: replace(BUILT, compute=Fargate(architecture="ARM64")),
            "builds for X86_64, and compute has the architecture ARM64; use a CodeBuild project",
        ),
        (
            lambda: render(replace(BUILT, environments=BUILT.environments[:1]), edition=BOOK),
            "actions of ECRBuildAndPublish need pipeline_type V2",
        ),
    ],
)
def test_mistakes_are_refused(make: Any, message: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        make()
    assert message in str(caught.value)
