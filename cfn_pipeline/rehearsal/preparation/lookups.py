"""What templates look up while they are deployed: secrets, and parameters in SSM's store."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.resolving import text_of
from cfn_pipeline.analysis.system import System, Template

__all__ = ["nodes", "parameters_in", "secrets_in"]

_SECRET = re.compile(r"\{\{resolve:secretsmanager:(.+?)(?::SecretString(?::([^:}]*))?[^}]*)?\}\}")
_PARAMETER = re.compile(r"\{\{resolve:ssm(?:-secure)?:((?:\$\{[^}]*\}|[^:}])+)(?::\d+)?\}\}")


def nodes(value: Any) -> Iterator[Any]:
    """Yield a value, and every value in it."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def secrets_in(templates: Sequence[Template], system: System) -> dict[str, list[str]]:
    """Return the keys that are read of secrets, by the secret's name; not of those made here."""
    found: dict[str, list[str]] = {}
    made = _names(templates, system, "AWS::SecretsManager::Secret")
    for name, key in _references(templates, system, _SECRET):
        if name in made:
            continue
        keys = found.setdefault(name, [])
        if key and key not in keys:
            keys.append(key)
    return found


def parameters_in(templates: Sequence[Template], system: System) -> list[str]:
    """Return the names of the parameters that are read; not of those made here, or AWS's."""
    names = [name for name, _ in _references(templates, system, _PARAMETER)]
    for template in templates:
        for declared in template.section("Parameters").values():
            type_ = str(declared.get("Type", "")) if isinstance(declared, dict) else ""
            if type_.startswith("AWS::SSM::Parameter::Value") and "Default" in declared:
                names.append(str(declared["Default"]))
    made = _names(templates, system, "AWS::SSM::Parameter")
    return sorted({name for name in names if not name.startswith("/aws/")} - made)


def _names(templates: Sequence[Template], system: System, type_: str) -> set[str]:
    """Return the names of what the templates themselves make."""
    named = (
        text_of(resource.properties.get("Name"), template, system)
        for template in templates
        for resource in template.resources.values()
        if resource.type == type_
    )
    return {name for name in named if name}


def _references(
    templates: Sequence[Template], system: System, pattern: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """Yield the names, and the keys, of what templates look up as they are deployed."""
    for template in templates:
        for node in nodes(template.content):
            text, variables = _text_and_variables(node)
            for found in pattern.finditer(text):
                said: Any = found[1]
                if variables is not None:
                    said = {"Fn::Sub": [found[1], variables]}
                elif "${" in found[1]:
                    continue  # the text of a Fn::Sub, which is a node of its own
                name = text_of(said, template, system)
                if name and is_known(name):
                    yield name, (found[2] if pattern.groups > 1 else "") or ""


def _text_and_variables(node: Any) -> tuple[str, dict[str, Any] | None]:
    """Return the text of a node, and the variables of its Fn::Sub; None: it is none."""
    match node:
        case {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case str(text):
            return text, None
        case _:
            return "", None
