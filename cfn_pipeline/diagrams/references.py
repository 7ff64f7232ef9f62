"""Which resources of a template a resource refers to."""

from collections.abc import Iterator, Mapping
from typing import Any

from cfn_pipeline.analysis.system import Resource
from cfn_pipeline.template.values import replace_variables


def references(resource: Resource) -> list[str]:
    """Return the logical ids of the resources to which a resource refers, each once.

    These are those of Ref, Fn::GetAtt, Fn::Sub and DependsOn, in the order of the template.
    """
    names = dict.fromkeys(_names(resource.body))
    others = resource.template.resources
    return [name for name in names if name in others and name != resource.logical_id]


def _names(body: Mapping[str, Any]) -> Iterator[str]:
    depends = body.get("DependsOn")
    waiting: list[Any] = [body.get("Properties")]
    while waiting:
        value = waiting.pop()
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                yield name
            case {"Fn::GetAtt": str(text)} if len(value) == 1:
                yield text.split(".")[0]
            case {"Fn::GetAtt": [str(name), *_]} if len(value) == 1:
                yield name
            case {"Fn::Sub": str(text)} if len(value) == 1:
                yield from _variables(text, {})
            case {"Fn::Sub": [str(text), dict(variables)]} if len(value) == 1:
                yield from _variables(text, variables)
                waiting += reversed(list(variables.values()))
            case dict():
                waiting += reversed(list(value.values()))
            case list():
                waiting += reversed(value)
            case _:
                pass
    for other in depends if isinstance(depends, list) else [depends]:
        if isinstance(other, str):
            yield other


def _variables(text: str, variables: Mapping[str, Any]) -> list[str]:
    names: list[str] = []

    def note(variable: str) -> str:
        name = variable.strip()
        if not name.startswith("!") and name not in variables:
            names.append(name.split(".")[0])
        return ""

    replace_variables(text, note)
    return names
