"""The examples on a local AWS: their pipelines run to production, and the command deploys them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline import Application, ImageBuild, load
from cfn_pipeline.cli.applications import placed_applications
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.command import run
from tests.deploy.test_templates import CONNECTION
from tests.examples.test_configurations import CONFIGURATIONS, EXAMPLES
from tests.rehearsal.small import spawn

APPLICATIONS = {
    place: application
    for name in CONFIGURATIONS
    for place, application in placed_applications(EXAMPLES / name / "cfn-pipeline.yml").items()
}
#: Those of one account: test_accounts.py deploys the one of several.
AT_HOME = [place for place, application in APPLICATIONS.items() if application.places.is_home_only]
#: What exists before the pipeline in Python: its projects, whose builds say their version.
PROJECTS = """\
Resources:
"""
PROJECT = """\
  {title}:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: {name}
      ServiceRole: arn:aws:iam::123456789012:role/build
      Artifacts: {{Type: CODEPIPELINE}}
      Environment: {{Type: LINUX_CONTAINER, ComputeType: BUILD_GENERAL1_SMALL, Image: x}}
      Source:
        Type: CODEPIPELINE
        BuildSpec: |
          version: 0.2
          phases: {{build: {{commands: ['echo "{{\\"Version\\": \\"one\\"}}" > version.json']}}}}
          artifacts: {{files: [version.json]}}
"""
PARAMETERS = {
    "ConnectionArn": CONNECTION,
    "ApplicationImageTag": "first",
    "ApplicationImageDigest": f"sha256:{'0a' * 32}",
}


@pytest.mark.parametrize("place", APPLICATIONS, ids=lambda path: path.name)
def test_an_example_is_rehearsed_to_production(place: Path, tmp_path: Path) -> None:
    application = APPLICATIONS[place]
    code, deployment = tmp_path / "code", tmp_path / "deployment"
    own = code / (application.source_folder or ".")
    shutil.copytree(EXAMPLES / "todobackend-app", own)
    if application.project is not None:
        shutil.copy(place / "buildspec.yml", own)
    is_shared = "DeploymentRepository::" not in (place / "pipeline.yml").read_text()
    templates = (code if is_shared else deployment) / (
        application.deployment_repository.folder or "."
    )
    shutil.copytree(place, templates)
    shared = place.parent / "shared.yml"
    done = spawn(
        tmp_path,
        str(templates / "pipeline.yml"),
        *(() if is_shared else ("--source", f"DeploymentRepository={deployment}")),
        *(("--source", f"MyApp={code}") if application.build is not None else ()),
        *(("--with", str(shared)) if shared.exists() else ()),
        *("--approve", "--builds", "shell", "--format", "json"),
    )
    assert done.code == 0, done.err
    assert set(done.states().values()) == {"Succeeded"}
    assert "Prod/DeployChangeSet" in done.states()
    assert ("Build/CodeBuild" in done.states()) == (application.project is not None)
    assert ("Build/Image" in done.states()) == isinstance(application.build, ImageBuild)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """Give an account with the networks, the secrets and the listener that examples expect."""
    environments = [e for place in AT_HOME for e in APPLICATIONS[place].environments]
    with embedded_aws(tmp_path_factory.mktemp("account"), region="us-east-1") as server:
        for environment in environments:
            if environment.vpc_id is not None:
                subnets = [*environment.subnets, *environment.private_subnets]
                server.ensure_network([environment.vpc_id], subnets)
        server.account.client("cloudformation").create_stack(
            StackName="shared", TemplateBody=(EXAMPLES / "monorepo" / "shared.yml").read_text()
        )
        for application in APPLICATIONS.values():
            if application.secret is not None:
                server.account.client("secretsmanager").create_secret(
                    Name=application.secret, SecretString='{"MYSQL_PASSWORD": "p"}'
                )
        yield server


def test_the_pipeline_in_python_is_rehearsed_to_production(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "pipeline-language", tmp_path / "jobs")
    names = {"Build": "jobs", "Unit": "jobs-unit", "Load": "jobs-load"}
    projects = [PROJECT.format(title=title, name=name) for title, name in names.items()]
    (tmp_path / "projects.yml").write_text(PROJECTS + "".join(projects))
    done = spawn(
        tmp_path,
        *(str(tmp_path / "jobs" / "pipeline.yml"), "--with", str(tmp_path / "projects.yml")),
        *("--source", f"Code={tmp_path}", "--approve", "--builds", "shell", "--format", "json"),
    )
    assert done.code == 0, done.err
    states = done.states()
    assert set(states.values()) == {"Succeeded"}
    assert {"Build/LoadTests", "Production/DeployBlue", "Production/DeployGreen"} <= set(states)


@pytest.mark.parametrize("place", AT_HOME, ids=lambda path: path.name)
def test_an_example_is_deployed_and_removed_by_the_command(
    place: Path, server: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = APPLICATIONS[place]
    folder = tmp_path / place.name
    shutil.copytree(place if place.parent == EXAMPLES else place.parent, folder)
    more = () if place.parent == EXAMPLES else ("--application", application.name)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in server.account.environment.items():
        monkeypatch.setenv(name, value)

    def deploy(*words: str) -> None:
        done = run("deploy", str(folder), *words, *more, "--yes")
        assert done.code == 0, done.out + done.err

    if application.shared is not None:
        done = run("deploy", str(folder), "--application", "shared", "--yes")
        assert done.code == 0, done.out + done.err
    deploy(*_given(place, ["kms", "ecr", "iam", "codebuild", "pipeline"]))
    deploy(*[e.name for e in application.environments], *_given(place, [application.stack_file]))
    expected = {application.stack_name(e) for e in application.environments}
    stacks = _statuses(server, application)
    assert set(stacks.values()) == {"CREATE_COMPLETE"}
    assert {*expected, f"{application.name}-pipeline"} <= set(stacks)
    deploy("--remove")
    assert set(_statuses(server, application).values()) <= {"DELETE_COMPLETE"}
    _remove_buckets(server, application)


def _remove_buckets(server: EmbeddedAws, application: Application) -> None:
    """Remove what --remove keeps: examples whose applications have one name share the account."""
    s3 = server.account.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if name.startswith((f"{application.name}-artifacts-", f"{application.name}-logs-")):
            listed = s3.list_object_versions(Bucket=name)
            for entry in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())):
                s3.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"])
            s3.delete_bucket(Bucket=name)


def _given(place: Path, templates: list[str]) -> list[str]:
    """Return the parameters that templates declare, and nothing else gives."""
    paths = (place / f"{name.removesuffix('.yml')}.yml" for name in templates)
    texts = [path.read_text() for path in paths if path.exists()]
    declared = {name for text in texts for name in load(text).get("Parameters", {})}
    return [w for n, v in PARAMETERS.items() if n in declared for w in ("-p", f"{n}={v}")]


def _statuses(server: EmbeddedAws, application: Application) -> dict[str, str]:
    stacks = server.account.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"]: stack["StackStatus"]
        for stack in stacks
        if stack["StackName"].startswith(f"{application.name}-")
    }
