"""A difference as a page of HTML, one file without links to others."""

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
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=fit,
        loader=jinja2.PackageLoader("cfn_pipeline.diff", "reports"),
    )
    return environment.get_template("page.html.j2").render(outline=outline)


def fit(value: object) -> object:
    """Return a value fit to show on a page: whatever stands in it, it changes nothing beside it."""
    return value if hasattr(value, "__html__") else printable(value)
