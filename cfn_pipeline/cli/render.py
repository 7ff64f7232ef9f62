"""``cfn-pipeline render``: write the templates and files of an edition."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cfn_pipeline import details
from cfn_pipeline.cli import printing
from cfn_pipeline.cli.configuration_file import CONFIG
from cfn_pipeline.cli.loading import loading
from cfn_pipeline.cli.phases import phase
from cfn_pipeline.cli.standard_input import NAME, is_input, read
from cfn_pipeline.editions import EDITIONS
from cfn_pipeline.jobs import default_jobs
from cfn_pipeline.manifest import MANIFEST, Manifest

if TYPE_CHECKING:
    from cfn_pipeline.fleet.plan import Plan
    from cfn_pipeline.fleet.rendering import Outcome


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="A file that describes applications, or - for standard input.  "
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
    "--print",
    "printed",
    metavar="FILE",
    help="Write nothing; print a rendered file, such as pipeline.yml, to standard output.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Replace files that cfn-pipeline did not render, too; without it, they are refused.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Render each application by itself, also those that have not changed according to their "
    "manifests, or that differ from others by their names alone.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the files of applications that --config no longer has, but no file that was "
    "changed.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="How many processes render.  [default: one for each core, if there are many applications]",
)
def render(
    config: Path | None,
    name: str,
    folder: Path | None,
    check: bool,
    printed: str | None,
    force: bool,
    everything: bool,
    prune: bool,
    jobs: int | None,
) -> None:
    """Render the templates and files of applications.

    Where --config describes several applications, each has a folder of its own, with its name.
    The paths of written files are printed to standard output. Configuration files such as
    dev.json keep what you have filled in. The files are checked as with "check"; the exit code
    is 1 if there are findings.

    With --config, a manifest in each folder (.cfn-pipeline.json) says what was rendered from
    what: an application is rendered again if it has changed, and a file that is no longer
    rendered is removed, unless you have changed it. A configuration from standard input leaves no
    manifests; paths in it are relative to this folder.

    Example: cfn-pipeline render --config orders/cfn-pipeline.yml
    """
    if config is None and Path(CONFIG).exists():
        config = Path(CONFIG)
    if config is None and folder is None:
        printing.hint(f"the application is todobackend: this folder has no {CONFIG}")
    if is_input(folder):
        raise click.UsageError(
            "render writes several files; print one with --print, such as --print pipeline.yml."
        )
    if printed is not None and (check or prune):
        raise click.UsageError("--print excludes --check and --prune; leave them out.")
    with phase("planning"), loading():
        plan = _plan(config, folder, name, everything=everything or printed is not None)
    if printed is not None:
        _print(plan, printed, name)
        return
    is_good = True
    if plan.tasks or plan.pipeline is not None:
        with loading():
            from cfn_pipeline.fleet.rendering import render_all, work

            finish = _finish(plan, edition=name, force=force, write=not check)

        # Everything is rendered before the first file is written: a mistake leaves all as it was.
        jobs = default_jobs(work(plan.tasks)) if jobs is None else jobs
        total = len(plan.tasks)
        with phase("rendering", hidden=jobs > 1) as show:
            outcomes = render_all(
                plan.tasks,
                edition=name,
                force=force,
                write=not check,
                jobs=jobs,
                progress=lambda number: show(f"{number:,} of {total:,} applications"),
                finish=finish,
            )
        report = _report_differences if check else _report_changes
        good = [report(outcome) for outcome in outcomes]
        is_good = all(good)
    for place, manifest in plan.unchanged.items():
        _report_missing(place, manifest.missing)
    _report_unchanged(plan)
    _report_orphans(plan.orphans, prune=prune and not check)
    if not is_good:
        raise SystemExit(1)


def _plan(config: Path | None, folder: Path | None, edition: str, *, everything: bool) -> "Plan":
    if is_input(config):
        from cfn_pipeline.fleet.planning import plan_of_text

        return plan_of_text(read(Path("-")), NAME, folder or Path())
    if config is not None:
        from cfn_pipeline.fleet.planning import read_plan

        return read_plan(config, folder, edition, everything=everything)
    from cfn_pipeline.fleet.plan import Plan, Task

    example = Task(application=None, folder=folder or Path("templates", edition))
    return Plan(tasks=[example], unchanged={}, orphans={})


def _print(plan: "Plan", path: str, edition: str) -> None:
    """Print a rendered file.

    Raises:
        UsageError: the file does not exist.

    """
    from cfn_pipeline.editions.loading import edition as load_edition
    from cfn_pipeline.fleet.rendering import rendering_of

    folder, _, name = path.rpartition("/")
    tasks = [task for task in plan.tasks if not folder or task.folder.name == folder]
    if len(tasks) != 1:
        folders = [task.folder.name for task in plan.tasks]
        raise click.UsageError(
            f"--print {path}: use FOLDER/{name}, with one of the folders {', '.join(folders)}."
        )
    files = rendering_of(tasks[0], edition=load_edition(edition), force=True).files
    if name not in files:
        raise click.UsageError(f"--print {path}: is not rendered; use one of {', '.join(files)}.")
    printing.document(files[name])


def _finish(plan: "Plan", **options: Any) -> "Callable[[Sequence[Outcome]], Outcome] | None":
    """Return what renders the pipeline of pipelines; None: the file has no fleet."""
    if plan.pipeline is None:
        return None
    from cfn_pipeline.fleet.pipeline import fleet_outcome

    return lambda outcomes: fleet_outcome(plan, outcomes, **options)


def _report_differences(outcome: "Outcome") -> bool:
    """Print findings and differences; return whether there are none."""
    _report_findings(outcome)
    folder = outcome.folder
    for difference in outcome.differences:
        for line in difference.splitlines():
            printing.line(line, color=_COLOURS.get(line[:1]))
    for name in outcome.obsolete:
        printing.line(f"{folder / name}: is no longer rendered", color="red")
    stale = len(outcome.differences) + len(outcome.obsolete)
    if stale:
        files = outcome.files + len(outcome.obsolete)
        printing.message(f"{folder}: {stale} of {files} files are stale; render again")
    else:
        printing.hint(f"{folder}: up to date")
    return not stale and not outcome.findings


def _report_changes(outcome: "Outcome") -> bool:
    """Print findings and the files that changed; return whether it has no findings."""
    _report_findings(outcome)
    folder = outcome.folder
    for name in outcome.stale:
        printing.line(folder / name)
    written = sum(name != MANIFEST for name in outcome.stale)
    printing.hint(f"{folder}: {written} written, {outcome.files - written} unchanged")
    for name in outcome.obsolete:
        printing.hint(f"{folder / name}: removed; it is no longer rendered")
    for name in outcome.edited:
        printing.message(
            f"{folder / name}: is no longer rendered, and was changed; remove it if you do not "
            "need it"
        )
    for file, merge in outcome.configurations.items():
        for name, old in merge.replaced.items():
            value = merge.parameters[name]
            printing.message(
                f"{folder / file}: {name} is now {value}, as the application has it; it was {old}"
            )
        for name, default in merge.kept.items():
            value = merge.parameters[name]
            printing.hint(
                f"{folder / file}: {name} stays {value}; the default is {default} "
                "(remove the line to get it)"
            )
    _report_missing(folder, outcome.missing)
    return not outcome.findings


def _report_findings(outcome: "Outcome") -> None:
    if not outcome.findings:
        return
    from cfn_pipeline.checks.locating import summary

    for finding, (line, column) in outcome.findings:
        # What is shared is in another folder.
        path = os.path.normpath(outcome.folder / finding.file)
        at = f"{path}:{line}:{column}"
        printing.message(f"{at}: {finding.rule} {finding.message}")
    printing.hint(summary([finding for finding, _ in outcome.findings], outcome.templates))


def _report_missing(folder: Path, missing: Mapping[str, Sequence[str]]) -> None:
    for environment, names in missing.items():
        printing.message(f"{folder / environment}.json: fill in {', '.join(names)}")


def _report_unchanged(plan: "Plan") -> None:
    for place in plan.unchanged:
        details.tell(f"{place}: unchanged since it was rendered, according to its {MANIFEST}")
    number = sum(bool(manifest.application) for manifest in plan.unchanged.values())
    if number == len(plan.unchanged) == 1 and not plan.tasks:
        printing.hint(f"{next(iter(plan.unchanged))}: up to date")
    elif number:
        applications = "application" if number == 1 else "applications"
        printing.hint(f"{number:,} {applications} unchanged")


def _report_orphans(orphans: Mapping[Path, Manifest], *, prune: bool) -> None:
    """Print which folders have files of applications that are gone; remove these where asked."""
    if not orphans:
        return
    from cfn_pipeline.fleet.orphans import obsolete_files, remove_files

    for folder, manifest in orphans.items():
        what = f"application {manifest.application!r}" if manifest.application else "shared"
        gone = f"{folder}: {what} is no longer in the configuration"
        if not prune:
            printing.hint(f"{gone}; remove its stacks, then its files with --prune")
            continue
        ours, others = obsolete_files(folder, manifest)
        remove_files(folder, [*ours, *([] if others else [MANIFEST])])
        printing.hint(f"{gone}; {len(ours)} files removed")
        for name in others:
            printing.message(f"{folder / name}: was changed; remove it if you do not need it")


_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
