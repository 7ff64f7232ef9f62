"""Events of pipelines: what rules wait for, what they run, and who may approve."""

from typing import Any

import pytest

from tests.checks.examples import findings, good, ids, pipeline


def _detail(template: dict[str, Any]) -> Any:
    return template["Resources"]["ApprovalRequested"]["Properties"]["EventPattern"]["detail"]


@pytest.mark.parametrize(
    "detail, message",
    [
        ({"stage": ["Prod"]}, "stage 'Prod', which pipeline 'orders' does not have"),
        ({"action": ["Approved"]}, "does not have; did you mean 'Approve'?"),
        ({"stage": ["Source"]}, "action 'Approve', which pipeline 'orders' does not have; use"),
        ({"stage": ["Production", "Source"]}, None),
        ({"stage": [{"prefix": "Pro"}]}, None),
        ({"stage": [{"anything-but": "Prod"}]}, None),
        ({"pipeline": ["billing"], "stage": ["Prod"]}, None),
        ({"pipeline": ["orders", "billing"], "stage": ["Prod"]}, None),
    ],
)
def test_names_in_a_pattern(detail: dict[str, Any], message: str | None) -> None:
    template = good("W9906")
    _detail(template).update(detail)
    found = findings(template)
    assert [finding.rule for finding in found] == ([] if message is None else ["W9906"])
    assert message is None or message in found[0].message


def test_a_stage_that_is_not_known_may_be_the_one() -> None:
    template = good("W9906")
    _detail(template)["stage"] = ["Prod"]
    pipeline(template)["Stages"][1]["Name"] = {"Ref": "Stage"}
    template["Parameters"] = {"Stage": {"Type": "String"}}
    assert findings(template) == []


@pytest.mark.parametrize(
    "change, rules",
    [
        ({"Principal": "sns.amazonaws.com"}, ["W9907"]),
        ({"FunctionName": "orders-other"}, ["W9907"]),
        ({"FunctionName": {"Fn::ImportValue": "function"}}, []),
        ({"Principal": {"Ref": "Service"}}, []),
    ],
)
def test_the_permission_of_a_function(change: dict[str, Any], rules: list[str]) -> None:
    template = good("W9907")
    template["Resources"]["Permission"]["Properties"].update(change)
    template["Parameters"] = {"Service": {"Type": "String"}}
    assert ids(findings(template)) == rules


@pytest.mark.parametrize(
    "approval, rules",
    [
        ("${Pipeline}/Production/*", []),
        ("${Pipeline}/Production/Execute", ["W9908"]),
        ("${Pipeline}/Prod/Approve", ["W9908"]),
        ("billing/Prod/Approve", []),
        ("*", []),
    ],
)
def test_the_approval_that_a_role_may_give(approval: str, rules: list[str]) -> None:
    template = good("W9908")
    [policy] = template["Resources"]["FunctionRole"]["Properties"]["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    arn = "arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:"
    statement["Action"] = ["codepipeline:GetPipelineState", "codepipeline:PutApprovalResult"]
    statement["Resource"] = [{"Fn::Sub": arn + approval}]
    assert ids(findings(template)) == rules
