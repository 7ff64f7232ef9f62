"""The stacks that a fleet's pipeline deploys, as the manifests of its folders keep them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cfn_pipeline.fleet.plan import FleetTask
from cfn_pipeline.fleet.targets import fleet_stacks
from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.manifest import Manifest
from cfn_pipeline.model.shared import SHARED
from cfn_pipeline.stacks.fleet.pipeline import FleetStack
from cfn_pipeline.stacks.fleet.shared import name_of_shared


@frozen
class FleetStacks(Frozen):
    """The stacks of a fleet's applications, and of what these share.

    Args:
        applications: the stacks of each application, by its name, and of what they share, by the
            name of that.
        removed: those that are no longer in the configuration file.
        shared: the name of what they share, in one of these; None: they share nothing.

    """

    applications: Mapping[str, Sequence[FleetStack]]
    removed: Mapping[str, Sequence[FleetStack]]
    shared: str | None


def not_rendered(task: FleetTask, manifests: Mapping[Path, Manifest]) -> list[str]:
    """Return the applications of a fleet that are not among those that are rendered."""
    rendered = {manifest.application for manifest in manifests.values()}
    missing = [name for name in task.order if name not in rendered]
    is_there = task.shared is None or _shared_folder(task) in manifests
    return missing if is_there else [SHARED, *missing]


def stacks_of_fleet(
    task: FleetTask, manifests: Mapping[Path, Manifest], orphans: Mapping[Path, Manifest]
) -> FleetStacks:
    """Return the stacks of a fleet.

    Args:
        task: the pipeline of pipelines.
        manifests: of everything that is rendered, by folder.
        orphans: of what the configuration file has no more, by folder.

    Raises:
        OutputError: a manifest was changed by a person.

    """
    root = task.folder.parent
    places = {m.application: place for place, m in manifests.items() if m.application}
    folders = {name: places[name] for name in task.order}
    if task.shared is not None:
        folders = {task.shared.name: _shared_folder(task), **folders}
    applications = {n: fleet_stacks(manifests[p], p, root) for n, p in folders.items()}
    shared = None if task.shared is None else task.shared.name
    removed = {}
    for place, manifest in orphans.items():
        stacks = fleet_stacks(manifest, place, root)
        name = manifest.application
        if not name and stacks:
            name = shared = name_of_shared(stacks)
        if stacks and name not in applications:
            removed[name] = stacks
    return FleetStacks(applications=applications, removed=removed, shared=shared)


def _shared_folder(task: FleetTask) -> Path:
    return task.folder.parent / SHARED
