"""The table that make simulate puts to an IAM evaluator."""

from typing import Any

import yaml

from cfn_pipeline import load, render
from cfn_pipeline.permissions import catalogue
from tests.scripts import SCRIPTS, load_script

simulate = load_script("simulate/simulate.py")
ROWS: dict[str, list[list[Any]]] = yaml.safe_load(
    (SCRIPTS / "simulate" / "requests.yml").read_text()
)


def test_every_resource_is_made_changed_and_deleted() -> None:
    asked = {row[0] for row in ROWS["allowed"]}
    for resource in load(render()["stack.yml"])["Resources"].values():
        handlers = catalogue.handlers(resource["Type"])
        for operation in ("create", "update", "delete"):
            changing = [
                action
                for action in (handlers or {}).get(operation, ())
                if catalogue.access(action) not in ("List", "Read", None)
            ]
            assert not changing or asked & set(changing), (resource["Type"], operation)


def test_rows_are_requests() -> None:
    for rows in ROWS.values():
        for row in rows:
            asked = simulate.request(*row)
            assert catalogue.access(asked["action"]) is not None, asked
            assert asked["resource"] == "*" or asked["resource"].startswith("arn:aws:")
            assert "{" not in asked["resource"]
    assert len(ROWS["denied"]) > 20
