"""The time of a rollout: what comes out where it can be reckoned by hand."""

import pytest

from tests.scripts import load_script, run_script

SCRIPT = load_script("simulate_rollout.py")
FREE = {"starts": 1e9, "questions": 1e9, "burst": 10**9, "spread": 0.0}


def test_a_bucket_answers_a_burst_and_then_its_rate() -> None:
    bucket = SCRIPT.Bucket(rate=2.0, burst=3)
    assert [bucket.takes(0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.takes(0.5), bucket.takes(0.5), bucket.takes(1.0)] == [True, False, True]
    assert [bucket.takes(100.0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("stacks", "waves"), [(1, 1), (100, 1), (101, 2), (250, 3), (1_000, 10)], ids=str
)
def test_waves_follow_one_another(stacks: int, waves: int) -> None:
    rollout = SCRIPT.simulate(stacks, SCRIPT.Model(minutes=2, poll=15, **FREE))
    assert (rollout.waves, rollout.seconds) == (waves, waves * 120)
    # Each begins its update, and asks every 15 seconds.
    assert (rollout.requests, rollout.refused) == (stacks * 9, 0)


def test_an_update_is_seen_at_the_next_question() -> None:
    assert SCRIPT.simulate(1, SCRIPT.Model(minutes=1.01, poll=15, **FREE)).seconds == 75


def test_no_more_updates_begin_than_are_answered() -> None:
    slow = {**FREE, "starts": 0.5, "burst": 1}
    rollout = SCRIPT.simulate(40, SCRIPT.Model(minutes=1, poll=15, **slow))
    # The first begins at once, each other two seconds after the one before it, or later.
    assert rollout.seconds >= 39 * 2 + 60
    assert rollout.refused > 0
    assert rollout.requests == 40 * 5
    faster = SCRIPT.simulate(40, SCRIPT.Model(minutes=1, poll=15, **{**slow, "starts": 5.0}))
    assert 60 <= faster.seconds < rollout.seconds


def test_the_same_every_time() -> None:
    assert SCRIPT.simulate(300, SCRIPT.Model()) == SCRIPT.simulate(300, SCRIPT.Model())


def test_what_it_prints(capfd: pytest.CaptureFixture[str]) -> None:
    done = run_script(SCRIPT, ["10000", "--cells", "10", "--stacks", "2"], capfd)
    assert done.code == 0
    assert done.out.startswith(
        "10,000 applications in 10 cells of 2,000 stacks\n"
        "in each cell: 3 pipelines and 20 waves of at most 100 stacks, one after another\n"
    )
    for wrong in (["0"], ["10", "--cells", "0"], ["10", "--wave", "101"], ["10", "--starts", "0"]):
        assert run_script(SCRIPT, wrong, capfd).code == 2
