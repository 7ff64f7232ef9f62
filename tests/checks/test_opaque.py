"""What a macro may add, and what cannot be known, is not held against a template."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from cfn_pipeline.checks import RULES
from tests.checks.examples import ROOT, findings, good

INCLUDE = {"Name": "AWS::Include", "Parameters": {"Location": "s3://acme/part.yml"}}

UNKNOWN = ({"Ref": "Unknown"}, {"Fn::Transform": INCLUDE}, {"Fn::ImportValue": "elsewhere"})

#: Those of rules about texts and limits have no values that could be unknown.
EXAMPLES = [
    rule.id
    for rule in RULES
    if (ROOT / rule.id / "good.yml").exists() and not rule.id.startswith("E90")
]


def _mappings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of the mappings that are not functions."""
    if isinstance(value, dict):
        if not any(str(key).startswith("Fn::") or key == "Ref" for key in value):
            yield path
        for key, inside in value.items():
            yield from _mappings(inside, (*path, key))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _mappings(inside, (*path, number))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@pytest.mark.thorough
@pytest.mark.parametrize("rule", EXAMPLES)
def test_keys_that_an_include_may_add(rule: str) -> None:
    template = good(rule)
    for path in _mappings(template["Resources"], ("Resources",)):
        if len(path) < 3 or path[2] != "Properties":
            continue
        for key in list(_at(template, path)):
            changed = copy.deepcopy(template)
            mapping = _at(changed, path)
            del mapping[key]
            mapping["Fn::Transform"] = INCLUDE
            found = [f"{finding.rule} {finding.message}" for finding in findings(changed)]
            assert found == [], f"{path} without {key}"


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all values."""
    if path[-2:] != ("Fn::If", 0):  # the name of a condition
        yield path
    items = value.items() if isinstance(value, dict) else []
    for step, inside in enumerate(value) if isinstance(value, list) else items:
        yield from _places(inside, (*path, step))


@pytest.mark.thorough
@pytest.mark.parametrize("rule", EXAMPLES)
def test_values_that_are_not_known(rule: str) -> None:
    template = good(rule)
    template.setdefault("Parameters", {})["Unknown"] = {"Type": "String"}
    number = 0
    for name, resource in template["Resources"].items():
        root = ("Resources", name, "Properties")
        for path in _places(resource.get("Properties", {}), root):
            if path == root and "Properties" not in resource:
                continue
            number += 1
            changed = copy.deepcopy(template)
            # Of functions, only Fn::Transform may stand for all properties.
            unknown = UNKNOWN[1 if path == root else number % len(UNKNOWN)]
            _at(changed, path[:-1])[path[-1]] = unknown
            found = [f"{finding.rule} {finding.message}" for finding in findings(changed)]
            assert found == [], f"{path} is {unknown}"
