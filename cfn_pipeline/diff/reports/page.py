"""A difference as a page of HTML, one file without links to others."""

from importlib.resources import files

from cfn_pipeline.diff.reports.outline import Outline
from cfn_pipeline.errors import CfnPipelineError
from cfn_pipeline.printable import printable


def page(outline: Outline) -> str:
    """Return the page.

    Raises:
        CfnPipelineError: Jinja2 is not installed.

    """
    try:
        import jinja2
    except ImportError as error:
        raise CfnPipelineError(
            "--format html needs Jinja2; run pip install 'cfn-pipeline[html]'"
        ) from error
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["printable"] = printable
    template = files("cfn_pipeline.diff.reports").joinpath("page.html.j2")
    return environment.from_string(template.read_text(encoding="utf-8")).render(outline=outline)
