"""The schema of the configuration file says what the model says."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cfn_pipeline import Application
from cfn_pipeline.config.schema import config_schema
from tests.command import run
from tests.config.test_reading import ORDERS

ROOT = Path(__file__).parents[2]
SCHEMA = config_schema()


def _errors(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema_and_committed() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    printed = run("schema").out
    assert json.loads(printed) == SCHEMA
    assert (ROOT / "cfn-pipeline.schema.json").read_text(encoding="utf-8") == printed


def test_every_field_is_described() -> None:
    def described(node: Any) -> bool:
        return not isinstance(node, dict) or (
            all(
                text.get("description") or "const" in text
                for text in node.get("properties", {}).values()
            )
            and all(map(described, node.values()))
        )

    assert all(described(definition) for definition in SCHEMA["$defs"].values())
    assert set(SCHEMA["$defs"]["Application"]["properties"]) == {
        field.name
        for field in dataclasses.fields(Application)
        if "python_only" not in field.metadata
    }


def test_it_takes_what_is_read() -> None:
    assert _errors(ORDERS) == []


@pytest.mark.parametrize(
    "text",
    [
        "applications: []",
        "application: []",
        ORDERS.replace("name: orders\n", "nam: orders\n"),
        ORDERS.replace("type: mysql", "type: mysq"),
        ORDERS.replace("cpu: 256", "cpu: lots"),
        ORDERS.replace("type: mysql, ", ""),
        ORDERS.replace("approval: true", "approval: perhaps"),
    ],
)
def test_it_refuses_what_is_refused(text: str) -> None:
    assert _errors(text)
