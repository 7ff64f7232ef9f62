"""What is to be done for a configuration file."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from cfn_pipeline.frozen import Frozen, frozen
from cfn_pipeline.manifest import Manifest
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.fleet import Fleet
from cfn_pipeline.model.shared import SHARED, Shared


@frozen
class Task(Frozen):
    """An application that is rendered, or what applications share.

    Args:
        application: the application; None: the edition's example, unless ``shared`` is given.
        shared: what applications share, which is rendered in place of one.
        fleet: whose pipeline deploys what they share; None: people do.
        folder: where its files go.
        shared_folder: the path from there to what it shares with others, with slashes.
        configuration: the path from there to the configuration file, with slashes; None: it is in
            none, and gets no manifest.
        inputs: a hash of all that its files are rendered from.
        likeness: what it has in common with applications that differ by their names alone; empty:
            it is rendered by itself.
        stacks: the name of the stack of each environment, by the environment's name.

    """

    application: Application | None = None
    shared: Shared | None = None
    fleet: Fleet | None = None
    folder: Path
    shared_folder: str = SHARED
    configuration: str | None = None
    inputs: str = ""
    likeness: str = ""
    stacks: Mapping[str, str] = field(default_factory=dict)


@frozen
class FleetTask(Frozen):
    """The pipeline of pipelines, which is rendered when the applications are.

    Args:
        fleet: what it is.
        folder: where its files go.
        configuration: the path from there to the configuration file, with slashes.
        order: the names of the applications, in the order of the file.
        shared: what they share; None: nothing.

    """

    fleet: Fleet
    folder: Path
    configuration: str
    order: Sequence[str]
    shared: Shared | None = None


@frozen
class Plan(Frozen):
    """What is to be done for a configuration file.

    Args:
        tasks: the applications that are rendered.
        unchanged: the manifests of the others, by folder.
        orphans: the manifests of applications that the file has no more, by folder.
        pipeline: the pipeline of pipelines, which is rendered after them; None: there is none.

    """

    tasks: Sequence[Task]
    unchanged: Mapping[Path, Manifest]
    orphans: Mapping[Path, Manifest]
    pipeline: "FleetTask | None" = None
