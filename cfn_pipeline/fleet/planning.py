"""What is to be rendered of a configuration file.

A manifest in each folder says what its files were rendered from; where neither that nor a file has
changed, nothing is done.
"""

import os
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import cfn_pipeline
from cfn_pipeline.aws import name_forms
from cfn_pipeline.config.reading import Configuration, Entry, read_configuration
from cfn_pipeline.config.separation import Stacks, stacks_of
from cfn_pipeline.errors import ModelError
from cfn_pipeline.fleet.likeness import likeness
from cfn_pipeline.fleet.plan import FleetTask, Plan, Task
from cfn_pipeline.manifest import Manifest, digest_of, read_manifest
from cfn_pipeline.model.shared import SHARED

#: The libraries that have a part in what is rendered.
_LIBRARIES = ("awacs", "troposphere", "yaml")


def read_plan(config: Path, folder: Path | None, edition: str, *, everything: bool = False) -> Plan:
    """Read a configuration file, and find what has changed since it was rendered.

    Several applications, and those of a fleet, have a folder each, with the application's name;
    what applications share is in the folder ``shared``.

    Args:
        config: the file.
        folder: where it is rendered; None: where the file is.
        edition: in which edition.
        everything: whether applications are rendered that have not changed, too.

    Raises:
        OutputError: the file cannot be read.
        ModelError: every mistake in what has changed.

    """
    configuration = read_configuration(config)
    folder = config.parent if folder is None else folder
    entries = configuration.entries
    is_fleet = configuration.fleet is not None  # which needs the stacks of each
    is_one_of_many = len(entries) > 1 or is_fleet
    inputs = _Inputs(config, edition)
    unchanged: dict[Path, Manifest] = {}
    others: list[Stacks] = []
    changed: list[Entry] = []
    for entry in entries:
        place = _folder_of(entry, folder, is_one_of_many)
        manifest = None
        if place is not None and place not in unchanged and not everything:
            manifest = _unchanged(place, entry.name, inputs.of(entry, place))
        if place is None or manifest is None:
            changed.append(entry)
            continue
        unchanged[place] = manifest
        others.append(Stacks(manifest.application, manifest.stacks))
    applications = configuration.applications(changed, others=others)
    places = [
        folder / application.name if is_one_of_many else folder for application in applications
    ]
    tasks = [
        Task(
            application=application,
            folder=place,
            shared_folder=f"../{SHARED}" if is_one_of_many else SHARED,
            configuration=_path_to(config, place),
            inputs=inputs.of(entry, place),
            likeness="" if everything or is_fleet else inputs.likeness(entry, place),
            stacks=stacks_of(application).stacks,
        )
        for entry, application, place in zip(changed, applications, places, strict=True)
    ]
    if configuration.shared is not None:
        place = folder / SHARED
        hash_ = inputs.of_shared(configuration.shared_digest, place)
        manifest = None if everything else _unchanged(place, "", hash_)
        if manifest is not None:
            unchanged[place] = manifest
        else:
            task = Task(
                shared=configuration.shared,
                fleet=configuration.fleet,
                folder=place,
                configuration=_path_to(config, place),
                inputs=hash_,
            )
            tasks.insert(0, task)
    pipeline = None
    rendered = {*unchanged, *(task.folder for task in tasks)}
    if configuration.fleet is not None:
        place = folder / configuration.fleet.name
        rendered.add(place)
        pipeline = FleetTask(
            fleet=configuration.fleet,
            folder=place,
            configuration=_path_to(config, place),
            order=[entry.name or "" for entry in entries],
            shared=configuration.shared,
        )
    return Plan(
        tasks=tasks,
        unchanged=unchanged,
        orphans=dict(_orphans(config, folder, rendered)),
        pipeline=pipeline,
    )


def plan_of_text(text: str, source: str, folder: Path) -> Plan:
    """Return what is to be rendered of a configuration that is in no file: all of it.

    The folders get no manifests, which would name the file.

    Args:
        text: the configuration; own templates are relative to the current folder.
        source: its name in messages.
        folder: where it is rendered.

    Raises:
        ModelError: every mistake in it; or it has a fleet, whose pipeline reads the file.

    """
    configuration = Configuration(text, source=source)
    if configuration.fleet is not None:
        raise ModelError(f"{source}: the pipeline of a fleet reads the file; give its path")
    applications = configuration.applications()
    are_many = len(applications) > 1
    tasks = [
        Task(
            application=each,
            folder=folder / each.name if are_many else folder,
            shared_folder=f"../{SHARED}" if are_many else SHARED,
        )
        for each in applications
    ]
    if configuration.shared is not None:
        tasks.insert(0, Task(shared=configuration.shared, folder=folder / SHARED))
    return Plan(tasks=tasks, unchanged={}, orphans={})


def _unchanged(folder: Path, application: str | None, inputs: str) -> Manifest | None:
    """Return the manifest of a folder that is as it would be rendered; None: it is not."""
    manifest = read_manifest(folder)
    if manifest is None or (manifest.application, manifest.inputs) != (application, inputs):
        return None
    hashes = manifest.hashes.items()
    is_whole = all(digest_of(folder / name) == hash_ for name, hash_ in hashes)
    return manifest if is_whole else None


class _Inputs:
    """Hashes of all that applications of a configuration file are rendered from."""

    def __init__(self, config: Path, edition: str) -> None:
        self._config = config
        self._edition = edition
        self._template = cache(digest_of)

    def of(self, entry: Entry, folder: Path) -> str:
        """Return the hash of an application that is rendered into a folder."""
        return self._hash(folder, entry.text, self._template_of(entry))

    def likeness(self, entry: Entry, folder: Path) -> str:
        """Return what an application has in common with those that differ by the name alone."""
        name, own = entry.name, entry.template
        if name is None or (own is not None and (name in own or _is_in(folder, self._config, own))):
            return ""
        return likeness(name, entry.text, self._template_of(entry))

    def _template_of(self, entry: Entry) -> str | None:
        own = entry.template
        return None if own is None else self._template(self._config.parent / own)

    def of_shared(self, digest: str, folder: Path) -> str:
        """Return the hash of what applications share, of which the file has a digest."""
        return self._hash(folder, digest)

    def _hash(self, folder: Path, *more: str | None) -> str:
        parts = (_renderer(), self._edition, _path_to(self._config, folder), *more)
        return sha256(repr(parts).encode()).hexdigest()


@cache
def _renderer() -> str:
    """Return a hash of this package, and of the libraries with which it renders."""
    hash_ = sha256()
    for path in sorted(_sources(os.path.dirname(cfn_pipeline.__file__))):  # noqa: PTH120 - a tenth of the time
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            hash_.update(file.read())
    for library in _LIBRARIES:
        spec = find_spec(library)
        if spec is not None and spec.origin is not None:
            hash_.update((digest_of(Path(spec.origin)) or "").encode())
    return hash_.hexdigest()


def _sources(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(entry.path)
            elif entry.name.endswith((".py", ".json")):
                yield entry.path


def _folder_of(entry: Entry, folder: Path, is_one_of_many: bool) -> Path | None:
    """Return where an application is rendered; None: its name is not one."""
    name = entry.name
    if name is None or any(name_forms.APPLICATION.problems(name, "")):
        return None
    return folder / name if is_one_of_many else folder


def _is_in(folder: Path, config: Path, own: str) -> bool:
    """Whether an own template is in the folder of its application, where it stays as it is."""
    return (config.parent / own).resolve().parent == folder.resolve()


def _path_to(config: Path, folder: Path) -> str:
    return Path(os.path.relpath(config, folder)).as_posix()


def _orphans(config: Path, folder: Path, places: set[Path]) -> Iterator[tuple[Path, Manifest]]:
    """Yield folders that were rendered from the file, but not for an application that it has."""
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return
    for place in (folder, *inner):
        if place in places:
            continue
        manifest = read_manifest(place)
        if manifest is not None and manifest.configuration == _path_to(config, place):
            yield place, manifest
