"""One template in another: values in place of parameters and imports, and what both have."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from awacs.aws import Condition, Principal
from troposphere import AWSHelperFn, ImportValue, Ref, Sub, Template

from cfn_pipeline.errors import ModelError
from cfn_pipeline.model.values import Intrinsic
from cfn_pipeline.stacks import exports

#: What an application's stack imports from its environment's, by the names that users give.
_IMPORTS: Mapping[str, Callable[[str], str]] = {
    "key": exports.key,
    "boundary": exports.boundary,
    "log_bucket": exports.log_bucket,
}
_SECTIONS = ("parameters", "mappings", "conditions", "resources", "outputs")
_NAME = re.compile(r"\$\{(\w+)\}")

#: A string, a number or a function of CloudFormation, or a list of them.
Given: TypeAlias = str | int | Intrinsic | list[Any]


def set_values(template: Template, values: Mapping[str, Given]) -> None:
    """Put values in place of a template's parameters, and of what it imports.

    Args:
        template: of an application's stack; it is changed.
        values: by the names of parameters; ``key``, ``boundary`` and ``log_bucket`` are what the
            environment's stack exports.

    Raises:
        ModelError: the template has no such parameter.

    """
    unknown = [name for name in values if name not in {*template.parameters, *_IMPORTS}]
    if unknown:
        known = ", ".join((*template.parameters, *_IMPORTS))
        raise ModelError(
            f"unknown parameter {unknown[0]!r} in values; the parameters of the template are "
            f"{known}"
        )
    if not values:
        return
    places = {_shown(_reference(name)): value for name, value in values.items()}
    for name in values:
        template.parameters.pop(name, None)
    changed = _Changed(values, places)
    for section in ("conditions", "resources", "outputs"):
        entries = getattr(template, section)
        for name, entry in entries.items():
            entries[name] = changed(entry)


def add_template(template: Template, other: Template) -> None:
    """Add the parameters, mappings, conditions, resources and outputs of one template to another.

    >>> from troposphere import Template
    >>> from troposphere.sqs import Queue
    >>> from cfn_pipeline import add_template
    >>> own, other = Template(), Template()
    >>> other.add_resource(Queue("Jobs")).title
    'Jobs'
    >>> add_template(own, other)
    >>> list(own.resources)
    ['Jobs']

    Args:
        template: to which they are added.
        other: which has them.

    Raises:
        ModelError: both templates have something of the same name, with each of them.

    """
    both = [
        f"both templates have {name!r} in {section}; use other names in one of them"
        for section in _SECTIONS
        for name in getattr(other, section)
        if name in getattr(template, section)
    ]
    ModelError.raise_for(both)
    for section in _SECTIONS:
        getattr(template, section).update(getattr(other, section))


class _Changed:
    """Gives what takes the place of a value; what holds others is changed."""

    def __init__(self, values: Mapping[str, Given], places: Mapping[str, Given]) -> None:
        self._values = values
        self._places = places

    def __call__(self, value: Any) -> Any:
        if isinstance(value, dict):
            for key, inside in value.items():
                value[key] = self(inside)
        elif isinstance(value, (list, tuple)):
            return [self(inside) for inside in value]
        elif isinstance(value, AWSHelperFn):
            if (shown := _shown(value)) in self._places:
                return self._places[shown]
            if isinstance(value, Sub):
                value.data = self._in_text(value)
            else:
                self(vars(value))
        elif isinstance(value, Condition):
            for operator in value.conditions:
                operator.cond_dict = self(operator.get_dict())
        elif isinstance(value, Principal):
            value.data = self(value.data)
        elif hasattr(value, "properties"):
            self(value.properties)
        return value

    def _in_text(self, value: Sub) -> dict[str, Any]:
        """Return what Sub holds, with the values to which its text refers."""
        data = value.data["Fn::Sub"]
        text, named = (data[0], self(data[1])) if isinstance(data, list) else (data, {})
        for name in _NAME.findall(text):
            if name in self._values and name not in named:
                named[name] = self._values[name]
        return {"Fn::Sub": [text, named] if named else text}


def _reference(name: str) -> Any:
    """Return how a template refers to a parameter, or to what it imports."""
    if name in _IMPORTS:
        return ImportValue(Sub(_IMPORTS[name]("${AWS::StackName}")))
    return Ref(name)


def _shown(value: Any) -> str:
    return json.dumps(value.to_dict(), sort_keys=True)
