"""An application in an edition, as files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfn_pipeline.editions.edition import Edition
from cfn_pipeline.editions.loading import EDITIONS
from cfn_pipeline.editions.loading import edition as load_edition
from cfn_pipeline.errors import EditionError, ModelError
from cfn_pipeline.model.application import Application
from cfn_pipeline.output import Change, write_files
from cfn_pipeline.template import emit

__all__ = ["missing_parameters", "render", "write"]

_APPLICATION_STACK = "stack.yml"
_GIVEN_BY_PIPELINE = "ApplicationImageTag"


def render(
    application: Application | None = None, *, edition: Edition | None = None
) -> dict[str, str]:
    """Render every file of an edition.

    Args:
        application: absent: the edition's own example.
        edition: how the system is built; absent: the current edition.

    Raises:
        ModelError: an environment sets a parameter that the application's stack does not have.

    Returns:
        The texts by file name: templates in the order in which their stacks are deployed, then
        the environments' configurations, then the other files.

    """
    edition = _chosen(edition)
    application = edition.application if application is None else application
    line = _header(application, edition)
    templates = {stack.file: stack.build(application).to_dict() for stack in edition.stacks}
    ModelError.raise_for(_unknown_parameters(application, templates[_APPLICATION_STACK]))
    return {
        **{name: emit(template, header=line) for name, template in templates.items()},
        **{
            f"{environment.name}.json": edition.configuration(application, environment)
            for environment in application.environments
        },
        **{
            name: f"# {line}\n{write_text(application)}"
            for name, write_text in edition.files.items()
        },
    }


def write(
    application: Application | None, folder: str | Path, *, edition: Edition | None = None
) -> list[Change]:
    """Render every file of an edition into a folder.

    A file that would not change is left alone; the others are replaced whole, or, when one of
    them cannot be written, not at all.

    Args:
        application: None: the edition's own example.
        folder: made where it does not exist.
        edition: how the system is built; absent: the current edition.

    Returns:
        What became of each file.

    Raises:
        OutputError: the folder cannot be written to.

    """
    return write_files(render(application, edition=edition), Path(folder))


def missing_parameters(
    application: Application | None = None, *, edition: Edition | None = None
) -> dict[str, list[str]]:
    """Return what the application's stack needs and an environment's configuration lacks.

    The pipeline gives the image's tag. What else is missing, by environment, somebody must fill
    in before the pipeline can deploy.
    """
    edition = _chosen(edition)
    application = edition.application if application is None else application
    template = edition.stack("stack").build(application).to_dict()
    needed = [n for n, p in template["Parameters"].items() if "Default" not in p]
    missing = {}
    for environment in application.environments:
        said = json.loads(edition.configuration(application, environment))["Parameters"]
        lacking = [name for name in needed if name not in said and name != _GIVEN_BY_PIPELINE]
        if lacking:
            missing[environment.name] = lacking
    return missing


def _chosen(edition: Edition | None) -> Edition:
    """Return the edition, the default one where none is given."""
    if edition is None:
        return load_edition(EDITIONS[0])
    if not isinstance(edition, Edition):
        raise EditionError(
            f"edition must be an Edition (got {edition!r:.60}); give CURRENT or BOOK"
        )
    return edition


def _unknown_parameters(application: Application, template: dict[str, Any]) -> Iterator[str]:
    known = template["Parameters"]
    for environment in application.environments:
        for name in environment.parameters:
            if name not in known:
                yield (
                    f"application {application.name!r}, environment {environment.name!r}: "
                    f"{_APPLICATION_STACK} has no parameter {name!r}; it has {', '.join(known)}"
                )


def _header(application: Application, edition: Edition) -> str:
    """Return the first line of every rendered file that can hold a comment."""
    return (
        f"Rendered by cfn-pipeline ({edition.name} edition) from the application "
        f"{application.name}."
    )
