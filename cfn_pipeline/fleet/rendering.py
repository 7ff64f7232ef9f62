"""Renders applications into their folders: all, or none where one has a mistake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path

from cfn_pipeline import project
from cfn_pipeline._version import __version__
from cfn_pipeline.analysis.reading import read_texts
from cfn_pipeline.atomic import Staged, discard
from cfn_pipeline.checks import RULES, check_system, selected
from cfn_pipeline.checks.locating import located
from cfn_pipeline.checks.reports import Located
from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.files.configuration import Merge
from cfn_pipeline.fleet.orphans import obsolete_files, remove_files
from cfn_pipeline.fleet.plan import Task
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.jobs import results
from cfn_pipeline.manifest import MANIFEST, Manifest, digest, read_manifest
from cfn_pipeline.output import differences, put_in_place, stage_stale_files


@frozen
class Outcome(Frozen):
    """An application that is rendered, but not in its place yet.

    Args:
        folder: where its files go.
        files: how many they are.
        templates: how many of them are templates.
        stale: the names of those that are written.
        differences: of the files that are stale, where nothing is written.
        obsolete: the names of files that were rendered earlier, and are no longer.
        edited: those among such files that were changed since; they stay.
        findings: what the checks find, with lines.
        configurations: the environments' configurations, by file name.
        missing: the parameters without a value, by environment.
        problems: why it cannot be rendered; then the rest is absent.
        staged: the files that are written.

    """

    folder: Path
    files: int = 0
    templates: int = 0
    stale: Sequence[str] = ()
    differences: Sequence[str] = ()
    obsolete: Sequence[str] = ()
    edited: Sequence[str] = ()
    findings: Sequence[Located] = ()
    configurations: Mapping[str, Merge] = field(default_factory=dict)
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: Sequence[str] = ()
    staged: Staged = field(default_factory=Staged)


def render_all(
    tasks: Sequence[Task],
    *,
    edition: str,
    force: bool = False,
    write: bool = True,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Outcome]:
    """Render applications; the files are the same whatever the number of processes.

    Args:
        tasks: the applications.
        edition: the name of the edition.
        force: whether files that were not rendered may be replaced.
        write: whether files are written; otherwise the outcomes have the differences.
        jobs: in how many processes.
        progress: gets the number of applications that are rendered, again and again.

    Raises:
        CfnPipelineError: every reason why one cannot be rendered or written; then nothing is
            written.

    """
    load_edition(edition)  # before there are other processes: they have it, too
    render = partial(_outcome, edition=edition, force=force, write=write)
    outcomes: list[Outcome] = []
    with results(render, tasks, jobs) as rendered:
        try:
            for outcome in rendered:
                outcomes.append(outcome)
                progress(len(outcomes))
            if problems := [problem for each in outcomes for problem in each.problems]:
                raise CfnPipelineError(*problems)
        except BaseException:
            discard(outcome.staged for outcome in outcomes)
            raise
        put_in_place([outcome.staged for outcome in outcomes])
    if write:
        for outcome in outcomes:
            remove_files(outcome.folder, outcome.obsolete)
    return outcomes


def _outcome(task: Task, *, edition: str, force: bool, write: bool) -> Outcome:
    try:
        return _rendered(task, edition=edition, force=force, write=write)
    except CfnPipelineError as error:
        return Outcome(folder=task.folder, problems=error.problems)


def _rendered(task: Task, *, edition: str, force: bool, write: bool) -> Outcome:
    folder = task.folder
    rendered = _rendering(task, edition=load_edition(edition), force=force)
    files = dict(rendered.files)
    findings = _findings(rendered)
    obsolete: list[str] = []
    edited: list[str] = []
    if task.configuration is not None:
        before = read_manifest(folder)
        if before is not None:
            obsolete, edited = obsolete_files(folder, before, files)
        files[MANIFEST] = _manifest(task, rendered, edition, is_clean=not findings).text()
    outcome = partial(
        Outcome,
        folder=folder,
        files=len(rendered.files),
        templates=len(rendered.templates),
        obsolete=obsolete,
        edited=edited,
        findings=findings,
        configurations=rendered.configurations,
        missing=rendered.missing,
    )
    if not write:
        return outcome(differences=list(differences(rendered.files, folder)))
    changes, staged = stage_stale_files(files, folder)
    return outcome(stale=[each.path.name for each in changes if each.written], staged=staged)


def _rendering(task: Task, *, edition: Edition, force: bool) -> project.Rendering:
    if task.shared is not None:
        return project.shared_rendering(
            task.shared, edition=edition, folder=task.folder, force=force
        )
    return project.rendering(task.application, edition=edition, folder=task.folder, force=force)


def _findings(rendered: project.Rendering) -> list[Located]:
    files = rendered.files
    system = read_texts(files, parsed=rendered.templates, is_rendered=True)
    # Deployment roles are derived from the templates that they deploy: E9817 would derive again.
    found = check_system(system, selected(RULES, ignore=["E9817"]))
    return located(found, lambda name: files[name])


def _manifest(task: Task, rendered: project.Rendering, edition: str, *, is_clean: bool) -> Manifest:
    assert task.configuration is not None
    hashes = {
        name: digest(text.encode())
        for name, text in rendered.files.items()
        if name not in rendered.theirs
    }
    filled_in = [n for n, merge in rendered.configurations.items() if merge.is_filled_in]
    return Manifest(
        version=__version__,
        configuration=task.configuration,
        application="" if task.application is None else task.application.name,
        edition=edition,
        inputs=task.inputs if is_clean else "",
        stacks=task.stacks,
        files={name: hash_ for name, hash_ in hashes.items() if name not in filled_in},
        filled_in={name: hashes[name] for name in filled_in},
        missing=rendered.missing,
    )
