"""The workflows of examples/ci: their commands run, in a repository with a change."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from cfn_pipeline.buildspec.form import mistakes_in
from tests.command import ROOT

CI = ROOT / "examples" / "ci"
GITHUB = yaml.safe_load((CI / "github" / "deployment.yml").read_text())
GITLAB = yaml.safe_load((CI / "gitlab" / ".gitlab-ci.yml").read_text())
CODEBUILD = yaml.safe_load((CI / "codebuild" / "buildspec.yml").read_text())
SCRIPTS = {
    "github": [step["run"] for step in GITHUB["jobs"]["check"]["steps"] if "run" in step],
    "gitlab": GITLAB["deployment"]["script"],
    "codebuild": [
        command for phase in CODEBUILD["phases"].values() for command in phase["commands"]
    ],
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone of a deployment folder, with a commit that the branch main does not have."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    shutil.copytree(ROOT / "examples" / "queue-worker", origin)

    def git(*words: str, at: Path) -> None:
        settings = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *settings, *words], cwd=at, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main", at=origin)
    git("add", ".", at=origin)
    git("commit", "--quiet", "-m", "begin", at=origin)
    git("clone", "--quiet", str(origin), str(clone), at=tmp_path)
    config = clone / "cfn-pipeline.yml"
    config.write_text(config.read_text().replace("memory: 512", "memory: 1024"))
    command = [sys.executable, "-m", "cfn_pipeline", "render", "--config", "cfn-pipeline.yml"]
    subprocess.run(command, cwd=clone, check=True, capture_output=True)
    git("commit", "--quiet", "-am", "more memory", at=clone)
    return clone


@pytest.mark.thorough
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_commands_run(name: str, repository: Path) -> None:
    tools = repository.parent / "tools"
    tools.mkdir()
    for tool in ("gh", "pip", "curl"):  # what they would change is elsewhere
        (tools / tool).write_text("#!/bin/sh\n")
        (tools / tool).chmod(0o755)
    base = subprocess.run(
        ["git", "rev-parse", "origin/main"],
        cwd=repository,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.strip()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(SCRIPTS[name])],
        cwd=repository,
        env={
            "PATH": f"{tools}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(repository.parent),
            "BASE": "main",
            "PULL_REQUEST": "7",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
            "NOTES_TOKEN": "token",
            "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
            "CI_PROJECT_ID": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = repository / "difference.md"
    assert "Memory" in (shown.read_text() if shown.exists() else done.stdout)
    if name == "github":
        [run] = json.loads((repository / "findings.sarif").read_text())["runs"]
        assert run["results"] == []
    else:
        assert ElementTree.parse(repository / "findings.xml").getroot().tag == "testsuites"


def test_the_buildspec_is_one() -> None:
    assert mistakes_in(CODEBUILD) == []
