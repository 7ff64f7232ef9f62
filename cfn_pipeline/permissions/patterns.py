"""Values of a template as patterns: what is known stands as it is, the rest is ``*``.

The name of the stack is not known yet: a mark stands for it until :func:`bind` puts it there, so
that a template is read once for all of its stacks.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS
from cfn_pipeline.permissions import catalogue, tables
from cfn_pipeline.template.values import scalar_text, substitute

_DEEPEST = 10

#: Characters for private use, which stand for a stack's name and for the beginning of the names
#: that CloudFormation makes in it; and for the same in lower case.
_STACK, _MADE, _LOWER_STACK, _LOWER_MADE = "\ue000", "\ue001", "\ue002", "\ue003"
_MARK = re.compile(f"[{_STACK}-{_LOWER_MADE}]")

#: Patterns of stacks' names: ``todobackend-dev``, or ``orders-*``.
Stacks = Sequence[str]

#: Type and properties of a template's resources, by logical id.
Resources = Mapping[str, tuple[str, Mapping[str, Any]]]


def resources(template: Mapping[str, Any]) -> Resources:
    """Return a template's resources by logical id: type and properties."""
    section = template.get("Resources")
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, body in section.items() if isinstance(section, dict) else ():
        if isinstance(body, dict) and isinstance(body.get("Type"), str):
            properties = body.get("Properties")
            found[str(name)] = (body["Type"], properties if isinstance(properties, dict) else {})
    return found


def bind(pattern: str, stack: str) -> str:
    """Return a pattern as it is in a stack."""
    if not _MARK.search(pattern):
        return pattern
    made = re.sub(r"\*(?:-\*)+$", "*", f"{stack}-*")
    values = {
        _STACK: stack,
        _MADE: made,
        _LOWER_STACK: stack.lower(),
        _LOWER_MADE: made.lower(),
    }
    return _shortened(_MARK.sub(lambda mark: values[mark[0]], pattern))


def is_open(pattern: str) -> bool:
    """Tell whether a pattern ends with a wildcard, in whatever stack."""
    return pattern.endswith(("*", _MADE, _LOWER_MADE))


def of_stack(form: str) -> str:
    """Return the pattern for a name that a table has for all stacks."""
    return form.replace("{stack-lower}", _LOWER_STACK)


def _shortened(pattern: str) -> str:
    return re.sub(r"\*\*+", "*", pattern)


def name_pattern(logical_id: str, known: Resources) -> str:
    """Return a pattern of a resource's name: the one that it is given, or what is made up."""
    type_, properties = known[logical_id]
    path = ""
    if type_.startswith("AWS::IAM::") and "Path" in properties:
        path = value_pattern(properties["Path"], known).strip("/")
        path = path and f"{path}/"
    given = properties.get(catalogue.name_property(type_) or "")
    if given is not None and given != {"Ref": "AWS::NoValue"}:
        name = value_pattern(given, known)
        return path + (name.removeprefix("/") if _is_path(type_) else name)
    form = tables.GENERATED_NAMES.get(type_, "{stack}-*")
    made = form.replace("{stack-lower}-*", _LOWER_MADE).replace("{stack}-*", _MADE)
    return path + made.replace("{logical}", logical_id)


def _is_path(type_: str) -> bool:
    """Tell whether ARNs have the names of a type without the slash at their beginning."""
    return type_ == "AWS::SSM::Parameter"


def value_pattern(value: Any, known: Resources) -> str:
    """Return what a text of a template will be."""
    return _shortened(_pattern(value, known, 0))


def _pattern(value: Any, known: Resources, depth: int) -> str:
    if depth > _DEEPEST:
        return "*"
    match value:
        case bool() | int() | float() | str():
            return scalar_text(value)
        case {"Ref": "AWS::StackName"}:
            return _STACK
        case {"Ref": str(name)} if name in PLACE_PARAMETERS:  # the same in each policy of the place
            return f"${{{name}}}"
        case {"Ref": str(name)}:
            return _referred(name, known, depth)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {}, known, depth)
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return _substituted(text, variables, known, depth)
        case {"Fn::Join": [str(delimiter), list(items)]}:
            parts = [_pattern(item, known, depth + 1) for item in items]
            return delimiter.join(parts)
        case {"Fn::If": [_, yes, no]}:
            both = {_pattern(v, known, depth + 1) for v in (yes, no)}
            return both.pop() if len(both) == 1 else "*"
        case _:
            return "*"


def _referred(name: str, known: Resources, depth: int) -> str:
    if name not in known:
        return "*"
    type_, properties = known[name]
    given = properties.get(catalogue.name_property(type_) or "")
    return name_pattern(name, known) if given is None else _pattern(given, known, depth + 1)


def _substituted(text: str, variables: Mapping[str, Any], known: Resources, depth: int) -> str:
    return substitute(text, variables, lambda v: _pattern(v, known, depth + 1), literal="*")
