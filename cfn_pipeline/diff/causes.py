"""What makes the values of properties change: the template, a parameter, a replaced resource.

A property that refers to something else changes with it, although the template says the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from cfn_pipeline.diff.texts import Form, conditions, form, leaves, references
from cfn_pipeline.frozen import Frozen, frozen

_MAPPING = re.compile(r"\bFindInMap\((\w+)\.")

#: Attributes that are another thing's as soon as the resource is another one.
_IDENTITIES = re.compile(r"Arn|.*Id")


@frozen
class Changed(Frozen):
    """What changes besides resources, by name, with the words for it.

    Args:
        parameters: such as ``parameter Size changes``.
        mappings: by the mapping's name.
        conditions: by the condition's name.

    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)


def changed_sections(
    old: Mapping[str, Any], new: Mapping[str, Any], configured: Mapping[str, str]
) -> Changed:
    """Return what changes besides resources.

    Args:
        old: the old template.
        new: the new one.
        configured: the words for parameters of which configuration files change the value.

    """
    parameters = dict(configured)
    for name, default in _defaults(new).items():
        before = _defaults(old).get(name)
        if before is not None and before != default:
            parameters.setdefault(name, f"the default of parameter {name} changes")
    mappings = {name: f"mapping {name} changes" for name in _different(old, new, "Mappings")}
    rules = {name: f"condition {name} changes" for name in _different(old, new, "Conditions")}
    sections = _section(new, "Conditions")
    for _ in range(len(sections)):
        more = {
            name: f"condition {name} changes"
            for name, rule in sections.items()
            if name not in rules
            and (used := references(form(rule)))
            and (used & set(rules) or used & set(parameters))
        }
        if not more:
            break
        rules |= more
    return Changed(parameters=parameters, mappings=mappings, conditions=rules)


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = template.get(name)
    return section if isinstance(section, dict) else {}


def _different(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> list[str]:
    """Return the entries of a section that both templates have, with another value."""
    before, after = _section(old, name), _section(new, name)
    return [key for key in after if key in before and form(before[key]) != form(after[key])]


def _defaults(template: Mapping[str, Any]) -> dict[str, Form]:
    return {
        name: form(body["Default"])
        for name, body in _section(template, "Parameters").items()
        if isinstance(body, dict) and "Default" in body
    }


@frozen
class Cause(Frozen):
    """Why a value is another one.

    Args:
        name: what changes, such as ``Table``.
        words: such as ``Table is replaced``.
        is_sure: whether the value certainly is another one.

    """

    name: str
    words: str
    is_sure: bool


def causes(value: Form, changed: Changed, replaced: Mapping[str, bool]) -> Iterator[Cause]:
    """Yield why a value that the template has as before is another one.

    Args:
        value: in the one form.
        changed: what changes besides resources.
        replaced: the replaced resources, by logical id, with whether that is certain.

    """
    for name in sorted(references(value)):
        if name in changed.parameters:
            yield Cause(name=name, words=changed.parameters[name], is_sure=False)
        if name in replaced:
            is_same_thing = _refers_to_identity(value, name)
            verb = "is" if replaced[name] else "may be"
            is_sure = replaced[name] and is_same_thing
            yield Cause(name=name, words=f"{name} {verb} replaced", is_sure=is_sure)
    for name in sorted(conditions(value) & set(changed.conditions)):
        yield Cause(name=name, words=changed.conditions[name], is_sure=False)
    maps = {match[1] for _, part in leaves(value) for match in _MAPPING.finditer(part)}
    for name in sorted(maps & set(changed.mappings)):
        yield Cause(name=name, words=changed.mappings[name], is_sure=False)


def _refers_to_identity(value: Form, name: str) -> bool:
    """Whether a value has the name, the ARN or the id of a resource."""
    reference = re.compile(rf"\$\{{{re.escape(name)}(?:\.(\w+(?:\.\w+)*))?\}}")
    return any(
        match[1] is None or _IDENTITIES.fullmatch(match[1])
        for _, part in leaves(value)
        for match in reference.finditer(part)
    )
