"""The chapter's pipelines with the example application, from the first commit on."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import EDITIONS
from cfn_pipeline.rehearsal.local_aws.embedded import embedded_aws
from tests.rehearsal.small import Run, spawn

ROOT = Path(__file__).parents[2]
SECRET = 'todobackend/credentials={"MYSQL_PASSWORD": "p", "SECRET_KEY": "k"}'

DEV = {"book": "todobackend", "current": "todobackend-dev"}


class Chapter:
    """The application's repository, the templates of an edition, and runs of its pipeline."""

    def __init__(self, folder: Path, edition: str) -> None:
        self.folder = folder
        self.edition = edition
        self.app = folder / "todobackend"
        self.dev = DEV[edition]
        shutil.copytree(ROOT / "examples" / "todobackend-app", self.app)
        shutil.copytree(ROOT / "templates" / edition, folder / "todobackend-aws")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("First")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.app, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def rehearse(self, *words: str, approve: str = "--approve") -> Run:
        begin = [
            "todobackend-aws/pipeline.yml",
            *("--source", "MyApp=todobackend", "--source", "DeploymentRepository=todobackend-aws"),
            *("--secret", SECRET),
        ]
        return self.run(*([] if "--resume" in words else begin), *words, approve)

    def run(self, *words: str) -> Run:
        return spawn(self.folder, *words, "--builds", "shell", "--format", "json")

    def parameters(self, run: str) -> dict[str, dict[str, str]]:
        """Return the parameters of each stack that a run has left."""
        folder = self.folder / ".rehearsal" / run / "account"
        with embedded_aws(folder, region="us-east-1") as server:
            stacks = server.account.client("cloudformation").describe_stacks()["Stacks"]
        return {
            stack["StackName"]: {
                p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])
            }
            for stack in stacks
        }


@pytest.fixture(params=list(EDITIONS))
def chapter(request: pytest.FixtureRequest, tmp_path: Path) -> Chapter:
    return Chapter(tmp_path, request.param)


def test_a_commit_reaches_dev_and_production(chapter: Chapter) -> None:
    commit = chapter.git("rev-parse", "HEAD")
    done = chapter.rehearse()
    assert done.code == 0, done.err
    build_id = done.details("Build/CodeBuild")["build_id"].removeprefix("todobackend:")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", build_id)
    stacks = chapter.parameters("todobackend-0001")
    tags = {stacks[name]["ApplicationImageTag"] for name in (chapter.dev, "todobackend-prod")}
    assert tags == {f"{commit}.{build_id}"}
    calls = [" ".join(call) for call in done.details("Build/CodeBuild")["calls"]]
    assert "docker compose push app" in calls
    assert calls.index("docker compose run --rm test") < calls.index("docker compose push app")


def changed(done: Run) -> set[str]:
    """Return what the parameter with the image's tag changes in production."""
    changes: list[dict[str, Any]] = done.details("Production/ChangeSet")["changes"]
    return {change["resource"] for change in changes if "ApplicationImageTag" in change["cause"]}


def test_what_comes_after_the_first_commit(chapter: Chapter) -> None:
    assert chapter.rehearse().code == 0
    first = chapter.parameters("todobackend-0001")

    (chapter.app / "src" / "new.py").write_text("")
    second_commit = chapter.commit("Second")
    second = chapter.rehearse("--after", "last")
    assert second.code == 0, second.err
    assert changed(second) == {
        name
        for name in ("ApplicationTaskDefinition", "MigrateTaskDefinition")
        if name in json.dumps(second.details("Production/ChangeSet"))
    }
    assert len(changed(second)) == 2
    after_second = chapter.parameters("todobackend-0002")
    assert second_commit in after_second["todobackend-prod"]["ApplicationImageTag"]

    makefile = (chapter.app / "Makefile").read_text()
    (chapter.app / "Makefile").write_text(makefile.replace("release:", "release:\n\tfalse"))
    chapter.commit("A failing build")
    failed = chapter.rehearse("--after", "last")
    assert failed.code == 1
    calls = [" ".join(call) for call in failed.details("Build/CodeBuild")["calls"]]
    assert any(call.startswith("docker compose down") for call in calls)
    assert not any("push" in call for call in calls)
    assert chapter.parameters("todobackend-0003") == after_second

    (chapter.app / "Makefile").write_text(makefile)
    third_commit = chapter.commit("Third")
    rejected = chapter.rehearse("--after", "last", approve="--reject")
    assert (rejected.code, rejected.json["status"]) == (1, "Rejected")
    left = chapter.parameters("todobackend-0004")
    assert left["todobackend-prod"] == after_second["todobackend-prod"]
    assert third_commit in left[chapter.dev]["ApplicationImageTag"]

    resumed = chapter.rehearse("--resume", "last")
    assert resumed.code == 0, resumed.err
    last = chapter.parameters("todobackend-0004")
    assert third_commit in last["todobackend-prod"]["ApplicationImageTag"]
    assert first.keys() == last.keys()


def test_a_failing_migration_stops_at_dev_and_can_be_gone_on_with(chapter: Chapter) -> None:
    assert chapter.rehearse().code == 0
    before = chapter.parameters("todobackend-0001")
    chapter.commit("A migration that fails")
    failed = chapter.rehearse("--after", "last", "--task-exit-code", "9")
    assert failed.code == 1
    assert failed.states()["Dev/Deploy"] == "Failed"
    assert "the container ended with exit code 9" in failed.action("Dev/Deploy")["message"]
    assert chapter.parameters("todobackend-0002") == before
    resumed = chapter.rehearse("--resume", "last")
    assert resumed.code == 0, resumed.err
    after = chapter.parameters("todobackend-0002")
    tags = {after[name]["ApplicationImageTag"] for name in (chapter.dev, "todobackend-prod")}
    assert len(tags) == 1
    assert tags != {before["todobackend-prod"]["ApplicationImageTag"]}


def test_no_new_commit_is_no_change_but_for_the_build(chapter: Chapter) -> None:
    """A second run of one commit is another build, and so another tag."""
    first, second = chapter.rehearse(), chapter.rehearse("--after", "last")
    assert (first.code, second.code) == (0, 0)
    tags = [
        run.details("Dev/Deploy")["parameters"]["ApplicationImageTag"].split(".")
        for run in (first, second)
    ]
    assert tags[0][0] == tags[1][0]
    assert tags[0][1] != tags[1][1]


def test_a_build_that_repeats_its_version_changes_nothing(chapter: Chapter) -> None:
    buildspec = (chapter.app / "buildspec.yml").read_text()
    fixed = buildspec.replace("$CODEBUILD_RESOLVED_SOURCE_VERSION.$BUILD_ID", "1.0")
    assert fixed != buildspec
    (chapter.app / "buildspec.yml").write_text(fixed)
    chapter.commit("A version of its own")
    assert chapter.rehearse().code == 0
    done = chapter.rehearse("--after", "last")
    assert done.code == 0
    for name in ("Dev/Deploy", "Production/ChangeSet", "Production/DeployChangeSet"):
        assert done.action(name)["message"] == "no changes"


@pytest.mark.parametrize("edition", ["book"])
def test_the_chapters_first_two_pipelines(tmp_path: Path, edition: str) -> None:
    chapter = Chapter(tmp_path, edition)
    words = ["--approve", "--secret", SECRET, "--source", "MyApp=todobackend"]
    integration = chapter.run("todobackend-aws/pipeline-integration.yml", *words)
    assert integration.code == 0, integration.err
    assert list(integration.states()) == ["Source/Source", "Build/CodeBuild"]
    deployment = chapter.run(
        "todobackend-aws/pipeline-deployment.yml",
        *words,
        *("--source", "DeploymentRepository=todobackend-aws", "--after", "last"),
    )
    assert deployment.code == 0, deployment.err
    assert "todobackend" in chapter.parameters("todobackend-0002")
