"""The table that lives while a run goes on."""

import threading
from pathlib import Path

import pytest

from cfn_pipeline.cli.progress import LiveTable
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from cfn_pipeline.rehearsal.run.journal import Journal

ACTIONS = [
    Action(stage="S", name=name, category=category, owner="AWS", provider="X")
    for name, category in (("Build", "Build"), ("Approve", "Approval"))
]
PIPELINE = Pipeline(name="p", bucket="b", stages=[Stage(name="S", actions=ACTIONS)])


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> LiveTable:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.setenv(name, "1")  # else rich draws nothing
    return LiveTable()


def test_nobody_waits_for_somebody_who_waits(table: LiveTable, tmp_path: Path) -> None:
    table._live.refresh_per_second = 2000  # so that it draws in between whatever happens
    table.on_start(PIPELINE, Journal.begin(tmp_path, "p", {}))

    def follow() -> None:
        for number in range(200):
            table.on_action(ACTIONS[0], Status.IN_PROGRESS, 0.0, "")
            table.on_notice(f"note {number}")
            table.on_action(ACTIONS[0], Status.SUCCEEDED, 1.0, "[not markup]")
            table.pause()
            table.on_action(ACTIONS[1], Status.SUCCEEDED, 1.0, "")

    threads = [threading.Thread(target=follow, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    table.close()


def test_the_table_stays_away_while_a_person_is_asked(table: LiveTable, tmp_path: Path) -> None:
    table.on_start(PIPELINE, Journal.begin(tmp_path, "p", {}))
    table.on_action(ACTIONS[1], Status.IN_PROGRESS, 0.0, "")
    table.pause()
    table.on_action(ACTIONS[0], Status.SUCCEEDED, 1.0, "")
    seen = [table._is_shown]
    table.on_action(ACTIONS[1], Status.SUCCEEDED, 1.0, "")
    seen.append(table._is_shown)
    table.close()
    assert seen == [False, True]


def test_an_action_in_which_a_run_was_killed_has_not_begun(
    table: LiveTable, tmp_path: Path
) -> None:
    journal = Journal.begin(tmp_path, "p", {})
    journal.end_action(ACTIONS[1].id, Outcome(), 2.0, {})
    journal.start_action(ACTIONS[0].id)
    table.on_start(PIPELINE, journal)
    assert list(table._states) == [ACTIONS[1].id]
    table.close()
