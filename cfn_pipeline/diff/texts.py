"""Values of templates in one form, so that what means the same is the same.

Functions that make text become a text as Fn::Sub has it: ``!Join ['/', [!GetAtt Bucket.Arn, '*']]``
and ``!Sub ${Bucket.Arn}/*`` are both ``${Bucket.Arn}/*``. Numbers and booleans become the text
for which CloudFormation takes them. Other functions are ``ImportValue(network-vpc)``.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from cfn_pipeline.analysis.resolving import is_function
from cfn_pipeline.template.values import replace_variables, scalar_text, substitute

#: A value in this form: text, or a list or mapping of values. Fn::If stays as it is.
Form = Any

#: What stands for ``AWS::NoValue``.
NO_VALUE = "${AWS::NoValue}"

_DEEPEST = 60


def form(value: Any, depth: int = 0) -> Form:
    """Return a value of a template in the one form."""
    if depth > _DEEPEST:
        return _compact(value)
    if isinstance(value, list):
        return [form(item, depth + 1) for item in value]
    if is_function(value):
        return _function(value, depth)
    if isinstance(value, dict):
        return {str(key): form(item, depth + 1) for key, item in value.items()}
    if value is None:
        return ""
    return scalar_text(value).replace("${", "${!")


def text(value: Form) -> str:
    """Return a value in the one form as a text on one line, for people."""
    match value:
        case {"Fn::If": [condition, yes, no]} if len(value) == 1:
            return f"If({condition}, {text(yes)}, {text(no)})"
        case dict():
            return f"{{{', '.join(f'{key}: {text(item)}' for key, item in value.items())}}}"
        case list():
            return f"[{', '.join(map(text, value))}]"
        case _:
            return str(value)


def exact(value: Form) -> str:
    """Return a value in the one form as a text that no other value has."""
    return _compact(value)


def _function(function: dict[str, Any], depth: int) -> Form:
    [(name, argument)] = function.items()
    match name, argument:
        case "Ref" | "Condition", str(target):
            return f"${{{target}}}"
        case "Fn::GetAtt", str(target):
            return f"${{{target}}}"
        case "Fn::GetAtt", [str(target), str(attribute)]:
            return f"${{{target}.{attribute}}}"
        case "Fn::Sub", str(pattern):
            return _substituted(pattern, {}, depth)
        case "Fn::Sub", [str(pattern), dict(variables)]:
            return _substituted(pattern, variables, depth)
        case "Fn::Join", [str(delimiter), list(items)]:
            texts = [form(item, depth + 1) for item in items]
            if all(isinstance(item, str) for item in texts):
                return delimiter.replace("${", "${!").join(texts)
        case "Fn::FindInMap", [*keys]:
            return f"FindInMap({'.'.join(text(form(key, depth + 1)) for key in keys)})"
        case "Fn::If", [str(condition), yes, no]:
            return {"Fn::If": [condition, form(yes, depth + 1), form(no, depth + 1)]}
    parts = argument if isinstance(argument, list) else [argument]
    return f"{name.removeprefix('Fn::')}({', '.join(_part(part, depth) for part in parts)})"


def _part(argument: Any, depth: int) -> str:
    value = text(form(argument, depth + 1))
    return value or "''"


def _substituted(pattern: str, variables: dict[str, Any], depth: int) -> str:
    if not variables:
        return replace_variables(pattern, lambda name: f"${{{name.strip()}}}")
    return substitute(pattern, variables, lambda value: text(form(value, depth + 1)))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(", ", ": "))


def references(value: Form) -> set[str]:
    """Return the names to which a value in the one form refers: resources and parameters."""
    names: set[str] = set()
    for part in _texts(value):

        def note(variable: str) -> str:
            if not variable.startswith("!"):
                names.add(variable.split(".")[0])
            return ""

        replace_variables(part, note)
    return names


def conditions(value: Form) -> set[str]:
    """Return the names of the conditions on which a value in the one form depends."""
    match value:
        case {"Fn::If": [str(name), yes, no]} if len(value) == 1:
            return {name} | conditions(yes) | conditions(no)
        case dict():
            return {name for item in value.values() for name in conditions(item)}
        case list():
            return {name for item in value for name in conditions(item)}
        case _:
            return set()


def replaced(value: Form, name: Callable[[str], str]) -> Form:
    """Return a value in which each reference is to what ``name`` returns for its logical id."""
    if isinstance(value, str):
        if "${" not in value:
            return value

        def renamed(variable: str) -> str:
            target, dot, attribute = variable.partition(".")
            return f"${{{name(target)}{dot}{attribute}}}"

        return replace_variables(value, renamed)
    if isinstance(value, list):
        return [replaced(item, name) for item in value]
    return {key: replaced(item, name) for key, item in value.items()}


def leaves(value: Form, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a value, each with its path."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}/{number}")
    else:
        yield path, text(value)


def _texts(value: Form) -> Iterator[str]:
    return (part for _, part in leaves(value))
