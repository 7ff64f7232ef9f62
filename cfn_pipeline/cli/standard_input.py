"""Standard input, which stands as ``-`` where a verb takes a file."""

import io
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.template.files import read_stream, read_text

#: What it is called in messages.
NAME = "standard input"


def is_input(place: Path | str | None) -> bool:
    """Return whether an argument stands for standard input."""
    return str(place) == "-"


def name_of(place: Path | str) -> str:
    """Return what a file is called in messages."""
    return NAME if is_input(place) else str(place)


def read(place: Path) -> str:
    """Return the text of a file, or of standard input.

    Raises:
        TemplateError: it cannot be read, is not UTF-8, or is too large.

    """
    if not is_input(place):
        return read_text(place)
    if sys.stdin is None:
        raise TemplateError(f"{NAME}: is closed; give a file")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="strict")  # as files, whatever the locale
    return read_stream(sys.stdin, NAME)


def require_once(places: Iterable[Path | str | None]) -> None:
    """Refuse arguments that all stand for standard input, which can be read once.

    Raises:
        UsageError: several do.

    """
    if sum(is_input(place) for place in places) > 1:
        raise click.UsageError("- stands for standard input, which has one file; use - once.")
