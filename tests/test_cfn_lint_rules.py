"""The rules within cfn-lint."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline.analysis.reading import read_files
from cfn_pipeline.checks import RULES, check_system
from tests.cfn_lint import lint, lint_text
from tests.checks.examples import ROOT as EXAMPLES
from tests.checks.examples import good, pipeline

ROOT = Path(__file__).parents[1]
CFN_LINT = str(Path(sys.executable).with_name("cfn-lint"))
BAD = sorted(EXAMPLES.glob("*/bad.yml"))


def test_there_are_bad_templates() -> None:
    assert len(BAD) > 50


@pytest.mark.thorough
@pytest.mark.parametrize("path", BAD, ids=lambda path: str(path.parent.name))
def test_a_bad_template_is_caught_once_and_with_its_place(path: Path) -> None:
    matches = lint(path, plugin=True, include=["I9"])
    told = {match.rule.id for match in matches}
    findings = check_system(read_files([path], {}, strict=False), RULES)
    [finding] = [finding for finding in findings if finding.rule == path.parent.name]
    wanted = finding.cfn_lint or finding.severity[0].upper() + finding.rule[1:]
    # cfn-lint speaks of a part of the place, or of what is around it.
    paths = [getattr(match, "path", None) or [] for match in matches if match.rule.id == wanted]
    assert any(
        list(finding.path[: len(p)]) == p or p[: len(finding.path)] == list(finding.path)
        for p in paths
    ), f"{finding.path} {paths}"
    # What cfn-lint finds by itself the plugin leaves to it, and the plugin knows all of it.
    known = {finding.cfn_lint for finding in findings if finding.cfn_lint}
    assert known <= told
    assert not {finding.rule for finding in findings if finding.cfn_lint} & told
    assert {rule for rule in told if rule[0] == "E" and rule[1] != "9"} <= known


def test_rendered_templates_are_fine() -> None:
    files = [p for p in (ROOT / "templates" / "current").glob("*.yml") if p.name != "buildspec.yml"]
    assert lint(*files, plugin=True) == []


def test_a_text_without_a_file_is_checked_as_language_servers_do() -> None:
    text = (EXAMPLES / "E9107" / "bad.yml").read_text("utf-8")
    [match] = [match for match in lint_text(text) if match.rule.id == "E9107"]
    line = text.splitlines()[match.linenumber - 1]
    assert line[match.columnnumber - 1 :].startswith("ParameterOverrides:")


def test_the_rules_are_listed() -> None:
    done = subprocess.run(
        [CFN_LINT, "-a", "cfn_pipeline.cfn_lint_rules", "--list-rules"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(f"{rule.id[1:]}: {rule.title}" in done.stdout for rule in RULES)


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
    found = [match.rule.id for match in lint(path, plugin=True)]
    assert all(finding.cfn_lint in found for finding in own), (own, found)
