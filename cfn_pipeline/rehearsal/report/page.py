"""The HTML page of a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cfn_pipeline.atomic import replace_file
from cfn_pipeline.diagrams.drawing import style
from cfn_pipeline.diagrams.pipeline_layout import PARALLEL, is_parallel, stage_elements
from cfn_pipeline.diff.reports.document import from_dict
from cfn_pipeline.diff.reports.outline import outline
from cfn_pipeline.diff.reports.page import fit
from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.printable import printable_lines
from cfn_pipeline.rehearsal.cloudformation.changes import COLUMNS
from cfn_pipeline.rehearsal.pipeline import Pipeline
from cfn_pipeline.rehearsal.report.logs import lines_of_logs
from cfn_pipeline.rehearsal.report.picture import STATES, run_picture
from cfn_pipeline.rehearsal.report.result import next_step, result_of
from cfn_pipeline.rehearsal.report.words import LABELS, duration, phase_words
from cfn_pipeline.rehearsal.run.journal import Journal

__all__ = ["page_of", "write_page"]

#: The width of a stage in the picture: two stand beside each other on a telephone.
_STAGE = 164


def write_page(journal: Journal, target: Path) -> None:
    """Write the page of a run, one file without links to others.

    Args:
        journal: of the run; the logs of its builds are in its folder.
        target: the file to write.

    Raises:
        RehearsalError: the page cannot be written.

    """
    page = page_of(journal)
    try:
        with replace_file(target) as file:
            file.write(page.encode())
    except OSError as error:
        raise RehearsalError(f"--report {target}: cannot be written: {error.strerror}") from error


def page_of(journal: Journal) -> str:
    """Return the page of a run.

    Args:
        journal: of the run; the logs of its builds are in its folder.

    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=fit,
        loader=jinja2.ChoiceLoader(
            [
                jinja2.PackageLoader("cfn_pipeline.rehearsal", "report"),
                jinja2.PackageLoader("cfn_pipeline.diff", "reports"),
            ]
        ),
    )
    environment.filters |= {
        "duration": duration,
        "lines": printable_lines,
        "words": phase_words,
        "outline": lambda content: outline(from_dict(content)),
    }
    environment.globals |= {"states": STATES, "labels": LABELS, "columns": COLUMNS}
    result = result_of(journal)
    picture = None
    if "definition" in journal.data:
        picture = run_picture(Pipeline.from_dict(journal.data["definition"]), result)
    return environment.get_template("page.html.j2").render(
        result=result,
        next_step=next_step(result),
        picture=picture,
        picture_style=Markup("\n".join(style(is_run=True))),
        picture_stages=[Markup(each) for each in stage_elements(picture, _STAGE)]
        if picture
        else [],
        picture_note=PARALLEL if picture and is_parallel(picture) else "",
        makers=_makers(result),
        logs=lines_of_logs(journal.folder),
    )


def _makers(result: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Return the actions that make change sets, by the stack and the name of the change set."""
    return {
        (details["stack"], details["change_set"]): f"{stage['name']}/{action['name']}"
        for stage in result["stages"]
        for action in stage["actions"]
        if "changes" in (details := action["details"])
    }
