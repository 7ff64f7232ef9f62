"""``cfn-pipeline render``: write the templates and files of an edition."""

from collections.abc import Mapping
from pathlib import Path

import click

from cfn_pipeline import project
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.applications import placed_applications
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.findings import located, summary
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.editions.loading import EDITIONS
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.model.application import Application
from cfn_pipeline.output import differences, write_files


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="A file that describes applications.  "
    "[default: cfn-pipeline.yml, if it is in this folder; otherwise todobackend]",
)
@click.option(
    "--edition",
    "name",
    default=EDITIONS[0],
    show_default=True,
    metavar="|".join(EDITIONS),
    help="current: the system as it is deployed today; book: as chapter 13 deploys it.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    help="The folder to write to.  [default: that of --config, or templates/EDITION]",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; show differences, and exit with 1 if files are stale.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Replace files that cfn-pipeline did not render, too; without it, they are refused.",
)
def render(config: Path | None, name: str, folder: Path | None, check: bool, force: bool) -> None:
    """Render the templates and files of applications.

    Where --config describes several applications, each has a folder of its own, with its name.
    The paths of written files are printed to standard output. Configuration files such as
    dev.json keep what you have filled in. The files are checked as with "check"; the exit code
    is 1 if there are findings.

    Example: cfn-pipeline render --config orders/cfn-pipeline.yml
    """
    with loading():
        edition = load_edition(name)
    if config is None and Path(CONFIG).exists():
        config = Path(CONFIG)
    # Everything is rendered before the first file is written: a mistake leaves all as it was.
    places: Mapping[Path, Application | None] = (
        {Path("templates", edition.name) if folder is None else folder: None}
        if config is None
        else placed_applications(config, folder)
    )
    renderings = {
        place: project.rendering(application, edition=edition, folder=place, force=force)
        for place, application in places.items()
    }
    good = [
        (_is_current if check else _write)(rendered, place)
        for place, rendered in renderings.items()
    ]
    if not all(good):
        raise SystemExit(1)


def _is_current(rendered: project.Rendering, folder: Path) -> bool:
    """Print findings and differences; return whether there are none."""
    has_findings = _findings(rendered, folder)
    return not _differences(rendered.files, folder) and not has_findings


def _write(rendered: project.Rendering, folder: Path) -> bool:
    """Write files, and print which; return whether they have no findings."""
    has_findings = _findings(rendered, folder)
    changes = write_files(rendered.files, folder)
    written = [change.path for change in changes if change.written]
    for path in written:
        printing.line(path)
    printing.message(f"{folder}: {len(written)} written, {len(changes) - len(written)} unchanged")
    for file, merge in rendered.configurations.items():
        for name, old in merge.replaced.items():
            value = merge.parameters[name]
            printing.message(f"{folder / file}: {name} is {value} in the model, not {old}")
        for name, default in merge.kept.items():
            value = merge.parameters[name]
            printing.message(
                f"{folder / file}: {name} stays {value}; the default is {default} "
                "(remove the line to get it)"
            )
    for environment, names in rendered.missing.items():
        printing.message(f"{folder / environment}.json: fill in {', '.join(names)}")
    return not has_findings


def _findings(rendered: project.Rendering, folder: Path) -> bool:
    """Print the findings of rendered files; return whether there are any."""
    files = rendered.files
    system = read_texts(files, parsed=rendered.templates)
    # Deployment roles are derived from the templates that they deploy: E9817 would derive again.
    findings = check_system(system, selected(RULES, ignore=["E9817"]))
    if findings:
        for finding, (line, column) in located(findings, lambda name: files[name]):
            at = f"{folder / finding.file}:{line}:{column}"
            printing.message(f"{at}: {finding.rule} {finding.message}")
        printing.message(summary(findings, len(system.templates)))
    return bool(findings)


def _differences(files: dict[str, str], folder: Path) -> bool:
    """Print how files of a folder differ from what is rendered; return whether any does."""
    stale = list(differences(files, folder))
    for difference in stale:
        for line in difference.splitlines():
            printing.line(line, color=_COLOURS.get(line[:1]))
    if stale:
        printing.message(f"{folder}: {len(stale)} of {len(files)} files are stale; render again")
    else:
        printing.message(f"{folder}: up to date")
    return bool(stale)


_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
