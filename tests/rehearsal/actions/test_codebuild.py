"""CodeBuild actions: projects and buildspecs that cannot run."""

import json
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.actions.codebuild import _buildspec
from cfn_pipeline.rehearsal.outcome import ActionFailed, Status
from tests.rehearsal.bench import Bench
from tests.rehearsal.small import action


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0.2\nbatch: {}\n", "batch builds cannot be rehearsed"),
        ("version: 0.2\nenv: {shell: pwsh.exe}\nphases: {}\n", "invalid env.shell pwsh.exe"),
        ("version: 0.2\n", "YAML_FILE_ERROR: .* lacks phases"),
    ],
)
def test_what_cannot_be_run(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ActionFailed, match=message):
        _buildspec(text, tmp_path, "Source")


def test_the_shell_is_named_without_its_folder(tmp_path: Path) -> None:
    text = "version: 0.2\nenv: {shell: /bin/bash}\nphases: {}\n"
    assert _buildspec(text, tmp_path, "Source").shell == "bash"


def build(bench: Bench, **configuration: str) -> str:
    """Run a build, and return the message with which it fails."""
    bench.project("bench-builder", {"type": "CODEPIPELINE"})
    bench.project("bench-other", {"type": "NO_SOURCE", "buildspec": "version: 0.2"})
    settings = {"ProjectName": "bench-builder", **configuration}
    outcome = bench.run(action("Build", ("Build", "CodeBuild"), settings, inputs=["App"]))
    assert outcome.status is Status.FAILED
    return outcome.message


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"ProjectName": "none"}, "the CodeBuild project 'none' does not exist"),
        ({"ProjectName": "bench-other"}, "Source and Artifacts must have the type CODEPIPELINE"),
        ({"BatchEnabled": "true"}, "a rehearsal cannot run batch builds; skip it with --skip"),
        ({"EnvironmentVariables": "{"}, "invalid EnvironmentVariables {: use JSON such as"),
        (
            {"EnvironmentVariables": json.dumps([{"name": "A", "value": "a", "type": "X"}])},
            "invalid type X of the variable A: use one of PLAINTEXT",
        ),
        ({"BuildspecOverride": "arn:aws:s3:::b/k"}, "cannot read buildspecs from S3"),
        ({"BuildspecOverride": "/etc/passwd"}, "invalid path '/etc/passwd': it must be below"),
        ({"BuildspecOverride": "../../run.json"}, "it must be below"),
        (
            {"EnvironmentVariables": json.dumps([{"name": "", "value": "a"}])},
            "invalid name '' of an environment variable: use letters, digits and _",
        ),
        (
            {"EnvironmentVariables": json.dumps([{"name": "a\0b", "value": "a"}])},
            r"invalid name 'a\x00b' of an environment variable",
        ),
        (
            {"EnvironmentVariables": json.dumps([{"name": "A", "value": "a\0"}])},
            "the environment variable A must not have a NUL character",
        ),
        ({"PrimarySource": "Ap"}, "PrimarySource Ap is not an input artifact of the action"),
    ],
)
def test_a_build_that_cannot_begin(
    bench: Bench, configuration: dict[str, str], message: str
) -> None:
    assert message in build(bench, **configuration)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"buildspec.yml": "version: 0.2\nphases:\n  bild: {}\n"}, "did you mean 'build'?"),
        ({"buildspec.yml": "version: ["}, "YAML_FILE_ERROR: buildspec.yml of App"),
        ({"build": ""}, "YAML_FILE_ERROR: the artifact App has no file buildspec.yml"),
    ],
)
def test_a_buildspec_that_cannot_be_read(bench: Bench, files: dict[str, str], message: str) -> None:
    bench.put("App", files)
    assert message in build(bench)


def test_docker_calls_that_were_not_run_are_in_the_message(bench: Bench) -> None:
    bench.project("bench-builder", {"type": "CODEPIPELINE"})
    commands = ["docker-compose up", "docker build .", "docker push a:b"]
    spec = {"version": 0.2, "phases": {"build": {"commands": commands}}}
    bench.put("App", {"buildspec.yml": json.dumps(spec)})
    settings = {"ProjectName": "bench-builder"}
    outcome = bench.run(action("Build", ("Build", "CodeBuild"), settings, inputs=["App"]))
    assert outcome.status is Status.SUCCEEDED
    assert outcome.message == "2 docker calls, 1 docker-compose call recorded, not run"
