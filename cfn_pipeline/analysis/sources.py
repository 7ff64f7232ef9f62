"""Artifacts of source actions: which of them a pipeline reads, and the repositories behind them."""

from collections.abc import Iterable
from pathlib import Path

from cfn_pipeline.analysis.artifact_references import file_references
from cfn_pipeline.analysis.builds import builds, primary_source
from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.pipelines import Pipeline, pipelines
from cfn_pipeline.analysis.system import System

#: The settings of source actions that name a repository, perhaps with its owner.
_REPOSITORY_SETTINGS = ("FullRepositoryId", "RepositoryName", "Repo")


def used_sources(system: System) -> dict[str, set[str]]:
    """Return the source artifacts from which a pipeline reads files, with the paths of these.

    The files are templates, configurations and buildspecs.
    """
    paths: dict[str, set[str]] = {}
    for pipeline in pipelines(system):
        sources = _repositories(pipeline)
        for action in pipeline.actions:
            for file in file_references(action):
                if file.artifact in sources:
                    paths.setdefault(file.artifact, set()).add(file.path)
        for build in builds(pipeline):
            name = primary_source(build.action)
            is_file = build.buildspec is None or isinstance(build.buildspec.place, str)
            if is_file and name in sources:
                known = set() if build.file is None else {build.file}
                paths.setdefault(name, set()).update(known)
    return paths


def unopened_sources(system: System) -> list[str]:
    """Return the source artifacts that a pipeline reads, but whose files are not known."""
    return sorted({*used_sources(system)} - {artifact.name for artifact in system.artifacts})


def guess_folders(system: System, folders: Iterable[Path]) -> dict[str, Path]:
    """Return the folders that have the name of an unopened source's repository, by artifact."""
    by_name: dict[str, list[Path]] = {}
    for folder in folders:
        by_name.setdefault(folder.resolve().name.lower(), []).append(folder)
    guesses = {}
    for pipeline in pipelines(system):
        for artifact, repository in _repositories(pipeline).items():
            named = by_name.get(repository.lower(), [])
            if artifact in unopened_sources(system) and len(named) == 1:
                guesses[artifact] = named[0]
    return guesses


def _repositories(pipeline: Pipeline) -> dict[str, str]:
    """Return the name of each source artifact's repository; empty if it is not known."""
    names = {}
    for action in pipeline.actions:
        if action.category == "Source":
            texts = [action.setting(key).text or "" for key in _REPOSITORY_SETTINGS]
            name = next((text.rsplit("/", 1)[-1] for text in texts if text), "")
            for output in action.outputs:
                names[output.name] = name if is_known(name) else ""
    return names
