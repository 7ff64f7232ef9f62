"""Renders the pipeline of pipelines, when the applications are rendered."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from cfn_pipeline import project
from cfn_pipeline._version import __version__
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import ModelError
from cfn_pipeline.fleet.orphans import obsolete_files
from cfn_pipeline.fleet.plan import Plan
from cfn_pipeline.fleet.rendering import Outcome, outcome_of
from cfn_pipeline.fleet.stacks import stacks_of_fleet
from cfn_pipeline.manifest import MANIFEST, Manifest, digest, read_manifest


def fleet_outcome(
    plan: Plan, outcomes: Sequence[Outcome], *, edition: str, force: bool, write: bool
) -> Outcome:
    """Render the pipeline of pipelines.

    Args:
        plan: with the pipeline, and what is not rendered again.
        outcomes: the applications that are.
        edition: the name of the edition.
        force: whether files that were not rendered may be replaced.
        write: whether files are written; otherwise the outcome has the differences.

    Raises:
        CfnPipelineError: why it cannot be rendered.

    """
    task = plan.pipeline
    assert task is not None
    if PurePosixPath(task.configuration).parent.as_posix() != "..":
        raise ModelError(
            f"{task.fleet.where}: the folders must be beside the configuration file, where the "
            "pipeline finds them; leave out --output"
        )
    known = {o.folder: o.manifest for o in outcomes if o.manifest is not None} | {**plan.unchanged}
    stacks = stacks_of_fleet(task, known, plan.orphans)
    loaded = load_edition(edition)
    rendered = project.fleet_rendering(
        task.fleet,
        edition=loaded,
        applications=stacks.applications,
        removed=stacks.removed,
        shared=stacks.shared,
        configuration=task.configuration,
        folder=task.folder,
        force=force,
    )
    files = dict(rendered.files)
    before = read_manifest(task.folder)
    obsolete, edited = ([], []) if before is None else obsolete_files(task.folder, before, files)
    manifest = Manifest(
        version=__version__,
        configuration=task.configuration,
        application="",
        edition=edition,
        inputs="",
        files={name: digest(text.encode()) for name, text in files.items()},
    )
    files[MANIFEST] = manifest.text()
    return outcome_of(task.folder, rendered, files, obsolete=obsolete, edited=edited, write=write)
