"""A run whose approvals are described, and one in which nothing changes."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cfn_pipeline.cli import main
from tests.command import ROOT
from tests.rehearsal.small import variables

EXAMPLE = ROOT / "examples" / "own-stack"


def _rehearse(folder: Path, *words: str) -> dict[str, Any]:
    page = folder / "page.html"
    source = f"DeploymentRepository={folder / 'files'}"
    command = ["rehearse", str(folder / "files" / "pipeline.yml"), "--source", source, *words]
    with variables():
        result = CliRunner().invoke(
            main,
            [*command, "--format", "json", "--report", str(page)],
            prog_name="cfn-pipeline",
            catch_exceptions=False,
        )
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.thorough
def test_the_message_is_in_the_report_and_nothing_is_asked_where_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(EXAMPLE, tmp_path / "files")
    first = _rehearse(tmp_path, "--approve")
    assert first["status"] == "Succeeded"
    staging, prod = (_approval(first, name) for name in ("Staging", "Prod"))
    assert staging["message"] == "approved by --approve"
    [text] = [message["text"] for message in staging["details"]["messages"]]
    assert [line for line in text.splitlines() if line.startswith("Stack ")] == [
        "Stack events-staging",
        "Stack events-prod",
    ]
    assert "RetentionDays: (none) -> 14" in text
    assert [pending["change_set"] for pending in prod["details"]["pending"]] == ["events-prod"]
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Message of events-approvals" in page
    assert "Add ConsumerRole (AWS::IAM::Role)" in page
    again = _rehearse(tmp_path, "--reject", "--after", first["run"])
    assert again["status"] == "Succeeded", "a person would have rejected"
    for name in ("Staging", "Prod"):
        assert _approval(again, name)["message"] == "Nothing will change (by a function)"


def _approval(result: dict[str, Any], stage: str) -> Any:
    [actions] = [entry["actions"] for entry in result["stages"] if entry["name"] == stage]
    [approval] = [action for action in actions if action["category"] == "Approval"]
    return approval
