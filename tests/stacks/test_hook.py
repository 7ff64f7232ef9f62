"""The template of the Lambda Hook."""

from pathlib import Path
from typing import Any

import pytest

from cfn_pipeline import check, emit
from cfn_pipeline.stacks.hook import hook_template
from tests.cfn_lint import lint
from tests.command import run

TEMPLATE: dict[str, Any] = hook_template().to_dict()
RESOURCES = TEMPLATE["Resources"]


def _statements(role: str) -> list[dict[str, Any]]:
    [policy] = RESOURCES[role]["Properties"]["Policies"]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def test_it_warns_unless_it_is_told_to_refuse() -> None:
    parameter = TEMPLATE["Parameters"]["FailureMode"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("WARN", ["WARN", "FAIL"])
    hook = RESOURCES["Hook"]["Properties"]
    assert hook["FailureMode"] == {"Ref": "FailureMode"}
    assert hook["TargetOperations"] == ["STACK", "CHANGE_SET"]
    assert hook["TargetFilters"]["Actions"] == ["CREATE", "UPDATE"]
    assert hook["StackFilters"]["StackNames"]["Exclude"] == [{"Ref": "AWS::StackName"}]


def test_the_hook_may_invoke_its_function_only() -> None:
    [statement] = _statements("HookRole")
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["Function", "Arn"]}]
    [trust] = RESOURCES["HookRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["hooks.cloudformation.amazonaws.com"]}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_function_may_write_its_log_only() -> None:
    [statement] = _statements("FunctionRole")
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["FunctionLogGroup", "Arn"]}]


def test_its_handler_exists() -> None:
    module, _, name = RESOURCES["Function"]["Properties"]["Handler"].rpartition(".")
    handler = __import__(module, fromlist=[name])
    assert callable(getattr(handler, name))


@pytest.mark.lint
def test_it_is_clean(tmp_path: Path) -> None:
    file = tmp_path / "hook.yml"
    file.write_text(emit(TEMPLATE))
    assert lint(file, plugin=True) == []
    assert check({"hook.yml": file.read_text()}, severity="info") == []


def test_what_its_deployment_needs_is_derived(tmp_path: Path) -> None:
    file = tmp_path / "hook.yml"
    file.write_text(emit(TEMPLATE))
    options = ["--stack", "cfn-pipeline-hook", "--boundary", "none"]
    done = run("permissions", str(file), *options, "--parameter", "CodeBucket=acme-code")
    assert (done.code, done.err) == (0, "")
    assert "cloudformation:SetTypeConfiguration" in done.out
    assert ":s3:::acme-code/*" in done.out
