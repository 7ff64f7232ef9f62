"""Reading buildspecs."""

import pytest

from cfn_pipeline.buildspec.reading import Files, parse_buildspec, read_buildspec
from cfn_pipeline.errors import BuildspecError


def test_everything_that_a_rehearsal_does() -> None:
    found = read_buildspec(
        """
version: 0.2
env:
  shell: /bin/sh
  variables: {A: 1, B: true}
  parameter-store: {C: /c}
  secrets-manager: {D: "d:key"}
  exported-variables: [A]
phases:
  install:
    commands: one
  build:
    on-failure: RETRY-2-timed out
    commands: [two, three]
    finally: [four]
  post_build:
    on-failure: RETRY
    commands: []
artifacts:
  base-directory: out
  discard-paths: yes
  exclude-paths: [b]
  files: ["**/*"]
  secondary-artifacts:
    More: {files: more.txt}
cache: {paths: [x]}
""",
        "buildspec.yml",
    )
    assert (found.shell, found.isolated) == ("/bin/sh", False)
    assert found.variables == {"A": "1", "B": "true"}
    assert (found.parameter_store, found.secrets_manager) == ({"C": "/c"}, {"D": "d:key"})
    assert found.exported == ["A"]
    assert found.phases["install"].commands == ["one"]
    build = found.phases["build"]
    assert (build.on_failure, build.retries, build.retry_when) == ("RETRY", 2, "timed out")
    assert build.finally_ == ["four"]
    assert found.phases["post_build"].retries == 3
    assert found.artifact == Files(patterns=["**/*"], base="out", excluded=["b"], flat=True)
    assert found.secondary["More"].patterns == ["more.txt"]
    assert found.sections == ["version", "env", "phases", "artifacts", "cache"]
    assert [command.text for command in found.commands()] == ["one", "two", "three", "four"]
    assert list(found.commands())[2].path == ("phases", "build", "commands", 1)


def test_version_one_has_a_shell_for_each_command() -> None:
    found = read_buildspec("version: 0.1\nphases: {build: {commands: [a]}}", "b")
    assert found.isolated
    assert found.shell == "sh"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "- a",
            "YAML_FILE_ERROR: buildspec.yml: a buildspec must be a mapping with version and phases",
        ),
        ("version: 0.2", "lacks phases"),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "put the command in quotes"),
    ],
)
def test_what_is_none(text: str, message: str) -> None:
    with pytest.raises(BuildspecError, match=message):
        read_buildspec(text, "buildspec.yml")


def test_what_codebuild_refuses_is_understood_as_far_as_it_goes() -> None:
    found = parse_buildspec(
        """
version: 3
env: [A]
phases:
  build: {commands: [one, {two: three}, four]}
  test: null
artifacts: {files: 3, secondary-artifacts: {A: {files: a}, B: b}}
""",
        "buildspec.yml",
    )
    assert found.mistake == (("version",), "version is 3; use one of 0.2, 0.1")
    assert found.variables == {}
    assert [command.path[-1] for command in found.commands() if command.text] == [0, 2]
    assert found.artifact is not None
    assert found.artifact.patterns == []
    assert list(found.secondary) == ["A"]
