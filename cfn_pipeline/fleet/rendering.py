"""Renders applications into their folders: all, or none where one has a mistake."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any

from cfn_pipeline import details, project
from cfn_pipeline._version import __version__
from cfn_pipeline.atomic import Staged, discard, remove_stale
from cfn_pipeline.checks.reports import Located
from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.files.configuration import Merge
from cfn_pipeline.fleet.checking import findings, shared_by
from cfn_pipeline.fleet.likeness import Sample, sample
from cfn_pipeline.fleet.orphans import obsolete_files, remove_files
from cfn_pipeline.fleet.plan import Task
from cfn_pipeline.fleet.targets import shared_targets_of, targets_of
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.jobs import results
from cfn_pipeline.manifest import MANIFEST, Manifest, digest, read_manifest
from cfn_pipeline.model.application import Application
from cfn_pipeline.output import differences, put_in_place, read_files, stage_stale_files
from cfn_pipeline.template.header import is_rendered

_ENDED = (
    "a process that renders was ended, perhaps for lack of memory; nothing was written: use fewer "
    "processes, with --jobs"
)
#: For fewer that are alike, in each process, two more would be rendered than is saved.
_ENOUGH_ALIKE = 4
#: So many that are alike take as long as one that is not.
_ALIKE_TO_ONE = 16
#: What applications that are alike are written from, by likeness and edition; in each process.
_SAMPLES: dict[tuple[str, str], Sample | None] = {}


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
        manifest: of an application.

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
    manifest: Manifest | None = None


def work(tasks: Sequence[Task]) -> int:
    """Return how many applications take as long to render by themselves as these tasks."""
    numbers = Counter(task.likeness for task in tasks if task.likeness)
    alike = sum(number for number in numbers.values() if number >= _ENOUGH_ALIKE)
    return len(tasks) - alike + alike // _ALIKE_TO_ONE


def render_all(
    tasks: Sequence[Task],
    *,
    edition: str,
    force: bool = False,
    write: bool = True,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
    finish: Callable[[Sequence[Outcome]], Outcome] | None = None,
) -> list[Outcome]:
    """Render applications; the files are the same whatever the number of processes.

    Args:
        tasks: the applications.
        edition: the name of the edition.
        force: whether files that were not rendered may be replaced.
        write: whether files are written; otherwise the outcomes have the differences.
        jobs: in how many processes.
        progress: gets the number of applications that are rendered, again and again.
        finish: renders what needs all of them; None: nothing does.

    Raises:
        CfnPipelineError: every reason why one cannot be rendered or written; then nothing is
            written.

    """
    load_edition(edition)  # before there are other processes: they have it, too
    _SAMPLES.clear()
    tasks = _with_enough_alike(tasks, _ENOUGH_ALIKE * max(1, jobs))
    render = partial(_outcome, edition=edition, force=force, write=write)
    new = [task.folder for task in tasks if not task.folder.exists()]
    outcomes: list[Outcome] = []
    try:
        with results(render, tasks, jobs) as rendered:
            for outcome in rendered:
                outcomes.append(outcome)
                progress(len(outcomes))
            if problems := [problem for each in outcomes for problem in each.problems]:
                raise CfnPipelineError(*problems)
            if finish is not None:
                outcomes.append(finish(outcomes))
            put_in_place([outcome.staged for outcome in outcomes])
    except BaseException as error:
        discard(outcome.staged for outcome in outcomes)
        if write:
            _clear(tasks, new)
        if isinstance(error, ChildProcessError):
            raise CfnPipelineError(_ENDED) from error
        raise
    if write:
        for outcome in outcomes:
            remove_files(outcome.folder, outcome.obsolete)
    return outcomes


def rendering_of(task: Task, *, edition: Edition, force: bool) -> project.Rendering:
    """Return the files of a task, and what belongs to them.

    Args:
        task: what is rendered.
        edition: how.
        force: whether files of its folder that were not rendered are ignored.

    Raises:
        CfnPipelineError: every reason why it cannot be rendered.

    """
    if task.shared is not None:
        return project.shared_rendering(
            task.shared, edition=edition, fleet=task.fleet, folder=task.folder, force=force
        )
    return project.rendering(task.application, edition=edition, folder=task.folder, force=force)


def _clear(tasks: Sequence[Task], new: Sequence[Path]) -> None:
    """Remove what processes left that have ended before they told what they wrote."""
    for task in tasks:
        remove_stale(task.folder)
    for folder in new:
        with suppress(OSError):  # it does not exist, or is not empty
            folder.rmdir()


def _outcome(task: Task, *, edition: str, force: bool, write: bool) -> Outcome:
    try:
        return _rendered(task, edition=edition, force=force, write=write)
    except CfnPipelineError as error:
        return Outcome(folder=task.folder, problems=error.problems)


def _rendered(task: Task, *, edition: str, force: bool, write: bool) -> Outcome:
    folder = task.folder
    rendered = _written_alike(task, edition)
    found: list[Located] = []
    if rendered is None:
        rendered = rendering_of(task, edition=load_edition(edition), force=force)
        found = findings(
            rendered, shared_by(task.application, edition=edition, folder=task.shared_folder)
        )
    files = dict(rendered.files)
    obsolete: list[str] = []
    edited: list[str] = []
    manifest = None
    if task.configuration is not None:
        before = read_manifest(folder)
        if before is not None:
            obsolete, edited = obsolete_files(folder, before, files)
        manifest = _manifest(task, rendered, edition, is_clean=not found)
        files[MANIFEST] = manifest.text()
    return replace(
        outcome_of(
            folder,
            rendered,
            files,
            obsolete=obsolete,
            edited=edited,
            write=write,
            found=found,
        ),
        manifest=manifest,
    )


def outcome_of(
    folder: Path,
    rendered: project.Rendering,
    files: Mapping[str, str],
    *,
    obsolete: Sequence[str],
    edited: Sequence[str],
    write: bool,
    found: Sequence[Located] | None = None,
) -> Outcome:
    """Return what is rendered, with its files beside their places, or with the differences.

    Args:
        folder: where it goes.
        rendered: the files.
        files: the same, with the manifest.
        obsolete: files that are no longer rendered.
        edited: those among such files that were changed.
        write: whether files are written.
        found: the findings of the checks; absent: it is checked here.

    """
    outcome = partial(
        Outcome,
        folder=folder,
        files=len(rendered.files),
        templates=len(rendered.templates),
        obsolete=obsolete,
        edited=edited,
        findings=findings(rendered) if found is None else found,
        configurations=rendered.configurations,
        missing=rendered.missing,
    )
    if not write:
        return outcome(differences=list(differences(rendered.files, folder)))
    changes, staged = stage_stale_files(files, folder)
    return outcome(stale=[each.path.name for each in changes if each.written], staged=staged)


def _with_enough_alike(tasks: Sequence[Task], enough: int) -> list[Task]:
    """Return the tasks; those with few others alike are rendered by themselves."""
    numbers = Counter(task.likeness for task in tasks)
    return [t if numbers[t.likeness] >= enough else replace(t, likeness="") for t in tasks]


def _written_alike(task: Task, edition: str) -> project.Rendering | None:
    """Return the files of an application from those of others alike; None: it is rendered."""
    if not task.likeness or task.application is None:
        return None
    key = (task.likeness, edition)
    if key not in _SAMPLES:
        render = partial(_clean_files, edition=edition)
        _SAMPLES[key] = sample(task.application, render)
    alike = _SAMPLES[key]
    files = None if alike is None else alike.files_of(task.application.name)
    if alike is None or files is None or not _may_replace(files, task.folder):
        return None
    details.tell(f"{task.folder}: written from applications that differ by the name alone")
    return project.Rendering(files=files, templates={}, missing=alike.missing)


def _clean_files(
    application: Application, *, edition: str
) -> tuple[dict[str, str], dict[str, list[str]]] | None:
    rendered = project.rendering(application, edition=load_edition(edition))
    found = findings(rendered, shared_by(application, edition=edition))
    return None if found else (rendered.files, rendered.missing)


def _may_replace(files: Mapping[str, str], folder: Path) -> bool:
    """Whether a folder has nothing of a person among these files."""
    return all(
        text == files[name] or (is_rendered(text) and not name.endswith(".json"))
        for name, text in read_files(files, folder).items()
    )


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
        targets=_targets(task, rendered, load_edition(edition)),
    )


def _targets(task: Task, rendered: project.Rendering, edition: Edition) -> list[dict[str, Any]]:
    if task.shared is not None:
        return shared_targets_of(task.shared, task.fleet, edition, rendered.templates)
    return (
        []
        if task.application is None
        else targets_of(task.application, edition, rendered.templates)
    )
