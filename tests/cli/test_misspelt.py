"""Verbs and options that are misspelt are answered with the nearest."""

import click
import pytest

from cfn_pipeline.cli import main
from tests.command import run

CONTEXT = click.Context(main)
OPTIONS = [
    (verb, option)
    for verb in main.list_commands(CONTEXT)
    for command in [main.get_command(CONTEXT, verb)]
    if command is not None
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
]


@pytest.mark.parametrize(
    ("verb", "hint"), [("chek", "did you mean 'check'?"), ("xyz", "the verbs are new, render, ")]
)
def test_the_nearest_verb_is_named(verb: str, hint: str) -> None:
    done = run(verb)
    assert done.code == 2
    assert f"unknown verb {verb!r}; {hint}" in done.err


def test_the_nearest_option_is_named() -> None:
    assert {verb for verb, _ in OPTIONS} == set(main.list_commands(CONTEXT))
    for verb, option in OPTIONS:
        misspelt = f"{option[:4]}{option[5:]}x"  # --hlpx
        done = run(verb, misspelt)
        assert done.code == 2
        assert f"No such option {misspelt!r}. " in done.err
        assert f"{option!r}" in done.err, (verb, misspelt)
