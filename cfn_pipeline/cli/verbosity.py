"""The options --quiet and --verbose: the same before a verb and after it."""

from typing import Any

import click

from cfn_pipeline import details
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.printing import Level

_LEVELS = {"quiet": Level.QUIET, "verbose": Level.VERBOSE}


def with_verbosity(command: click.Command) -> click.Command:
    """Add the options to a command that lacks them."""
    if not any(parameter.name in _LEVELS for parameter in command.params):
        command.params += [
            _option("-q", "--quiet", "Print results, findings and errors, but no hints."),
            _option("-v", "--verbose", "Print what is read, left out and asked, and how long."),
        ]
    return command


def set_level(level: Level) -> None:
    """Set what is printed from now on."""
    printing.level = level
    details.listen(printing.detail if level is Level.VERBOSE else None)


def _option(short: str, long: str, text: str) -> click.Option:
    return click.Option(
        [short, long], is_flag=True, expose_value=False, callback=_choose, is_eager=True, help=text
    )


def _choose(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if not value:
        return
    level = _LEVELS[str(param.name)]
    if printing.level not in (Level.NORMAL, level):
        raise click.UsageError("--quiet and --verbose exclude each other; leave out one.", ctx=ctx)
    set_level(level)
