"""Renders an application in an edition, as files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfn_pipeline.editions.edition import APPLICATION_STACK, Edition
from cfn_pipeline.editions.loading import chosen
from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.application import Application
from cfn_pipeline.output import Change, write_files
from cfn_pipeline.template import emit

_SET_BY_PIPELINE = "ApplicationImageTag"


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """An application in an edition.

    Args:
        files: the texts by file name: templates in the order in which their stacks are deployed,
            then the environments' configurations, then the other files.
        templates: the templates among them in long form, by file name; ``load`` reads the same
            from their texts.
        missing: the parameters without a value, by environment; fill them in before the pipeline
            deploys, which itself sets the image's tag.

    """

    files: dict[str, str]
    templates: dict[str, dict[str, Any]]
    missing: dict[str, list[str]]


def rendering(
    application: Application | None = None, *, edition: Edition | None = None
) -> Rendering:
    """Render every file of an edition; each template is built once.

    Args:
        application: absent: the edition's own example.
        edition: how the system is built; absent: the current edition.

    Raises:
        ModelError: an environment sets a parameter that the application's stack does not have.

    """
    edition = chosen(edition)
    application = edition.application if application is None else application
    line = _header(application, edition)
    ModelError.raise_for(_target_problems(application, edition))
    templates = edition.templates(application)
    parameters = templates[APPLICATION_STACK]["Parameters"]
    ModelError.raise_for(_unknown_parameters(application, parameters))
    configurations = {
        environment.name: edition.configuration(application, environment, parameters)
        for environment in application.environments
    }
    files = {
        **{name: emit(template, header=line) for name, template in templates.items()},
        **{f"{name}.json": text for name, text in configurations.items()},
        **{
            name: f"# {line}\n{write_text(application)}"
            for name, write_text in edition.files.items()
        },
    }
    return Rendering(files=files, templates=templates, missing=_missing(parameters, configurations))


def render(
    application: Application | None = None, *, edition: Edition | None = None
) -> dict[str, str]:
    """Render every file of an edition; return the texts by file name, as ``rendering`` does."""
    return rendering(application, edition=edition).files


def write(
    application: Application | None, folder: str | Path, *, edition: Edition | None = None
) -> list[Change]:
    """Render every file of an edition into a folder.

    Files that are stale are replaced as a whole: all of them, or none if one cannot be written.

    Args:
        application: None: the edition's own example.
        folder: created if it does not exist.
        edition: how the system is built; absent: the current edition.

    Returns:
        Each file, and whether it was written.

    Raises:
        OutputError: the folder cannot be written to.

    """
    return write_files(render(application, edition=edition), Path(folder))


def _missing(
    parameters: Mapping[str, Any], configurations: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the parameters without a default that configurations lack, by environment."""
    needed = [
        name
        for name, parameter in parameters.items()
        if "Default" not in parameter and name != _SET_BY_PIPELINE
    ]
    missing = {}
    for environment, text in configurations.items():
        existing = json.loads(text)["Parameters"]
        if lacking := [name for name in needed if name not in existing]:
            missing[environment] = lacking
    return missing


def _target_problems(application: Application, edition: Edition) -> Iterator[str]:
    """Yield environments with the name of a template, for ``make deploy/``."""
    targets = [stack.target for stack in edition.stacks]
    for environment in application.environments:
        if environment.name in targets:
            yield (
                f"{application.where}: environment name {environment.name!r} is also the name of "
                f"a template ({environment.name}.yml); use another name"
            )


def _unknown_parameters(application: Application, known: Mapping[str, Any]) -> Iterator[str]:
    for environment in application.environments:
        for name in environment.parameters:
            if name not in known:
                yield (
                    f"{application.where}, {environment.where}: unknown parameter {name!r}; the "
                    f"parameters of {APPLICATION_STACK} are {', '.join(known)}"
                )


def _header(application: Application, edition: Edition) -> str:
    """Return the first line of every rendered file that can hold a comment."""
    return (
        f"Rendered by cfn-pipeline ({edition.name} edition) from the application "
        f"{application.name}."
    )
