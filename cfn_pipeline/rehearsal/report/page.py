"""The page that shows a run."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cfn_pipeline.atomic import replace_file
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS

__all__ = ["report"]


def report(result: Mapping[str, Any], folder: Path, target: Path) -> None:
    """Write a page that shows a run; it needs nothing but itself.

    Args:
        result: of the run, as ``result_of`` returns it.
        folder: of the run, where the logs of builds are.
        target: the page.

    Raises:
        RehearsalError: the page cannot be written.

    """
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    text = (
        files("cfn_pipeline.rehearsal.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    logs = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in folder.glob("builds/*/log.txt")
    }
    page = environment.from_string(text).render(result=result, logs=logs, columns=COLUMNS)
    try:
        with replace_file(target) as file:
            file.write(page.encode())
    except OSError as error:
        raise RehearsalError(f"--report {target}: cannot be written: {error.strerror}") from error
