"""The facts of replacement are those of AWS's schemas."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cfn_pipeline import load
from cfn_pipeline.aws.replacement import create_only
from cfn_pipeline.diff.comparing import State, compare

ROOT = Path(__file__).parents[2]
RENDERED = [
    *sorted((ROOT / "templates").rglob("*.yml")),
    *(p for p in sorted((ROOT / "examples").rglob("*.yml")) if "node_modules" not in p.parts),
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "replacement_data.py"
    spec = importlib.util.spec_from_file_location("replacement_data", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["replacement_data"] = module
    spec.loader.exec_module(module)
    return module


def test_the_data_is_what_the_schemas_say(script: ModuleType) -> None:
    for type_, schema in script.schemas().items():
        found = create_only(type_)
        assert found is not None, type_
        assert [list(found.always), list(found.sometimes)] == script.create_only(schema), type_


def _rendered_types() -> set[str]:
    found = set()
    for path in RENDERED:
        text = path.read_text(encoding="utf-8")
        if "\nResources:" in text:
            resources = load(text)["Resources"]
            found |= {resource["Type"] for resource in resources.values()}
    return {type_ for type_ in found if type_.startswith("AWS::")}


def _at(path: list[str], leaf: str) -> Any:
    """Return properties with a value at a path of a schema."""
    if not path:
        return leaf
    inside = _at(path[1:], leaf)
    return [inside] if path[0] == "*" else {path[0]: inside}


def _cases() -> Iterator[tuple[str, str, str]]:
    for type_ in sorted(_rendered_types()):
        rules = create_only(type_)
        assert rules is not None, type_
        always, sometimes = set(rules.always), set(rules.sometimes)
        for path in sorted(always):
            yield type_, path, "replaced"
        for path in sorted(sometimes):
            if not any(path.startswith(f"{other}/") for other in always):
                yield type_, path, "may be replaced"
        yield type_, "SomethingElse", "changed"


def test_every_property_of_every_rendered_type_replaces_as_its_schema_says() -> None:
    assert len(_rendered_types()) > 40
    cases = {f"Case{number}": case for number, case in enumerate(_cases())}
    old, new = (
        json.dumps(
            {
                "Resources": {
                    name: {"Type": type_, "Properties": _at(path.split("/"), leaf)}
                    for name, (type_, path, _) in cases.items()
                }
            }
        )
        for leaf in "ab"
    )
    found = compare(*(State(name="state", files={"a.json": text}) for text in (old, new)))
    changes = {change.resource: change for change in found.resources}
    marks = {"replaced": "yes", "may be replaced": "maybe", "changed": "no"}
    for name, (type_, path, kind) in cases.items():
        assert changes[name].kind == kind, (type_, path)
        assert {p.replacement for p in changes[name].properties} == {marks[kind]}, (type_, path)
