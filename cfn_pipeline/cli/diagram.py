"""``cfn-pipeline diagram``: pictures of pipelines and stacks."""

from pathlib import Path

import click

from cfn_pipeline.analysis.reading import read_files, read_folder
from cfn_pipeline.analysis.system import System
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import read, require_once
from cfn_pipeline.diagrams.reading import SUBJECTS, pictures

_NARROWEST, _WIDEST = 300, 4000


@click.command()
@click.argument(
    "places",
    nargs=-1,
    required=True,
    metavar="TEMPLATE...",
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "mermaid"]),
    default="svg",
    show_default=True,
    help="svg: a file that stands alone; mermaid: for a block of Markdown.",
)
@click.option(
    "--of",
    "subject",
    type=click.Choice(SUBJECTS),
    help="What is drawn.  [default: the pipelines of a template that has some, else the stack]",
)
@click.option(
    "--width",
    type=click.IntRange(_NARROWEST, _WIDEST),
    default=830,
    show_default=True,
    help="The width of the SVG in pixels, such as 390 for telephones; its height follows.",
)
def diagram(places: tuple[Path, ...], form: str, subject: str | None, width: int) -> None:
    """Draw pipelines and stacks.

    TEMPLATE is a template of any tool, a folder, or - for standard input. Templates that are given
    together are read together, so that values that one imports from another are known.

    Of a pipeline, the picture shows what starts it, stages and their conditions, actions in the
    order in which they run, the artifacts that they read and make, approvals, and the accounts and
    regions in which actions work. Of a stack, it shows the resources by part, what refers to what,
    what is public and what holds data.

    Example: cfn-pipeline diagram pipeline.yml > pipeline.svg
    """
    require_once(places)
    with phase("reading"):
        drawn = pictures(_system(places), subject)
    if form == "mermaid":
        from cfn_pipeline.diagrams.mermaid import mermaid

        printing.document(mermaid(drawn))
    else:
        from cfn_pipeline.diagrams.svg import svg

        printing.document(svg(drawn, width=width))


def _system(places: tuple[Path, ...]) -> System:
    match places:
        case [folder] if folder.is_dir():
            system = read_folder(folder, {})
            for file, why, position in system.unreadable:
                printing.message(f"left out: {file}, line {position.line}: {why}")
            return system
        case _:
            for place in places:
                if place.is_dir():
                    raise click.UsageError(f"{place} is a folder; give it alone.")
            return read_files(places, {}, read=read)
