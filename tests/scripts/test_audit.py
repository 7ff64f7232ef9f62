"""The audit's own judgement: findings and list must be the same."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command import Done
from tests.scripts import load_script, run_script

audit = load_script("audit/audit.py")

TEMPLATE = """
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Metadata:
      checkov:
        skip:
          - id: CKV_1
            comment: because
      guard:
        SuppressedRules:
          rule_2: because
      cdk_nag:
        rules_to_suppress:
          - id: Nag-3
            reason: because
      Other: stays
    Properties:
      BucketName: !Ref AWS::StackName
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Templates, and stand-ins for the checkers that find what is in findings.json."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "s.yml").write_text(TEMPLATE)
    (tmp_path / "templates" / "buildspec.yml").write_text("version: 0.2\n")
    tools = tmp_path / "tools"
    guard = tools / "node_modules/@cdklabs/cdk-validator-cfnguard"
    programs = {
        tools / "venv/bin/checkov": "checkov.json",
        tools / "bin/node": "nag.json",
        **{
            guard / "bin" / system / machine / "cfn-guard": "guard.json"
            for system in ("ubuntu", "macos")
            for machine in ("x86_64", "aarch64")
        },
    }
    for program, report in programs.items():
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(
            f'#!/bin/sh\nfor last; do :; done\ncp "$last" {tmp_path}/seen\n'
            f"cat {tmp_path}/{report}\n"
        )
        program.chmod(0o755)
    finds(tmp_path)
    return tmp_path


def finds(folder: Path, checkov: str = "CKV_1", guard: str = "rule_2", nag: str = "Nag-3") -> None:
    failed = {"check_id": checkov, "resource": "AWS::S3::Bucket.Bucket", "file_path": "/s.yml"}
    broken = {"Rule": {"name": guard, "checks": [{"from": {"path": "/Resources/Bucket/X"}}]}}
    reports: dict[str, Any] = {
        "checkov.json": {"results": {"failed_checks": [failed]}},
        "guard.json": [{"not_compliant": [broken]}],
        "nag.json": [{"file": "s.yml", "resource": "Bucket", "rule": nag}],
    }
    for name, report in reports.items():
        (folder / name).write_text(json.dumps(report))


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[], Done]:
    monkeypatch.setenv("PATH", f"{folder}/tools/bin:{os.environ['PATH']}")
    words = ["--tools", str(folder / "tools"), "--templates", str(folder / "templates")]
    return lambda: run_script(audit, words, capfd)


def test_what_is_listed_and_found_is_well(folder: Path, run: Callable[[], Done]) -> None:
    done = run()
    assert (done.code, done.err) == (0, "")
    assert "checkov: 1 findings" in done.out
    seen = json.loads((folder / "seen").read_text())["Resources"]["Bucket"]
    assert seen["Metadata"] == {"Other": "stays"}
    assert seen["Properties"] == {"BucketName": {"Ref": "AWS::StackName"}}


@pytest.mark.parametrize(
    "tool, name", [("checkov", "checkov"), ("guard", "guard"), ("nag", "cdk-nag")]
)
def test_what_is_not_listed_or_not_found_fails(
    folder: Path, run: Callable[[], Done], tool: str, name: str
) -> None:
    finds(folder, **{tool: "new"})
    done = run()
    assert done.code == 1
    assert f"s.yml Bucket: {name} finds new; fix it, or list it with a reason" in done.out
    assert f"is listed for {name}, which does not find it; unlist it" in done.out


def test_an_entry_without_a_reason_fails(folder: Path, run: Callable[[], Done]) -> None:
    template = folder / "templates" / "s.yml"
    template.write_text(template.read_text().replace("comment: because", "comment: ' '"))
    assert "CKV_1 is listed without a reason" in run().out


def test_a_checker_that_breaks_is_no_finding(folder: Path, run: Callable[[], Done]) -> None:
    (folder / "guard.json").write_text("no report")
    done = run()
    assert done.code == 2
    assert "cfn-guard has failed" in done.err


def test_an_entry_holds_for_every_resource_of_its_logical_id() -> None:
    one, other = (audit.Finding("guard", file, "Bucket", "rule") for file in ("a.yml", "b.yml"))
    assert list(audit.compare({one}, {one: "because", other: "because"})) == []
    idle = list(audit.compare(set(), {one: "because", other: "because"}))
    assert len(idle) == 2
