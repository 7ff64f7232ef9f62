"""The record of a run."""

import json
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.run.journal import Journal
from cfn_pipeline.rehearsal.run.plan import Plan

PLAN = {"plan": Plan(template=Path("pipeline.yml")).to_dict()}


def test_runs_are_numbered(tmp_path: Path) -> None:
    folders = [Journal.begin(tmp_path / "runs", "my app", {}).folder.path.name for _ in range(3)]
    assert folders == ["my-app-0001", "my-app-0002", "my-app-0003"]
    assert (tmp_path / "runs" / ".gitignore").read_text() == "*\n"


def test_what_is_recorded_is_there_again(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", PLAN)
    journal.start_action("A/B")
    journal.record_intent("A/B", {"change_set": "arn"})
    found = Journal.find(tmp_path, "last", "--resume")
    assert found.status("A/B") is Status.IN_PROGRESS
    found.start_action("A/B")
    assert found.action("A/B")["intended"] == {"change_set": "arn"}
    found.end_action("A/B", Outcome(message="done", variables={"X": "1"}), 1.234, {})
    again = Journal.find(tmp_path, "app-0001", "--resume")
    assert again.action("A/B")["message"] == "done"
    assert "intended" not in again.action("A/B")
    assert again.status("C/D") is Status.NOT_STARTED


def test_a_stopped_action_keeps_what_it_was_about_to_do(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", {})
    journal.start_action("A/B")
    journal.record_intent("A/B", {"change_set": "arn"})
    journal.end_action("A/B", Outcome(status=Status.STOPPED), 0.0, {})
    assert journal.action("A/B")["intended"] == {"change_set": "arn"}


def test_a_notice_is_given_once(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", {})
    assert [journal.notice("a"), journal.notice("b"), journal.notice("a")] == [True, True, False]


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", {})
    refused = pytest.raises(RehearsalError, match="another process runs app-0001")
    with journal.lock(), refused, journal.lock():
        pass
    with journal.lock():
        pass


def test_last_is_the_one_that_began_last(tmp_path: Path) -> None:
    first = Journal.begin(tmp_path, "b", PLAN)
    second = Journal.begin(tmp_path, "a", PLAN)
    first.record(started="2026-01-01T00:00:00")
    second.record(started="2026-01-02T00:00:00")
    assert Journal.find(tmp_path, "last", "--after").folder == second.folder


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    Journal.begin(tmp_path, "app", {})
    with pytest.raises(RehearsalError, match=r"--after no: .* no such run; its runs: app-0001"):
        Journal.find(tmp_path, "no", "--after")


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"format": 99})])
def test_a_record_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    journal = Journal.begin(tmp_path, "app", {})
    journal.folder.journal.write_text(text)
    with pytest.raises(RehearsalError, match="this version cannot read"):
        Journal.find(tmp_path, "app-0001", "--resume")


def test_nothing_half_written(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", {})
    with pytest.raises(TypeError):
        journal.record(bad=object())
    assert json.loads(journal.folder.journal.read_text())["run"] == "app-0001"
    assert list(journal.folder.path.glob(".run*")) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RehearsalError, match="the folder of the run cannot be created"):
        Journal.begin(tmp_path / "file", "app", {})


@pytest.mark.parametrize(
    "change",
    [
        {"plan": None},
        {"plan": {}},
        {"plan": {"template": 1, "others": []}},
        {"plan": {**PLAN["plan"], "sources": ["App"]}},
        {"plan": {**PLAN["plan"], "sources": {"App": 1}}},
        {"plan": {**PLAN["plan"], "region": 1}},
        {"plan": {**PLAN["plan"], "more": 1}},
        {"actions": []},
        {"actions": {"A/B": {}}},
        {"actions": {"A/B": {"status": "Dancing"}}},
        {"actions": {"A/B": {"status": "Failed", "details": 1}}},
        {"notices": None},
        {"seconds": "x"},
        {"started": 1, "plan": None},
        {"definition": {}},
        {"definition": {"stages": []}},
        {"artifacts": {"A": {}}},
    ],
)
def test_a_journal_that_is_broken_is_told(tmp_path: Path, change: dict[str, Any]) -> None:
    journal = Journal.begin(tmp_path, "app", PLAN)
    Journal.find(tmp_path, "last", "--resume")
    journal.record(**change)
    with pytest.raises(RehearsalError, match=r"this version cannot read .*run\.json; begin a new"):
        Journal.find(tmp_path, "last", "--resume")


def test_a_journal_without_anything_is_told(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path, "app", PLAN)
    journal.folder.journal.write_text('{"format": 1}')
    with pytest.raises(RehearsalError, match="this version cannot read"):
        Journal.find(tmp_path, "last", "--resume")
