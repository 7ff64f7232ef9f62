"""What security checkers are told to pass over in the current edition."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cfn_pipeline import BOOK, CURRENT, Environment, load, render, todobackend
from cfn_pipeline.stacks.exemptions import EXEMPTIONS

ROOT = Path(__file__).parents[2]


def listed() -> list[list[str]]:
    """Ask the audit for its list: checker, file, resource and rule of each entry, and reason."""
    done = subprocess.run(
        [sys.executable, "scripts/audit/audit.py", "--list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split(" ", 5) for line in done.stdout.splitlines()]


def test_each_has_a_reason_and_its_resource() -> None:
    entries = listed()
    resources = {
        (stack.file, logical_id)
        for stack in CURRENT.stacks
        for logical_id in load(render(edition=CURRENT)[stack.file])["Resources"]
    }
    assert {(file, resource) for _, file, resource, *_ in entries} <= resources
    # The example has no environment in another account.
    abroad = render(replace(todobackend, environments=[Environment("a", account="1" * 12)]))
    assert "ActionRole" in load(abroad["environment-a.yml"])["Resources"]
    assert {"ActionRole", *(resource for _, _, resource, *_ in entries)} == set(EXEMPTIONS)
    assert all(len(reason) > 15 for *_, reason in entries)


@pytest.mark.parametrize("only_the_pipelines, most", [(True, 5), (False, 11)])
def test_checkov_is_told_of_few(only_the_pipelines: bool, most: int) -> None:
    entries = [(file, *rest) for tool, file, *rest in listed() if tool == "checkov"]
    told = {tuple(rest) for f, *rest in entries if f != "stack.yml" or not only_the_pipelines}
    assert len(told) <= most


@pytest.mark.parametrize("checker", ["checkov", "guard", "cdk-nag"])
def test_an_application_asks_for_each_checker(checker: str) -> None:
    key = checker.replace("-", "_")
    files = render(replace(todobackend, suppressions=[checker]), edition=CURRENT)
    metadata = [
        resource["Metadata"]
        for stack in CURRENT.stacks
        for resource in load(files[stack.file])["Resources"].values()
        if "Metadata" in resource
    ]
    assert metadata
    assert all(set(entry) == {key} for entry in metadata)


def test_who_asks_for_nothing_gets_nothing() -> None:
    words = ("checkov", "SuppressedRules", "cdk_nag")
    for edition in (BOOK, CURRENT):
        texts = render(edition=edition).values()
        assert not [text for text in texts for word in words if word in text]
