"""Work in several processes: in order, and told when one ends."""

import os
import subprocess
import sys
import time

import pytest

from cfn_pipeline import jobs


def _square(number: int) -> int:
    return number * number


def _end(number: int) -> int:
    os._exit(number)


@pytest.mark.parametrize("count", [1, 3])
def test_results_come_in_the_order_of_the_work(count: int) -> None:
    with jobs.results(_square, range(40), count) as results:
        assert list(results) == [number * number for number in range(40)]


def test_a_process_that_is_ended_is_told() -> None:
    with (
        pytest.raises(ChildProcessError),
        jobs.results(_end, [3, 4], 2) as results,
    ):
        list(results)


def test_few_are_done_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "cores", lambda: 8)
    assert [jobs.default_jobs(number) for number in (0, 1, 31, 32, 1000)] == [1, 1, 1, 2, 8]


@pytest.mark.thorough
def test_processes_end_with_the_one_that_started_them() -> None:
    script = (
        "import os, signal, time\n"
        "from cfn_pipeline import jobs\n"
        "def work(n): time.sleep(0.05); return os.getpid()\n"
        "with jobs.results(work, list(range(40)), 2) as results:\n"
        "    print(next(results), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    worker = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("it still runs")
