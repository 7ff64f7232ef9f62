"""``cfn-pipeline diff``: what differs between two states of templates, by meaning."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.pairs import parameters_of
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import NAME, is_input, read, require_once
from cfn_pipeline.diff.comparing import State, compare
from cfn_pipeline.diff.difference import CONSEQUENCES, Difference
from cfn_pipeline.diff.states import read_state

FORMATS = ("text", "markdown", "json", "html")


class _Consequences(click.ParamType[tuple[str, ...]]):
    """``replacement,broadening``."""

    name = ",".join(CONSEQUENCES)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        for name in names:
            if name not in CONSEQUENCES:
                self.fail(f"invalid value {name!r}: use {', '.join(CONSEQUENCES)}", param, ctx)
        return names


@click.command()
@click.argument("places", nargs=-1, required=True, metavar="OLD NEW")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="markdown: for a pull request; html: a page that stands alone.",
)
@click.option(
    "--fail-on",
    "fatal",
    type=_Consequences(),
    default=(),
    help="Exit with 1 if a resource is replaced or may be, more is allowed or opened than before, "
    "or data is deleted.",
)
@click.option(
    "--stack",
    metavar="NAME",
    help="Compare with a deployed stack, by a change set that is deleted again; give NEW alone.",
)
@click.option(
    "-p",
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="The value of a parameter in the change set of --stack. Can be repeated.  [default: that "
    "of the stack]",
)
@click.option("--bucket", metavar="NAME", help="With --stack, for a template above 51,200 bytes.")
@click.option("--region", metavar="NAME", help="The region of --stack.")
@click.option("--profile", metavar="NAME", help="A profile of the AWS CLI, for --stack.")
def diff(**options: Any) -> None:
    """Show what differs between two states of templates, by meaning.

    OLD and NEW are templates, folders, git:REVISION:PATH, such as git:HEAD~1:templates, or - for
    standard input. In place of both, give what "aws cloudformation describe-change-set
    --include-property-values" answers; with --stack, give NEW alone.

    Told are resources that are added, removed, changed or replaced, with the property that
    replaces them and the data at risk; permissions and network access that is gained or lost;
    pipelines, parameters, outputs and exports.

    The exit code is 0 for any difference, and 1 for those of --fail-on.

    Example: cfn-pipeline diff git:main:templates templates --fail-on replacement,destructive
    """
    places, fatal = options["places"], set(options["fatal"])
    require_once(places)
    if options["stack"] is not None:
        difference = _of_stack(places, options)
    else:
        for name in ("given", "bucket", "region", "profile"):
            if options[name]:
                option = "parameter" if name == "given" else name
                raise click.UsageError(f"--{option} needs --stack; leave it out.")
        difference = _difference(places)
    _show(difference, options["form"])
    found = [name for name in CONSEQUENCES if name in difference.consequences & fatal]
    if found:
        printing.message(f"--fail-on: {', '.join(found)}")
        raise SystemExit(1)


def _difference(places: Sequence[str]) -> Difference:
    match places:
        case [old, new]:
            with phase("reading"):
                states = _state(old), _state(new)
            with phase("comparing"):
                return compare(*states)
        case [only]:
            from cfn_pipeline.diff.change_sets import difference_of, is_change_set

            [text, *more] = _state(only).files.values() or [""]
            if not more and is_change_set(text):
                return difference_of(only, text)
            raise click.UsageError(
                f"{only!r} is not the answer of describe-change-set; give OLD and NEW."
            )
        case _:
            raise click.UsageError(f"got {len(places)} arguments; give OLD and NEW.")


def _state(place: str) -> State:
    if not is_input(place):
        return read_state(place)
    return State(name=NAME, files={NAME: read(Path(place))})


def _of_stack(places: Sequence[str], options: Mapping[str, Any]) -> Difference:
    if len(places) != 1:
        raise click.UsageError("--stack compares with one template; give NEW alone.")
    values = parameters_of(options["given"])
    new = _state(places[0])
    from cfn_pipeline.cli.stack_difference import stack_difference
    from cfn_pipeline.deployment.account import Account

    account = Account(region=options["region"], profile=options["profile"])
    with phase(f"change set of {options['stack']}"):
        return stack_difference(options["stack"], new, values, account, bucket=options["bucket"])


def _show(difference: Difference, form: str) -> None:
    from cfn_pipeline.diff.reports.outline import outline

    if form == "json":
        from cfn_pipeline.diff.reports.document import document

        printing.document(document(difference))
    elif form == "markdown":
        from cfn_pipeline.diff.reports.markdown import markdown

        printing.report(markdown(outline(difference)))
    elif form == "html":
        from cfn_pipeline.diff.reports.page import page

        printing.document(page(outline(difference)))
    else:
        from cfn_pipeline.diff.reports.text import lines

        for line, color in lines(outline(difference)):
            printing.line(line, color=color)
        for note in difference.notes:
            printing.message(f"note: {note}")
