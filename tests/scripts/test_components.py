"""The list of components has what cfn-pipeline needs, and nothing of the tests."""

import json
import sysconfig
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.scripts import load_script

SCRIPT = load_script("components.py")
BILL = {
    "bomFormat": "CycloneDX",
    "metadata": {"tools": {}},
    "components": [
        {"name": name, "version": "1", "bom-ref": f"{name}==1"} for name in ("A.b", "c", "pytest")
    ],
}
NEEDS = {"cfn-pipeline": {"a-b"}, "a-b": {"c"}, "c": set()}


def test_the_needs_of_this_environment() -> None:
    needs = SCRIPT.needs_of(sysconfig.get_path("purelib"))
    direct = {"troposphere", "awacs", "pyyaml", "click", "cfn-lint", "boto3", "mcp", "jinja2"}
    assert needs["cfn-pipeline"] == direct | {"cfnresponse", "ministack", "rich"}
    assert set().union(*needs.values()) == set(needs) - {"cfn-pipeline"}
    assert {"pytest", "mypy", "hypothesis", "pip"}.isdisjoint(needs)


def test_only_what_is_needed_is_listed() -> None:
    bill = SCRIPT.needed(BILL, NEEDS)
    assert [each["name"] for each in bill["components"]] == ["A.b", "c"]
    itself = bill["metadata"]["component"]["bom-ref"]
    assert itself == f"cfn-pipeline=={version('cfn-pipeline')}"
    assert bill["dependencies"] == [
        {"ref": "A.b==1", "dependsOn": ["c==1"]},
        {"ref": "c==1", "dependsOn": []},
        {"ref": itself, "dependsOn": ["A.b==1"]},
    ]
    assert str(ROOT) not in json.dumps(bill)


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="components without a version: d"):
        SCRIPT.needed(BILL, NEEDS | {"d": set()})
    with pytest.raises(ValueError, match="the environment lacks cfn-pipeline"):
        SCRIPT.needs_of(str(tmp_path))
