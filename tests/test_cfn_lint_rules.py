"""The rules within cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.analysis.reading import read_files
from cfn_pipeline.checks import RULES, check_system
from tests.checks.examples import ROOT as EXAMPLES
from tests.checks.examples import good, pipeline

ROOT = Path(__file__).parents[1]
CFN_LINT = str(Path(sys.executable).with_name("cfn-lint"))
BAD = sorted(EXAMPLES.glob("*/bad.yml"))


def _lint(*files: Path | str, plugin: bool = True) -> list[dict[str, Any]]:
    appended = ["-a", "cfn_pipeline.cfn_lint_rules"] if plugin else []
    done = subprocess.run(
        [CFN_LINT, "--format", "json", *appended, "-t", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def matches() -> list[dict[str, Any]]:
    return _lint(*BAD)


def test_every_bad_template_is_caught_with_its_place(matches: list[dict[str, Any]]) -> None:
    assert len(BAD) > 50
    for path in BAD:
        rule = path.parent.name
        here = [match for match in matches if match["Filename"] == str(path)]
        [finding] = [f for f in check_system(read_files([path], {})) if f.rule == rule]
        wanted = finding.cfn_lint or rule
        # cfn-lint speaks of a part of the place, or of what is around it.
        paths = [match["Location"]["Path"] for match in here if match["Rule"]["Id"] == wanted]
        assert any(
            list(finding.path[: len(p)]) == p or p[: len(finding.path)] == list(finding.path)
            for p in paths
        ), f"{rule}: {finding.path} {paths}"


def test_nothing_is_told_twice(matches: list[dict[str, Any]]) -> None:
    """What cfn-lint finds by itself the plugin leaves to it."""
    for path in BAD:
        for finding in check_system(read_files([path], {})):
            here = [m["Rule"]["Id"] for m in matches if m["Filename"] == str(path)]
            if finding.cfn_lint is not None:
                assert finding.cfn_lint in here, (path, finding)
                assert finding.rule not in here


def test_rendered_templates_are_fine() -> None:
    files = [p for p in (ROOT / "templates" / "current").glob("*.yml") if p.name != "buildspec.yml"]
    assert _lint(*files) == []


def test_the_rules_are_listed() -> None:
    done = subprocess.run(
        [CFN_LINT, "-a", "cfn_pipeline.cfn_lint_rules", "--list-rules"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(f"{rule.id}: {rule.title}" in done.stdout for rule in RULES)


def test_what_the_plugin_tells_cfn_lint_does_not(matches: list[dict[str, Any]]) -> None:
    for path in BAD:
        own = [
            match["Rule"]["Id"]
            for match in matches
            if match["Filename"] == str(path) and match["Rule"]["Id"][1] != "9"
        ]
        known = {f.cfn_lint for f in check_system(read_files([path], {})) if f.cfn_lint}
        assert {rule for rule in own if rule[0] == "E"} <= known, (path, own)


@pytest.mark.parametrize(
    "change",
    [
        {"Stages.1.Actions.0.RunOrder": "first"},
        {"Stages.1.Actions.0.Name": "Build!"},
        {"Stages.1.Actions": None},
        {"Stages.1.OnFailure": {"Result": "FAIL"}},
        {"ArtifactStores": []},
        {"ArtifactStore": None},
        {"PipelineType": "V3"},
        {"Stages.1.Actions.0.OutputArtifacts": [{"Name": "Sources"}]},
    ],
    ids=str,
)
def test_more_that_cfn_lint_finds_itself(change: dict[str, Any], tmp_path: Path) -> None:
    template = good("E9101")
    [(where, value)] = change.items()
    *steps, key = where.split(".")
    place = pipeline(template)
    for step in steps:
        place = place[int(step) if step.isdecimal() else step]
    place[key] = value
    if value is None:
        del place[key]
    path = tmp_path / "template.json"
    path.write_text(json.dumps(template))
    own = [finding for finding in check_system(read_files([path], {})) if finding.rule[0] == "E"]
    assert own
    found = [match["Rule"]["Id"] for match in _lint(path)]
    assert all(finding.cfn_lint in found for finding in own), (own, found)
