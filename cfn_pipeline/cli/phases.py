"""The phases of a verb: how long each takes, and which one a person at a terminal waits for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cfn_pipeline import details
from cfn_pipeline.cli import printing

#: Seconds after which a terminal shows the phase.
PATIENCE = 1.0


@contextmanager
def phase(name: str, *, hidden: bool = False) -> Iterator[Callable[[str], None]]:
    """Tell how long a block takes (--verbose), and show it on a terminal once it takes long.

    Yields what shows how far the phase is, such as ``"3 of 10 applications"``.

    Args:
        name: what is done, such as ``rules``.
        hidden: whether its name is not shown until it tells how far it is: the block may ask
            something at the terminal, or copies this process, which must have no other thread then.

    """
    begin = time.monotonic()
    end = _show_later(name) if printing.shows_progress() and not hidden else lambda: None

    def show(text: str) -> None:
        if time.monotonic() - begin > PATIENCE:
            printing.progress(text)

    try:
        yield show
    finally:
        end()
        printing.end_progress()
        details.tell(f"{name}: {time.monotonic() - begin:.2f} s")


def _show_later(name: str) -> Callable[[], None]:
    """Show a phase when it takes long; return what keeps it from being shown."""
    from threading import Timer

    timer = Timer(PATIENCE, printing.progress, [f"{name} ..."])
    timer.daemon = True
    timer.start()

    def end() -> None:
        timer.cancel()
        timer.join()

    return end
