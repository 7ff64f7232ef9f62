"""Templates as builders are given them: troposphere's, mappings in long form, or text."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cfn_pipeline.model.validated import thawed
from cfn_pipeline.model.values import Intrinsic
from cfn_pipeline.template import load

#: A template: troposphere's, a mapping in long form, or YAML or JSON.
AnyTemplate: TypeAlias = Mapping[str, Any] | Intrinsic | str


def contents(templates: AnyTemplate | Sequence[AnyTemplate]) -> list[Mapping[str, Any]]:
    """Return templates in long form.

    Args:
        templates: one, or several.

    Raises:
        TemplateError: a text that is not a template.

    """
    if isinstance(templates, (str, Mapping, Intrinsic)):
        templates = [templates]
    return [_content(template) for template in templates]


def _content(template: AnyTemplate) -> Mapping[str, Any]:
    if isinstance(template, str):
        return load(template)
    content: Mapping[str, Any]
    content = thawed(template) if isinstance(template, Mapping) else template.to_dict()
    return content
