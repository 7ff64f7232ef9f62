"""Dynamic references of templates to secrets and SSM parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from cfn_pipeline.analysis.partial_text import is_known
from cfn_pipeline.analysis.resolving import text_of
from cfn_pipeline.analysis.system import System, Template

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
    """Return the keys that are read from secrets, by name; without secrets of these templates."""
    secrets: dict[str, list[str]] = {}
    own = _names(templates, system, "AWS::SecretsManager::Secret")
    for name, key in _references(templates, system, _SECRET):
        if name in own:
            continue
        keys = secrets.setdefault(name, [])
        if key and key not in keys:
            keys.append(key)
    return secrets


def parameters_in(templates: Sequence[Template], system: System) -> list[str]:
    """Return the SSM parameters that are read; without those of these templates and of AWS."""
    names = [name for name, _ in _references(templates, system, _PARAMETER)]
    for template in templates:
        for declared in template.section("Parameters").values():
            type_ = str(declared.get("Type", "")) if isinstance(declared, dict) else ""
            if type_.startswith("AWS::SSM::Parameter::Value") and "Default" in declared:
                names.append(str(declared["Default"]))
    own = _names(templates, system, "AWS::SSM::Parameter")
    return sorted({name for name in names if not name.startswith("/aws/")} - own)


def _names(templates: Sequence[Template], system: System, type_: str) -> set[str]:
    """Return the names of the resources of a type."""
    names = (
        text_of(resource.properties.get("Name"), template, system)
        for template in templates
        for resource in template.resources.values()
        if resource.type == type_
    )
    return {name for name in names if name}


def _references(
    templates: Sequence[Template], system: System, pattern: re.Pattern[str]
) -> Iterator[tuple[str, str]]:
    """Yield the name and the key of each dynamic reference."""
    for template in templates:
        for node in nodes(template.content):
            text, variables = _text_and_variables(node)
            for match in pattern.finditer(text):
                name_value: Any = match[1]
                if variables is not None:
                    name_value = {"Fn::Sub": [match[1], variables]}
                elif "${" in match[1]:
                    continue  # the text of a Fn::Sub, which is another node
                name = text_of(name_value, template, system)
                if name and is_known(name):
                    yield name, (match[2] if pattern.groups > 1 else "") or ""


def _text_and_variables(node: Any) -> tuple[str, dict[str, Any] | None]:
    """Return the text of a node and the variables of Fn::Sub; None: it is not a Fn::Sub."""
    match node:
        case {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case str(text):
            return text, None
        case _:
            return "", None
