"""The only place that writes to standard output and standard error.

Lines are made printable, because names, paths and values in them come from others. A document
(YAML, JSON, XML) is written as it is: its format escapes what must be escaped.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from enum import IntEnum
from threading import RLock

import click

from cfn_pipeline.errors import OutputError
from cfn_pipeline.printable import printable


class Level(IntEnum):
    """How much is printed."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2


#: The level of this run: the options --quiet and --verbose set it.
level = Level.NORMAL

#: Held while one thread writes, and another may show progress.
_lock = RLock()
_progress = ""


def line(text: object = "", *, color: str | None = None) -> None:
    """Write a line of the result to standard output.

    Raises:
        OutputError: standard output cannot be written.

    """
    shown = _encodable(printable(text), sys.stdout)
    if color is not None and not os.environ.get("NO_COLOR"):
        shown = click.style(shown, fg=color)
    _write(f"{shown}\n")


def report(text: str) -> None:
    """Write a report of ``check``, whose texts are printable already, to standard output.

    Raises:
        OutputError: standard output cannot be written.

    """
    _write(_encodable(text, sys.stdout))


def document(text: str) -> None:
    """Write a document to standard output, as it is.

    Raises:
        OutputError: standard output cannot be written, or its encoding lacks a character.

    """
    _write(text)


def message(text: object = "") -> None:
    """Write a line to standard error; it is lost if that cannot be written.

    Errors, warnings, what was not looked at, and why the exit code is not 0.
    """
    _write_error(f"{printable(text)}\n")


def hint(text: object = "") -> None:
    """Write a line to standard error, unless with --quiet: what is done, and what to do next."""
    if level > Level.QUIET:
        message(text)


def detail(text: object) -> None:
    """Write a line to standard error with --verbose."""
    if level is Level.VERBOSE:
        message(text)


def shows_progress() -> bool:
    """Return whether progress is shown: on a terminal that can erase it, unless with --quiet."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return level > Level.QUIET and is_terminal and os.environ.get("TERM") != "dumb"


def progress(text: str) -> None:
    """Show on a terminal how far the work is, below all else, until :func:`end_progress`."""
    global _progress
    if shows_progress():
        with _progress_aside():
            _progress = printable(text)


def end_progress() -> None:
    """Remove what :func:`progress` shows."""
    global _progress
    with _progress_aside():
        _progress = ""


def prompt(question: str) -> None:
    """Write a question to standard error; the answer is typed on the same line."""
    end_progress()
    _write_error(printable(question))


def discard_output() -> None:
    """Discard what standard output still holds, so that Python does not fail at its exit."""
    with contextlib.suppress(OSError, ValueError):
        if sys.__stdout__ is not None:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.__stdout__.fileno())
            os.close(null)


def _write(text: str) -> None:
    if sys.stdout is None:
        raise OutputError("standard output is closed; redirect it to a file")
    try:
        with _progress_aside():
            click.echo(text, nl=False)
    except UnicodeEncodeError as error:
        raise OutputError(
            f"standard output cannot be written: its encoding {error.encoding} has no "
            f"{printable(error.object[error.start])!r}; set PYTHONIOENCODING=utf-8"
        ) from error
    except BrokenPipeError as error:
        # The reader has what it wanted, as in "| head": there is nothing to tell.
        discard_output()
        raise click.exceptions.Exit(2) from error
    except OSError as error:
        discard_output()
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def _write_error(text: str) -> None:
    with _progress_aside():
        _echo_error(_encodable(text, sys.stderr))


@contextlib.contextmanager
def _progress_aside() -> Iterator[None]:
    """Remove the line of progress, and write it again after the block."""
    with _lock:
        if _progress:
            _echo_error("\r\x1b[K")
        try:
            yield
        finally:
            if _progress:
                _echo_error(_encodable(_progress, sys.stderr))


def _echo_error(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, nl=False, err=True)


def _encodable(text: str, stream: object) -> str:
    """Return a text with escapes for the characters that the encoding of a stream lacks."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
