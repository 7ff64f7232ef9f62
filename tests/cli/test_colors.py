"""Colours are for terminals, and not where NO_COLOR is set; progress is for what can erase it."""

import contextlib
import sys

import pytest
from click.testing import CliRunner

from cfn_pipeline.cli import main, printing
from tests.command import ROOT

DIFF = ("diff", "templates/book/ecr.yml", "templates/current/ecr.yml")


def out(variables: dict[str, str | None], *, is_terminal: bool) -> str:
    with contextlib.chdir(ROOT):
        done = CliRunner(env=variables).invoke(main, DIFF, color=is_terminal)
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("value", [None, ""])
def test_a_terminal_has_colors(value: str | None) -> None:
    """An empty NO_COLOR is as none: https://no-color.org."""
    assert "\x1b[" in out({"NO_COLOR": value}, is_terminal=True)
    assert "\x1b" not in out({"NO_COLOR": value}, is_terminal=False)


def test_no_color_has_none() -> None:
    assert "\x1b" not in out({"NO_COLOR": "1"}, is_terminal=True)


@pytest.mark.parametrize(("term", "shows"), [("xterm", True), ("dumb", False), (None, True)])
def test_a_dumb_terminal_shows_no_progress(
    term: str | None, shows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(printing, "level", printing.Level.NORMAL)
    if term is None:
        monkeypatch.delenv("TERM", raising=False)
    else:
        monkeypatch.setenv("TERM", term)
    assert printing.shows_progress() is shows
