"""The application's own stack, put together from parts, a module for each.

A part is a function that adds parameters, resources and outputs to a template. The order of the
parts is the order in which the template is read.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from troposphere import Template

from cfn_pipeline.model.application import Application
from cfn_pipeline.stacks.document import new_template

__all__ = ["Part", "application_template"]

Part: TypeAlias = Callable[[Template, Application], None]


def application_template(application: Application, *, parts: Sequence[Part]) -> Template:
    """Make the application's stack from parts."""
    template = new_template(f"{application.display_name} Application")
    for part in parts:
        part(template, application)
    return template
