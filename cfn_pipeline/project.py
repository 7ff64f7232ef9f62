"""An application in an edition, as files."""

from pathlib import Path

from cfn_pipeline.editions import CURRENT
from cfn_pipeline.model.application import Application
from cfn_pipeline.model.edition import Edition
from cfn_pipeline.output import Change, write_files
from cfn_pipeline.template import emit

__all__ = ["header", "render", "write"]


def render(application: Application | None = None, *, edition: Edition = CURRENT) -> dict[str, str]:
    """Render every file of an edition.

    Args:
        application: absent: the edition's own example.
        edition: how the system is built.

    Returns:
        The texts by file name: templates in the order in which their stacks are deployed, then
        the environments' configurations, then the other files.

    """
    application = edition.application if application is None else application
    line = header(application, edition)
    return {
        **{s.file: emit(s.build(application), header=line) for s in edition.stacks},
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
    application: Application | None, folder: str | Path, *, edition: Edition = CURRENT
) -> list[Change]:
    """Render every file of an edition into a folder.

    A file that would not change is left alone; the others are replaced whole, or, when one of
    them cannot be written, not at all.

    Args:
        application: None: the edition's own example.
        folder: made where it does not exist.
        edition: how the system is built.

    Returns:
        What became of each file.

    Raises:
        OutputError: the folder cannot be written to.

    """
    return write_files(render(application, edition=edition), Path(folder))


def header(application: Application, edition: Edition) -> str:
    """Return the first line of every rendered file that can hold a comment."""
    return (
        f"Rendered by cfn-pipeline ({edition.name} edition) from the application "
        f"{application.name}."
    )
