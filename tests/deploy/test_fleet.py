"""The pipeline of pipelines, rehearsed: what becomes of three applications in its life."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.command import run
from tests.examples.test_configurations import EXAMPLES
from tests.rehearsal.small import Run, spawn

#: Their applications import the connection.
SHARED = "shared: {name: common, notifications: true, connection: github}\n"


class Repository:
    """The repository of the platform team, and the pipeline that is deployed from it."""

    def __init__(self, folder: Path, example: str, *edits: tuple[str, str]) -> None:
        self._folder = folder
        self.files = folder / "repository"
        self.deployed = folder / "deployed"
        self.config = self.files / "cfn-pipeline.yml"
        shutil.copytree(EXAMPLES / example, self.files)
        self.edit("\n  approval: true\n  parameters", "\n  parameters")
        for old, new in edits:
            self.edit(old, new)
        self.render()
        self.deploy()

    def edit(self, old: str, new: str) -> None:
        replace(self.config, old, new)

    def render(self, *words: str) -> None:
        done = run("render", "--config", str(self.config), *words)
        assert done.code == 0, done.out + done.err

    def deploy(self) -> None:
        """Let the pipeline be the one that is rendered."""
        shutil.rmtree(self.deployed, ignore_errors=True)
        shutil.copytree(self.files / "platform", self.deployed)

    def rehearse(self, *words: str) -> Run:
        begin = [str(self.deployed / "pipeline.yml"), "--source", "Configuration"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return spawn(
            self._folder,
            *([] if "--resume" in words else [f"{begin[0]}", begin[1], f"{begin[2]}={self.files}"]),
            *words,
            *("--builds", "shell", "--shim", "pip", "--format", "json"),
            PATH=path,
        )

    def log(self, done: Run) -> str:
        [log] = Path(self._folder, str(done.json["folder"])).glob("builds/*/log*")
        return log.read_text()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def messages(done: Run) -> dict[str, str]:
    """Return the message of each action that deploys what is shared, or applications."""
    return {
        action["name"]: action["message"]
        for stage in done.json["stages"]
        if stage["name"].startswith(("Shared", "Wave"))
        for action in stage["actions"]
    }


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    shared = ("\ndefaults:", f"\n{SHARED}\ndefaults:")
    repository = Repository(tmp_path_factory.mktemp("fleet"), "fleet-pipeline", shared)
    done = repository.rehearse()
    assert done.code == 0, done.err
    assert set(done.states().values()) == {"Succeeded"}
    return repository


def test_three_applications_come_up(repository: Repository) -> None:
    done = repository.rehearse("--after", "last")
    assert done.code == 0, done.err
    found = messages(done)
    assert {name.partition("-")[0] for name in found} == {"common", "orders", "mailer", "reports"}
    assert [name for name in found if name.startswith("common")] == [
        *("common-delivery", "common-kms", "common-notifications", "common-connection"),
    ]
    assert set(found.values()) == {"no changes"}
    # The rehearsal itself deploys the stack without the pipeline.
    assert "changed: platform-pipeline" in repository.log(done)


def test_a_change_to_one_changes_only_one(repository: Repository) -> None:
    repository.edit("  - name: mailer\n", '  - name: mailer\n    pull_accounts: ["222222222222"]\n')
    repository.render()
    done = repository.rehearse("--after", "last")
    assert done.code == 0, done.err
    changed = [name for name, message in messages(done).items() if message != "no changes"]
    assert changed == ["mailer-ecr"]
    assert "mailer-ecr: changed, from mailer/ecr.yml" in repository.log(done)


def test_a_broken_configuration_stops_before_anything_is_deployed(repository: Repository) -> None:
    repository.edit("load_balancer: null", "load_balancers: null")
    done = repository.rehearse("--after", "last")
    repository.edit("load_balancers: null", "load_balancer: null")
    assert done.code == 1
    assert done.states()["Render/Render"] == "Failed"
    later = {s for id_, s in done.states().items() if id_.startswith(("Wave", "Pipeline"))}
    assert later == {"NotStarted"}
    assert "unknown key 'load_balancers'" in repository.log(done)


def test_what_goes_is_shown_and_asked_for(repository: Repository) -> None:
    text = repository.config.read_text().replace(SHARED, "")
    repository.config.write_text(text[: text.index("  - name: reports")])
    repository.render()

    # The pipeline that is deployed is not the rendered one: it updates itself, and nothing else.
    done = repository.rehearse("--after", "last")
    assert done.code == 0, done.err
    waves = {s for id_, s in done.states().items() if id_.startswith("Wave")}
    assert waves == {"Skipped"}
    assert done.states()["Pipeline/platform-pipeline"] == "Succeeded"
    for stack in ("reports-pipeline", "common-connection"):
        assert f"{stack}: to be removed, when a person approves" in repository.log(done)

    repository.deploy()
    done = repository.rehearse("--after", "last", "--reject")
    assert done.code == 1
    assert done.states()["Remove/Approve"] == "Rejected"
    assert done.states()["Remove/reports-kms"] == "NotStarted"
    assert {s for i, s in done.states().items() if i.startswith("Wave")} == {"Succeeded"}

    done = repository.rehearse("--resume", "last", "--approve")
    assert done.code == 0, done.err
    assert done.details("Remove/reports-pipeline")["status"] == "deleted"
    assert done.details("Remove/reports-delivery")["status"] == "deleted"
    # What applications shared goes last: they no longer import from it.
    names = [id_.partition("/")[2] for id_ in done.states() if id_.startswith("Remove/")]
    assert names.index("reports-delivery") < names.index("common-connection")
    assert names[-2:] == ["common-kms", "common-delivery"]
    assert done.details("Remove/common-delivery")["status"] == "deleted"
    assert done.details("Wave1/orders-pipeline")["status"].endswith("_COMPLETE")

    repository.render("--prune")
    repository.render()
    assert "Remove" not in (repository.files / "platform" / "pipeline.yml").read_text()
