"""Change sets: every order in which they go wrong, and those that are right."""

from typing import Any

import pytest

from tests.checks.examples import action, findings, good, ids, pipeline


def _orders(*orders: int) -> dict[str, Any]:
    """Return a stage that makes, approves and executes a change set, with these run orders."""
    template = good("E9304")
    for number, order in enumerate(orders):
        action(template, 1, number)["RunOrder"] = order
    return template


def test_another_stack() -> None:
    template = good("E9301")
    action(template, 1, 2)["Configuration"]["StackName"] = "orders-prod"
    [finding] = findings(template)
    assert finding.rule == "E9301"
    assert finding.message.endswith(
        "stage 'Production', action 'ChangeSet' creates it for stack 'orders'; use the same "
        "StackName in both"
    )
    assert finding.path[-1] == "StackName"


def test_nobody_makes_it() -> None:
    template = good("E9301")
    del pipeline(template)["Stages"][1]["Actions"][0]
    found = findings(template)
    assert ids(found) == ["E9301"]
    assert "which no action creates; add an action with ActionMode CHANGE_SET_REPLACE" in (
        found[0].message
    )


@pytest.mark.parametrize(
    "orders, rules",
    [
        ((1, 2, 3), []),
        ((10, 20, 30), []),
        ((1, 3, 2), ["E9304"]),  # executed, then approved, at the end
        ((1, 2, 2), ["E9304"]),  # executed while it is approved
        ((1, 1, 2), ["E9304"]),  # approved while it is made
        ((2, 2, 2), ["E9302"]),
        ((3, 2, 1), ["E9302"]),
        ((3, 1, 2), ["E9302"]),
    ],
)
def test_orders(orders: tuple[int, ...], rules: list[str]) -> None:
    assert ids(findings(_orders(*orders))) == rules


def test_an_approval_that_speaks_of_the_change_set_waits_for_it() -> None:
    template = _orders(2, 1, 3)
    assert findings(template) == [], "an approval of the release may stand before it all"
    action(template, 1, 1)["Name"] = "ApproveChangeSet"
    [finding] = findings(template)
    assert finding.rule == "E9304"
    assert "creates the change set after the approval" in finding.message


def test_an_approval_after_the_execution_lets_the_run_on() -> None:
    template = _orders(1, 3, 2)
    pipeline(template)["Stages"].append(
        good("E9105")["Resources"]["Pipeline"]["Properties"]["Stages"][1]
    )
    # Only that another stage deploys the stack again.
    assert ids(findings(template)) == ["W9815"]


def test_made_anew_between_two_executions() -> None:
    template = good("E9303")
    stages = pipeline(template)["Stages"]
    stages.append({"Name": "Again", "Actions": list(stages[1]["Actions"])})
    assert ids(findings(template)) == ["W9815"]
    del stages[2]["Actions"][0]
    assert ids(findings(template)) == ["E9303"]


def test_the_same_stack_in_two_regions_is_two_stacks() -> None:
    template = good("E9303")
    make, execute = pipeline(template)["Stages"][1]["Actions"]
    abroad = [{**a, "Name": f"{a['Name']}Abroad", "Region": "us-east-1"} for a in (make, execute)]
    pipeline(template)["Stages"].append({"Name": "Abroad", "Actions": abroad})
    assert findings(template) == []


def test_names_that_are_not_known_may_be_the_same() -> None:
    template = good("E9301")
    action(template, 1, 2)["Configuration"]["ChangeSetName"] = {"Ref": "ChangeSetName"}
    template["Parameters"] = {"ChangeSetName": {"Type": "String"}}
    assert findings(template) == []
    template["Parameters"]["ChangeSetName"]["Default"] = "releases"
    assert ids(findings(template)) == ["E9301"]


BUILD = {
    "Name": "Prepare",
    "ActionTypeId": {"Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1"},
    "InputArtifacts": [{"Name": "Sources"}],
    "Configuration": {"ProjectName": "prepare"},
}


def _with_project(template: dict[str, Any], *actions: str) -> None:
    """Add a project whose role may do what ``actions`` say."""
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    role = {
        "AssumeRolePolicyDocument": {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "codebuild.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        },
        "Policies": [{"PolicyName": "Prepare", "PolicyDocument": {"Statement": [allow]}}],
    }
    project = {"Name": "prepare", "ServiceRole": {"Fn::GetAtt": ["PrepareRole", "Arn"]}}
    template["Resources"]["PrepareRole"] = {"Type": "AWS::IAM::Role", "Properties": role}
    template["Resources"]["Prepare"] = {"Type": "AWS::CodeBuild::Project", "Properties": project}


@pytest.mark.parametrize("late", [False, True])
def test_a_build_may_make_the_change_set(late: bool) -> None:
    template = good("E9301")
    production = pipeline(template)["Stages"][1]["Actions"]
    del production[0]
    production.append({**BUILD, "RunOrder": 9 if late else 1})
    assert ids(findings(template)) == (["E9301"] if late else []), "its role is not known"
    production[-1]["RunOrder"] = 1
    _with_project(template, "logs:*", "s3:*")
    assert ids(findings(template)) == ["E9301"]
    _with_project(template, "logs:*", "s3:*", "cloudformation:Create*")
    assert findings(template) == []


def test_a_misspelt_change_set_is_told_although_a_build_might_make_it() -> None:
    template = good("E9301")
    production = pipeline(template)["Stages"][1]["Actions"]
    production[2]["Configuration"]["ChangeSetName"] = "releases"
    production.append({**BUILD, "RunOrder": 1})
    assert ids(findings(template)) == ["E9301"]


def test_a_build_may_execute_the_change_set() -> None:
    template = good("E9305")
    production = pipeline(template)["Stages"][1]["Actions"]
    production[:] = [a for a in production if "EXECUTE" not in str(a.get("Configuration"))]
    assert ids(findings(template)) == ["E9305"]
    production.append({**BUILD, "RunOrder": 9})
    assert findings(template) == []


def _with_preview(template: dict[str, Any]) -> list[Any]:
    """Add a stage with a preview of production's change set, and an approval that shows it."""
    stages: list[Any] = pipeline(template)["Stages"]
    make, *_ = stages[1]["Actions"]
    preview = {**make, "Name": "Preview", "RunOrder": 1}
    preview["Configuration"] = {**make["Configuration"], "ChangeSetName": "preview"}
    kind = {"Category": "Approval", "Owner": "AWS", "Provider": "Manual", "Version": "1"}
    approval = {"Name": "Approve", "ActionTypeId": kind, "RunOrder": 2}
    stages.insert(1, {"Name": "Staging", "Actions": [preview, approval]})
    return stages


def test_a_change_set_that_an_approval_shows_before_another_is_executed() -> None:
    template = good("E9305")
    stages = _with_preview(template)
    assert findings(template) == []
    del stages[1]["Actions"][1]
    assert ids(findings(template)) == ["E9305", "W9815"], "no approval shows it"


def test_a_change_set_of_another_stack_is_no_preview() -> None:
    template = good("E9305")
    stages = _with_preview(template)
    stages[1]["Actions"][0]["Configuration"]["StackName"] = "other"
    assert ids(findings(template)) == ["E9305"]
