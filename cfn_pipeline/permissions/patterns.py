"""Values of a template as patterns: what is known stands as it is, the rest is ``*``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfn_pipeline.permissions import catalogue, tables

__all__ = ["Stacks", "name_patterns", "resources", "value_patterns"]

#: What IAM policies may keep, since it means the same wherever the policy is deployed.
_KEPT = ("AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix")
_DEEPEST = 10

#: Patterns of stacks' names: ``todobackend-dev``, or ``orders-*``.
Stacks = Sequence[str]


def resources(template: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return a template's resources by logical id: type and properties."""
    section = template.get("Resources")
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, body in section.items() if isinstance(section, dict) else ():
        if isinstance(body, dict) and isinstance(body.get("Type"), str):
            properties = body.get("Properties")
            found[str(name)] = (body["Type"], properties if isinstance(properties, dict) else {})
    return found


def name_patterns(
    logical_id: str, type_: str, properties: Mapping[str, Any], template: Any, stacks: Stacks
) -> list[str]:
    """Return patterns of a resource's name: the one that it is given, or what is made up."""
    path = ""
    if type_.startswith("AWS::IAM::") and "Path" in properties:
        [path, *_] = value_patterns(properties["Path"], template, stacks[:1])
        path = path.strip("/") + "/" if path.strip("/") else ""
    said = properties.get(catalogue.name_property(type_) or "")
    if said is not None and said != {"Ref": "AWS::NoValue"}:
        named = value_patterns(said, template, stacks)
        return [path + name.removeprefix("/") if _is_path(type_) else path + name for name in named]
    form = tables.GENERATED_NAMES.get(type_, "{stack}-*")
    made = [
        form.replace("{stack-lower}", stack.lower())
        .replace("{stack}", stack)
        .replace("{logical}", logical_id)
        for stack in stacks
    ]
    return list(dict.fromkeys(path + re.sub(r"\*(-\*)+$", "*", name) for name in made))


def _is_path(type_: str) -> bool:
    """Tell whether ARNs have the names of a type without the slash at their beginning."""
    return type_ == "AWS::SSM::Parameter"


def value_patterns(value: Any, template: Mapping[str, Any], stacks: Stacks) -> list[str]:
    """Return what a text of a template will be, once for each stack that has it."""
    found = [_pattern(value, template, stack, 0) for stack in stacks]
    return list(dict.fromkeys(re.sub(r"\*\*+", "*", text) for text in found))


def _pattern(value: Any, template: Mapping[str, Any], stack: str, depth: int) -> str:
    if depth > _DEEPEST:
        return "*"
    match value:
        case bool() | int() | float() | str():
            return str(value)
        case {"Ref": "AWS::StackName"}:
            return stack
        case {"Ref": str(name)} if name in _KEPT:
            return f"${{{name}}}"
        case {"Ref": str(name)}:
            return _referred(name, template, stack, depth)
        case {"Fn::Sub": str(text)}:
            return _substituted(text, {}, template, stack, depth)
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return _substituted(text, variables, template, stack, depth)
        case {"Fn::Join": [str(delimiter), list(items)]}:
            parts = [_pattern(item, template, stack, depth + 1) for item in items]
            return delimiter.join(parts)
        case {"Fn::If": [_, yes, no]}:
            both = {_pattern(v, template, stack, depth + 1) for v in (yes, no)}
            return both.pop() if len(both) == 1 else "*"
        case _:
            return "*"


def _referred(name: str, template: Mapping[str, Any], stack: str, depth: int) -> str:
    known = resources(template)
    if name in known:
        type_, properties = known[name]
        said = properties.get(catalogue.name_property(type_) or "")
        if said is not None:
            return _pattern(said, template, stack, depth + 1)
        [made] = name_patterns(name, type_, properties, template, [stack])
        return made
    return "*"


def _substituted(
    text: str,
    variables: Mapping[str, Any],
    template: Mapping[str, Any],
    stack: str,
    depth: int,
) -> str:
    def part(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return "*"
        if name in variables:
            return _pattern(variables[name], template, stack, depth + 1)
        if "." in name:
            return "*"
        return _pattern({"Ref": name}, template, stack, depth + 1)

    return re.sub(r"\$\{([^}]*)\}", part, text)
