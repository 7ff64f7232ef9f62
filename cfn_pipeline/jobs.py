"""Work in several processes at the same time."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: For so few, another process costs more than it saves.
_WORTH_A_JOB = 16
#: How much a process gets at a time: little, so that all end at the same time.
_CHUNK = 8


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def default_jobs(number: int) -> int:
    """Return in how many processes as much work is done."""
    return max(1, min(cores(), number // _WORTH_A_JOB))


@contextmanager
def results(work: Callable[[T], R], items: Sequence[T], jobs: int) -> Iterator[Iterator[R]]:
    """Yield the results of work on items, in their order.

    The processes live until the end of the block. What they load before is loaded once.

    Args:
        work: a function of a module, or a partial of one.
        items: what it gets, one after the other.
        jobs: in how many processes; 1: in this one.

    Raises:
        ChildProcessError: a process was ended from outside, as for lack of memory.

    """
    if jobs <= 1 or len(items) <= 1:
        yield map(work, items)
        return
    import multiprocessing  # only those who need it load it
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    # A copy of this process has everything loaded; where there is none, each loads it.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    executor = ProcessPoolExecutor(
        max_workers=min(jobs, len(items)),
        mp_context=multiprocessing.get_context(method),
        initializer=_end_with_parent,
    )
    try:
        yield executor.map(work, items, chunksize=_CHUNK)
    except BrokenExecutor as error:
        raise ChildProcessError(str(error)) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the one that started it has ended: it would wait for work for ever."""
    import threading
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is None:
        return

    def end() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
