"""The HTML page of a run."""

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from cfn_pipeline.atomic import replace_file
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS
from cfn_pipeline.rehearsal.folder import RunFolder, opened
from cfn_pipeline.rehearsal.outcome import Status
from cfn_pipeline.rehearsal.report.result import next_step

__all__ = ["write_page"]

#: Bytes of a log on the page.
_MOST = 1 << 18

#: Statuses for people.
_LABELS = {
    status: status.replace("NotStarted", "Not started").replace("InProgress", "In progress")
    for status in Status
}


def write_page(result: Mapping[str, Any], folder: RunFolder, target: Path) -> None:
    """Write the page of a run, one file without links to others.

    Args:
        result: of the run, from ``result_of``.
        folder: of the run, with the logs of builds.
        target: the file to write.

    Raises:
        RehearsalError: the page cannot be written.

    """
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["duration"] = _duration
    text = (
        files("cfn_pipeline.rehearsal.report").joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    logs = {name: _part(path) for name, path in folder.logs().items()}
    page = environment.from_string(text).render(
        result=result, logs=logs, columns=COLUMNS, labels=_LABELS, next_step=next_step(result)
    )
    try:
        with replace_file(target) as file:
            file.write(page.encode())
    except OSError as error:
        raise RehearsalError(f"--report {target}: cannot be written: {error.strerror}") from error


def _duration(seconds: float) -> str:
    """Return a time for people: "3.2 s", "1 min 4 s", "2 h 5 min"."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}\N{NO-BREAK SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _part(log: Path) -> str:
    """Return a log, or the beginning and the end of a long one."""
    whole = opened(log)
    if whole is None:
        return "[a command has removed the log]"
    with whole as file:
        size = os.fstat(file.fileno()).st_size
        if size <= _MOST:
            return file.read().decode(errors="replace")
        begin = file.read(_MOST // 4).decode(errors="replace")
        file.seek(size - _MOST // 4 * 3)
        end = file.read().decode(errors="replace")
    return f"{begin}\n\n[{size - _MOST:,} bytes are left out; the whole log: {log}]\n\n{end}"
