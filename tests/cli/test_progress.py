"""The table that lives while a run goes on."""

import threading
from pathlib import Path

import pytest

from cfn_pipeline.cli.progress import LivingTable
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from cfn_pipeline.rehearsal.pipeline import Action, Pipeline, Stage
from cfn_pipeline.rehearsal.run.journal import Journal

ACTIONS = [
    Action(stage="S", name=name, category=category, owner="AWS", provider="X")
    for name, category in (("Build", "Build"), ("Approve", "Approval"))
]
PIPELINE = Pipeline(name="p", bucket="b", stages=[Stage(name="S", actions=ACTIONS)])


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> LivingTable:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.setenv(name, "1")  # else rich draws nothing
    return LivingTable()


def test_nobody_waits_for_somebody_who_waits(table: LivingTable, tmp_path: Path) -> None:
    table._live.refresh_per_second = 2000  # so that it draws in between whatever happens
    table.begins(PIPELINE, Journal.begin(tmp_path, "p", {}))

    def follow() -> None:
        for number in range(200):
            table.changed(ACTIONS[0], Status.IN_PROGRESS, 0.0, "")
            table.notices(f"note {number}")
            table.changed(ACTIONS[0], Status.SUCCEEDED, 1.0, "[not markup]")
            table.pause()
            table.changed(ACTIONS[1], Status.SUCCEEDED, 1.0, "")

    threads = [threading.Thread(target=follow, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    table.close()


def test_the_table_stays_away_while_a_person_is_asked(table: LivingTable, tmp_path: Path) -> None:
    table.begins(PIPELINE, Journal.begin(tmp_path, "p", {}))
    table.changed(ACTIONS[1], Status.IN_PROGRESS, 0.0, "")
    table.pause()
    table.changed(ACTIONS[0], Status.SUCCEEDED, 1.0, "")
    seen = [table._runs]
    table.changed(ACTIONS[1], Status.SUCCEEDED, 1.0, "")
    seen.append(table._runs)
    table.close()
    assert seen == [False, True]


def test_an_action_in_which_a_run_was_killed_has_not_begun(
    table: LivingTable, tmp_path: Path
) -> None:
    journal = Journal.begin(tmp_path, "p", {})
    journal.action_ends(ACTIONS[1].id, Outcome(), 2.0, {})
    journal.action_begins(ACTIONS[0].id)
    table.begins(PIPELINE, journal)
    assert list(table._states) == [ACTIONS[1].id]
    table.close()
