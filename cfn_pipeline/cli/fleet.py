"""``cfn-pipeline fleet``: what the pipeline of pipelines would change."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cfn_pipeline.cli import printing
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import is_input
from cfn_pipeline.editions import EDITIONS

if TYPE_CHECKING:
    from cfn_pipeline.fleet.deployed import Comparison, State


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path(CONFIG),
    show_default=True,
    help="The file that describes the applications and the fleet.",
)
@click.option(
    "--variables",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write what the pipeline's stages look at, as variables for the shell; - for "
    "standard output, in place of the result.",
)
@click.option("--region", metavar="NAME", help="The region of the pipeline.")
@click.option("--profile", metavar="NAME", help="A profile of the AWS CLI.")
def fleet(config: Path, variables: Path | None, region: str | None, profile: str | None) -> None:
    """Show what the pipeline of pipelines would change: rendered templates and deployed stacks.

    The applications of --config must be rendered. The templates of all stacks that deliver them are
    compared with those that are deployed, by meaning, as "diff" does. Nothing is changed. Other
    accounts are read with the role of the pipeline's build; with --variables, exit 1 if one of them
    cannot be read, or if a stack that people deploy is missing or differs.

    Example: cfn-pipeline fleet --config cfn-pipeline.yml
    """
    with loading():
        from cfn_pipeline.deployment.account import Account
        from cfn_pipeline.fleet.deployed import compare_fleet
        from cfn_pipeline.fleet.planning import read_plan

        plan = read_plan(config, None, EDITIONS[0])
    if plan.pipeline is None:
        raise click.UsageError(
            f"{config} has no fleet; add one, such as fleet: {{name: platform}}."
        )
    region = region or plan.pipeline.fleet.region
    account = Account(region=region, profile=profile)
    with phase("comparing with AWS"):
        state = compare_fleet(plan, account)
    if not is_input(variables):
        _print(state)
    for problem in state.problems:
        printing.message(problem)
    if variables is None:
        return
    if state.problems and state.has_roles:
        raise SystemExit(1)  # or the waves would fail in the middle
    if is_input(variables):
        printing.document(_variables(state))
    else:
        variables.write_text(_variables(state), encoding="utf-8")


def _print(state: "State") -> None:
    for comparison in state.comparisons:
        _show(comparison)
    for stack in state.removed:
        printing.line(f"{stack}: to be removed, when a person approves", color="red")
    for stack in state.left:
        printing.line(f"{stack}: left alone; nothing describes it any more", color="yellow")
    for comparison in state.prepared:
        _show(comparison)
    printing.hint(state.summary)


def _show(comparison: "Comparison") -> None:
    """Print how a stack differs from its template; nothing where it does not."""
    if comparison.is_same:
        return
    if comparison.deployed is None:
        printing.line(f"{comparison.stack}: new, from {comparison.path}", color="green")
        return
    from cfn_pipeline.diff.comparing import State as Side
    from cfn_pipeline.diff.comparing import compare
    from cfn_pipeline.diff.reports.outline import outline
    from cfn_pipeline.diff.reports.text import lines

    printing.line(f"{comparison.stack}: changed, from {comparison.path}")
    file = comparison.path.name
    old = Side(name=f"stack {comparison.stack}", files={file: comparison.deployed})
    new = Side(name=str(comparison.path), files={file: comparison.rendered})
    for line, color in lines(outline(compare(old, new))):
        printing.line(f"  {line}", color=color)


def _variables(state: "State") -> str:
    values = {"CHANGES": state.summary, "PIPELINE": state.digest}
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
