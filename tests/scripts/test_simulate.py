"""The table that make simulate puts to an IAM evaluator."""

from typing import Any

import yaml

from cfn_pipeline import load, render, todobackend
from cfn_pipeline.permissions import catalogue
from tests.scripts import SCRIPTS, load_script

simulate = load_script("simulate/simulate.py")
ROWS: dict[str, dict[str, list[list[Any]]]] = yaml.safe_load(
    (SCRIPTS / "simulate" / "requests.yml").read_text()
)


def test_every_resource_is_made_changed_and_deleted() -> None:
    asked = {row[0] for row in ROWS["deployment"]["allowed"]}
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
    values = simulate.words(todobackend, "todobackend-dev", "todobackend-prod")
    for kinds in ROWS.values():
        for row in (*kinds["allowed"], *kinds["denied"]):
            asked = simulate.request(values, *row)
            assert catalogue.access(asked["action"]) is not None, asked
            assert asked["resource"] == "*" or asked["resource"].startswith("arn:aws:")
            assert "{" not in asked["resource"]
    assert len(ROWS["deployment"]["denied"]) > 20
