"""An application's own template: its content, and what deploying it must acknowledge."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.own_stack import OwnStack
from cfn_pipeline.stacks.templates import contents
from cfn_pipeline.template import load
from cfn_pipeline.template.files import read_text


def own_template(own: OwnStack) -> dict[str, Any]:
    """Return the template in long form.

    Raises:
        ModelError: the parameter for the version of a build is not in it.
        TemplateError: the file cannot be read, or is not a template.

    """
    template = own.template
    if own.path is not None:
        content = _content(read_text(Path(own.path)), own.path)
    else:
        assert template is not None
        content = dict(contents(template)[0])
    parameters = content.get("Parameters", {})
    if own.version_parameter not in (None, *parameters):
        existing = ", ".join(parameters) or "none"
        raise ModelError(
            f"{own.where}: unknown parameter {own.version_parameter!r} in version_parameter; the "
            f"template's parameters are {existing}"
        )
    return content


@lru_cache(maxsize=8)
def _content(text: str, source: str) -> dict[str, Any]:
    """Return the content of a template, which several applications may share; it is not changed."""
    return load(text, source=source)


def capabilities(template: Mapping[str, Any]) -> list[str]:
    """Return what deploying a template must acknowledge, in any mode of an action."""
    # Only applications with a template of their own need to understand one.
    from cfn_pipeline.analysis.capabilities import needed_capabilities
    from cfn_pipeline.analysis.system import Template

    return [name for name, _ in needed_capabilities(Template("", template), "CREATE_UPDATE")]
