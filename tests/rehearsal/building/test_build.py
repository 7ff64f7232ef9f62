"""Builds, from the project to the artifact."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.buildspec.reading import Buildspec, Phase
from cfn_pipeline.rehearsal.building.build import Build
from cfn_pipeline.rehearsal.building.project import Project
from cfn_pipeline.rehearsal.context import BuildSettings
from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws
from tests.rehearsal.actions.test_cloudformation import Execution
from tests.rehearsal.small import SOURCES, Small, action, template, usual_stages

J = ("--format", "json")


def project(small: Small, change: dict[str, Any]) -> None:
    """Change the properties of the CodeBuild project."""
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Resources"]["Builder"]["Properties"] |= change
    small.write("pipeline.json", json.dumps(content))


def just_a_build(small: Small, *outputs: str, **configuration: str) -> None:
    build = action(
        "Build",
        ("Build", "CodeBuild"),
        {"ProjectName": "builder", **configuration},
        inputs=["App"],
        outputs=outputs,
        Namespace="Built",
    )
    stages = [{"Name": "Source", "Actions": SOURCES}, {"Name": "Build", "Actions": [build]}]
    small.write("pipeline.json", json.dumps(template(stages)))


def variables(small: Small, *names: str, **more: Any) -> dict[str, str]:
    """Run a build that hands on variables, and return them."""
    spec = {
        "version": 0.2,
        "env": {"exported-variables": list(names), **more},
        "phases": {"build": {"commands": ["true"]}},
    }
    small.write("app/buildspec.yml", json.dumps(spec))
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    return dict(done.action("Build/Build")["variables"])


def test_the_environment_that_codebuild_gives(small: Small) -> None:
    just_a_build(small)
    names = (
        *("CI", "CODEBUILD_BUILD_ID", "CODEBUILD_BUILD_ARN", "CODEBUILD_BUILD_NUMBER"),
        *("CODEBUILD_INITIATOR", "CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_SRC_DIR"),
        *("CODEBUILD_SOURCE_VERSION", "CODEBUILD_BUILD_SUCCEEDING", "AWS_REGION", "HOME"),
        *("AWS_DEFAULT_REGION", "CODEBUILD_BUILD_IMAGE"),
    )
    found = variables(small, *names)
    project_name, _, number = found["CODEBUILD_BUILD_ID"].partition(":")
    assert project_name == "builder"
    assert len(number) == 36
    assert found["CODEBUILD_BUILD_ARN"] == (
        f"arn:aws:codebuild:us-east-1:123456789012:build/builder:{number}"
    )
    assert found["CODEBUILD_INITIATOR"] == "codepipeline/small"
    assert len(found["CODEBUILD_RESOLVED_SOURCE_VERSION"]) == 40
    assert found["CODEBUILD_SOURCE_VERSION"].startswith("arn:aws:s3:::artifacts/small/App/")
    assert found["CODEBUILD_SRC_DIR"].endswith("/src/App")
    assert found["HOME"] != found["CODEBUILD_SRC_DIR"]
    assert found["CODEBUILD_BUILD_IMAGE"] == "aws/codebuild/nothing:1.0"
    expected = {"CI": "true", "CODEBUILD_BUILD_SUCCEEDING": "1", "AWS_REGION": "us-east-1"}
    assert found.items() >= expected.items()


def test_the_action_wins_over_the_project_and_the_project_over_the_buildspec(
    small: Small,
) -> None:
    just_a_build(small, EnvironmentVariables=json.dumps([{"name": "A", "value": "action"}]))
    content = json.loads((small.folder / "pipeline.json").read_text())
    environment = content["Resources"]["Builder"]["Properties"]["Environment"]
    environment["EnvironmentVariables"] = [
        {"Name": name, "Value": "project"} for name in ("A", "B")
    ]
    small.write("pipeline.json", json.dumps(content))
    said = dict.fromkeys(("A", "B", "C"), "buildspec")
    found = variables(small, "A", "B", "C", variables=said)
    assert found == {"A": "action", "B": "project", "C": "buildspec"}


def test_secrets_and_parameters_are_read_or_made_up(small: Small) -> None:
    just_a_build(small)
    spec = {
        "version": 0.2,
        "env": {
            "secrets-manager": {"A": "known:key", "B": "unknown"},
            "parameter-store": {"C": "/c"},
            "exported-variables": ["A", "B", "C"],
        },
        "phases": {"build": {"commands": ["true"]}},
    }
    small.write("app/buildspec.yml", json.dumps(spec))
    done = small.rehearse(*J, "--secret", 'known={"key": "value"}')
    assert done.action("Build/Build")["variables"] == {
        "A": "value",
        "B": "rehearsal",
        "C": "rehearsal",
    }
    assert "SECRETS_MANAGER unknown (for B) is not in the account" in done.err
    assert "PARAMETER_STORE /c (for C) is not in the account" in done.err


@pytest.mark.thorough
def test_the_projects_own_buildspec(small: Small) -> None:
    just_a_build(small, "Version")
    spec = "version: 0.2\nphases: {build: {commands: [echo x > out]}}\nartifacts: {files: [out]}\n"
    project(small, {"Source": {"Type": "CODEPIPELINE", "BuildSpec": spec}})
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    assert {a["name"]: a["files"] for a in done.json["artifacts"]}["Version"] == ["out"]


@pytest.mark.thorough
def test_a_buildspec_of_another_name(small: Small) -> None:
    just_a_build(small, BuildspecOverride="ci/other.yml")
    (small.folder / "app" / "ci").mkdir()
    small.write("app/ci/other.yml", "version: 0.2\nphases: {build: {commands: ['true']}}\n")
    assert small.rehearse(*J).code == 0


def test_several_artifacts_come_and_go(small: Small) -> None:
    build = action(
        "Build",
        ("Build", "CodeBuild"),
        {"ProjectName": "builder", "PrimarySource": "App"},
        inputs=["App", "Infra"],
        outputs=["One", "Two"],
    )
    small.pipeline([{"Name": "Source", "Actions": SOURCES}, {"Name": "B", "Actions": [build]}])
    spec = {
        "version": 0.2,
        "phases": {"build": {"commands": ["cp $CODEBUILD_SRC_DIR_Infra/dev.json two.json"]}},
        "artifacts": {
            "files": ["nothing"],
            "secondary-artifacts": {"One": {"files": ["build"]}, "Two": {"files": ["two.json"]}},
        },
    }
    small.write("app/buildspec.yml", json.dumps(spec))
    done = small.rehearse(*J)
    assert done.code == 0, done.err
    found = {a["name"]: a["files"] for a in done.json["artifacts"]}
    assert (found["One"], found["Two"]) == (["build"], ["two.json"])


@pytest.mark.thorough
def test_an_output_that_the_buildspec_does_not_have(small: Small) -> None:
    just_a_build(small, "Version")
    small.write("app/buildspec.yml", "version: 0.2\nphases: {build: {commands: ['true']}}\n")
    message = small.rehearse(*J).action("Build/Build")["message"]
    assert "CLIENT_ERROR: the buildspec has no artifacts for the output Version" in message


def test_a_tool_that_is_recorded_and_not_run(small: Small) -> None:
    just_a_build(small)
    small.write("app/buildspec.yml", "version: 0.2\nphases: {build: {commands: [terraform up]}}\n")
    assert small.rehearse(*J).code == 1
    done = small.rehearse(*J, "--shim", "terraform")
    assert done.code == 0
    assert done.details("Build/Build")["calls"] == [["terraform", "up"]]


@pytest.mark.thorough
def test_an_action_behind_a_rejected_build_reads_no_artifact(small: Small) -> None:
    stages = usual_stages()
    small.pipeline(stages[:3])
    done = small.rehearse(*J, "--skip", "Build/Build")
    assert done.code == 1
    message = done.action("Dev/Deploy")["message"]
    assert message == "no earlier action has created the artifact Version"


@pytest.mark.thorough
def test_without_an_engine_a_container_is_refused(small: Small) -> None:
    just_a_build(small)
    done = small.run(
        *small.words, "--approve", "--builds", "docker", "--build-image", "no/such", *J
    )
    assert done.code == 1
    assert "the build cannot run in a container: " in done.action("Build/Build")["message"]


def test_a_build_that_takes_too_long(aws: EmbeddedAws, tmp_path: Path) -> None:
    """CodeBuild's shortest time is five minutes, so that no pipeline can show it here."""
    run = Execution(aws, tmp_path, "none")
    (tmp_path / "source").mkdir()
    built = Build(
        action=replace(run.action, outputs=["Version"]),
        context=replace(run.context, builds=BuildSettings(place="shell")),
        project=Project(name="builder", timeout_minutes=0.02),
        buildspec=Buildspec(
            phases={"build": Phase(name="build", commands=["A=1", "sleep 600"])}, exported=["A"]
        ),
        variables=[],
        folder=run.context.folder.new_build("Prod", "Build"),
        source=tmp_path / "source",
        secondary={},
    ).run()
    assert [phase.status for phase in built.phases] == ["TIMED_OUT"]
    assert built.failure.startswith("phase BUILD: BUILD_TIMED_OUT")
    assert built.variables == {}


@pytest.mark.thorough
def test_a_primary_source_that_is_no_input(small: Small) -> None:
    just_a_build(small, PrimarySource="Ap")
    message = small.rehearse(*J).action("Build/Build")["message"]
    assert message == (
        "PrimarySource Ap is not an input artifact of the action; its input artifacts: App"
    )


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("image", "code"), [("aws/codebuild/amazonlinux-x86_64-standard:5.0", 0), ("ubuntu:24.04", 1)]
)
def test_the_shell_is_that_of_the_image(small: Small, image: str, code: int) -> None:
    """On Amazon Linux sh is bash; elsewhere it is what this machine has, if that is no bash."""
    if code and Path("/bin/sh").resolve().name == "bash":
        pytest.skip("sh is bash here")
    just_a_build(small)
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Resources"]["Builder"]["Properties"]["Environment"]["Image"] = image
    small.write("pipeline.json", json.dumps(content))
    small.write(
        "app/buildspec.yml", "version: 0.2\nphases: {build: {commands: ['[[ a == a ]]']}}\n"
    )
    assert small.rehearse(*J).code == code


@pytest.mark.thorough
def test_what_is_not_rehearsed_is_said(small: Small) -> None:
    just_a_build(small)
    spec = {"version": 0.2, "phases": {"build": {"commands": ["true"]}}, "cache": {"paths": ["x"]}}
    small.write("app/buildspec.yml", json.dumps(spec))
    assert "stage 'Build', action 'Build': not rehearsed: cache." in small.rehearse(*J).err
