"""--quiet and --verbose: the same in all verbs, before and after the verb."""

import json
import re
import sys
import time
from pathlib import Path

import click
import pytest

from cfn_pipeline.cli import main, phases, printing
from cfn_pipeline.cli.progress import Lines
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.pipeline import Action
from tests.adopt.answers import answer, rendered_pipelines
from tests.command import Done, run

STACK = "templates/book/stack.yml"
PIPELINE = "templates/book/pipeline.yml"

NOTHING = "(?!)"  # the pattern that nothing matches

#: How each verb is called: its words, its exit code, hints (a pattern), which --quiet leaves out,
#: and a detail, which --verbose adds. What asks AWS is in tests/deployment.
VERBS = {
    "new": ("new orders -o {folder}", 0, "README.md has the steps", "rendering: "),
    "render": ("render --edition book --check", 0, "up to date|the application is", "planning: "),
    "deploy": ("deploy {folder} --yes", 2, NOTHING, ""),
    "check": (f"check {PIPELINE}", 0, "1 template checked", f"read {PIPELINE} ("),
    "rules": ("rules E9107", 0, NOTHING, ""),
    "permissions": (f"permissions {PIPELINE}", 0, "permissions apply to", f"read {PIPELINE} ("),
    "diff": (f"diff {PIPELINE} {STACK}", 0, NOTHING, f"read {STACK} ("),
    "diagram": (f"diagram {PIPELINE}", 0, NOTHING, f"read {PIPELINE} ("),
    "adopt": ("adopt {folder}.json -o {folder}", 0, "IMPORT.md has|1 template checked", "rules: "),
    "rehearse": ("rehearse {folder}.json --approve", 2, NOTHING, ".json ("),
    "fleet": ("fleet --config {folder}.yml", 2, NOTHING, ".yml ("),
    "schema": ("schema", 0, NOTHING, ""),
    "completion": ("completion fish", 0, NOTHING, ""),
    "mcp": ("mcp {folder}", 2, NOTHING, ""),
}
CONFIG = """\
applications:
  - name: orders
    source: acme/orders
    container: {name: orders, cpu: 256, memory: 512, port: 80}
    environments: [{name: dev}, {name: prod}]
"""
CONTEXT = click.Context(main)


def test_every_verb_is_tried() -> None:
    assert list(VERBS) == main.list_commands(CONTEXT)


@pytest.mark.parametrize("verb", VERBS)
def test_quiet_and_verbose(verb: str, tmp_path: Path) -> None:
    words, code, hints, detail = VERBS[verb]

    def done(name: str, *, before: str = "", after: str = "") -> Done:
        folder = tmp_path / name
        folder.with_suffix(".json").write_text(json.dumps(answer(rendered_pipelines()[PIPELINE])))
        folder.with_suffix(".yml").write_text(CONFIG)
        result = run(*f"{before} {words.format(folder=folder)} {after}".split())
        assert result.code == code, result.err
        without = {"out": result.out, "err": result.err}
        return Done(code=code, **{k: v.replace(str(folder), "F") for k, v in without.items()})

    normal, quiet, verbose = done("a"), done("b", after="-q"), done("c", after="-v")
    assert normal.out == quiet.out == verbose.out
    lines = normal.err.splitlines()
    assert quiet.err.splitlines() == [line for line in lines if not re.search(hints, line)]
    assert hints == NOTHING or len(quiet.err) < len(normal.err)
    assert detail in verbose.err
    assert detail == "" or detail not in normal.err
    assert set(normal.err.splitlines()) <= set(verbose.err.splitlines())
    assert re.search(r"^\d+\.\d\d s in all$", verbose.err, re.MULTILINE)
    assert "in all" not in normal.err
    assert done("d", before="--quiet") == quiet
    assert detail in done("e", before="--verbose").err


@pytest.mark.parametrize("words", [("-q", "-v"), ("-v", "-q")])
def test_quiet_and_verbose_exclude_each_other(words: tuple[str, str]) -> None:
    for arguments in ((*words, "rules"), (words[0], "rules", words[1]), ("rules", *words)):
        done = run(*arguments)
        assert (done.code, done.out) == (2, "")
        assert "--quiet and --verbose exclude each other; leave out one." in done.err


def test_one_run_does_not_change_the_next() -> None:
    assert "in all" in run("rules", "E9107", "-v").err
    assert run("rules", "E9107").err == ""


def test_every_help_has_both() -> None:
    for verb in main.list_commands(CONTEXT):
        shown = run(verb, "--help").out
        assert "-q, --quiet" in shown, verb
        assert "-v, --verbose" in shown, verb
        assert shown.count("--quiet") == 1, verb


def test_files_that_are_left_out_are_named() -> None:
    assert (
        "left out templates/book/buildspec.yml: not a template"
        in run("check", "templates/book", "-v").err
    )


def test_applications_that_are_unchanged_are_named(tmp_path: Path) -> None:
    config = tmp_path / "cfn-pipeline.yml"
    config.write_text(CONFIG)
    assert run("render", "--config", str(config), "-q").err.count("fill in") == 2
    shown = run("render", "--config", str(config), "-v").err
    assert f"{tmp_path}: unchanged since it was rendered, according to its" in shown
    assert f"read {config} ({len(CONFIG)} characters)" in shown


def test_a_quiet_rehearsal_shows_notices_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "level", printing.Level.QUIET)
    lines = Lines()
    action = Action(stage="S", name="A", category="Build", owner="AWS", provider="CodeBuild")
    lines.on_prepare("the local AWS")
    lines.on_action(action, Status.SUCCEEDED, 1.0, "")
    lines.on_notice("stage S: triggers do not start a rehearsal")
    lines.show("Change set")
    assert capsys.readouterr().err == (
        "note: stage S: triggers do not start a rehearsal\nChange set\n"
    )


# Progress


def at_terminal(patch: pytest.MonkeyPatch, level: printing.Level = printing.Level.NORMAL) -> None:
    patch.setattr(printing, "level", level)
    patch.setattr(sys.stderr, "isatty", lambda: True)


def test_a_phase_that_takes_long_is_shown_until_it_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminal(monkeypatch)
    monkeypatch.setattr(phases, "PATIENCE", 0.0)
    with phases.phase("rules") as show:
        deadline = time.monotonic() + 10
        while not printing._progress and time.monotonic() < deadline:
            time.sleep(0.001)
        printing.message("an event")
        show("2 of\n3")
    assert capsys.readouterr().err == (
        "rules ...\r\x1b[Kan event\nrules ...\r\x1b[K2 of\\n3\r\x1b[K"
    )


def test_a_phase_that_is_quick_is_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminal(monkeypatch)
    with phases.phase("rules") as show:
        show("1 of 3")
    assert capsys.readouterr().err == ""


def test_quiet_shows_no_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminal(monkeypatch, printing.Level.QUIET)
    monkeypatch.setattr(phases, "PATIENCE", -1.0)
    with phases.phase("rules") as show:
        show("1 of 3")
    assert capsys.readouterr().err == ""
