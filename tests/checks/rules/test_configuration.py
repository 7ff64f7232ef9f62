"""Configuration: each mode and provider, and each form of a value."""

from typing import Any

import pytest

from cfn_pipeline.aws.providers import PROVIDERS
from tests.checks.examples import action, findings, good, ids, pipeline


@pytest.mark.parametrize(
    "mode, needs",
    [
        ("CREATE_UPDATE", ["TemplatePath", "RoleArn"]),
        ("REPLACE_ON_FAILURE", ["TemplatePath", "RoleArn"]),
        ("DELETE_ONLY", ["RoleArn"]),
        ("CHANGE_SET_REPLACE", ["TemplatePath", "ChangeSetName", "RoleArn"]),
        ("CHANGE_SET_EXECUTE", ["ChangeSetName"]),
    ],
)
def test_what_a_mode_needs(mode: str, needs: list[str]) -> None:
    template = good("E9401")
    action(template, 1)["Configuration"] = {"ActionMode": mode, "StackName": "orders"}
    found = [f for f in findings(template) if f.rule in ("E9402", "E9403")]
    assert len(found) == len(needs)
    for need, finding in zip(needs, found, strict=True):
        assert need in finding.message
        assert finding.rule == ("E9403" if need == "RoleArn" else "E9402")


def test_a_mode_nearly_right() -> None:
    template = good("E9401")
    action(template, 1)["Configuration"]["ActionMode"] = "CHANGESET_REPLACE"
    [finding] = findings(template)
    assert "did you mean CHANGE_SET_REPLACE?" in finding.message


def test_the_role_of_the_action_is_not_the_role_of_cloudformation() -> None:
    template = good("E9403")
    action(template, 1)["RoleArn"] = action(template, 1)["Configuration"].pop("RoleArn")
    [finding] = findings(template)
    assert "the action's own RoleArn is not enough" in finding.message


@pytest.mark.parametrize(
    "said, fine",
    [
        ({"Fn::GetAtt": ["Role", "Arn"]}, True),
        ({"Ref": "RoleArn"}, True),
        ({"Fn::ImportValue": "role"}, True),
        ({"Ref": "Role"}, False),
        ("deployment", False),
    ],
)
def test_a_role_is_given_by_its_arn(said: object, fine: bool) -> None:
    template = good("E9403")
    template["Resources"]["Role"] = {"Type": "AWS::IAM::Role"}
    action(template, 1)["Configuration"]["RoleArn"] = said
    told = [finding for finding in findings(template) if finding.rule == "E9403"]
    assert ["must be the ARN of a role" in finding.message for finding in told] == [True] * (
        not fine
    )


@pytest.mark.parametrize(
    "said, fine",
    [
        ("CAPABILITY_IAM", True),
        ("CAPABILITY_NAMED_IAM,CAPABILITY_AUTO_EXPAND", True),
        ("CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND", False),
        ("NAMED_IAM", False),
        ("", False),
    ],
)
def test_capabilities(said: str, fine: bool) -> None:
    template = good("E9404")
    action(template, 1)["Configuration"]["Capabilities"] = said
    assert (findings(template) == []) == fine


@pytest.mark.parametrize(
    "said, rule",
    [
        ('{"Tasks": "2"}', None),
        ('{"Subnets": ["a", "b"]}', None),
        ({"Fn::Sub": '{"Bucket": "${AWS::Region}", "Stack": "${AWS::StackName}"}'}, None),
        ({"Fn::Join": ["", ['{"Tasks": ', {"Ref": "Tasks"}, "}"]]}, None),
        ({"Ref": "Overrides"}, None),
        ("{'Tasks': '2'}", "E9405"),
        ('["Tasks"]', "E9405"),
        ('{"Tasks": true}', "E9405"),
        ({"Tasks": "2"}, "E9405"),
        ('{"Tasks": "' + "2" * 1000 + '"}', "E9406"),
        ("", "E9405"),
    ],
)
def test_parameter_overrides(said: object, rule: str | None) -> None:
    template = good("E9405")
    action(template, 1)["Configuration"]["ParameterOverrides"] = said
    assert ids(findings(template))[:1] == ([] if rule is None else [rule])


@pytest.mark.parametrize("kind", PROVIDERS, ids=lambda kind: f"{kind[0]}-{kind[2]}")
def test_what_a_provider_requires(kind: tuple[str, str, str]) -> None:
    """Every provider, with what it requires, is fine; without each of these it is not."""
    provider = PROVIDERS[kind]
    category, owner, name = kind
    if category == "Source":
        template, stage = good("E9101"), 0
        outputs = [{"Name": "Sources"}]
        inputs: list[dict[str, str]] = []
    else:
        template, stage = good("E9101"), 1
        inputs = [{"Name": "Sources"}] if provider.inputs[1] else []
        outputs = []
    settings = dict.fromkeys(provider.required, "Sources")
    if "TemplatePath" in settings:
        settings["TemplatePath"] = "Sources::stack.yml"
    if name == "CloudFormation":
        settings |= {"ActionMode": "DELETE_ONLY", "RoleArn": "arn:aws:iam::111122223333:role/x"}
    made: dict[str, Any] = {
        "Name": "It",
        "ActionTypeId": {"Category": category, "Owner": owner, "Provider": name, "Version": "1"},
        "InputArtifacts": inputs,
        "OutputArtifacts": outputs,
        "Configuration": settings,
    }
    if name == "Commands":
        made["Commands"] = ["make test"]
    pipeline(template)["Stages"][stage]["Actions"] = [made]
    assert set(ids(findings(template))) <= {"W9104", "W9904"}
    for key in provider.required:
        without = {k: v for k, v in settings.items() if k != key}
        made["Configuration"] = without
        assert "E9407" in ids(findings(template)), key


@pytest.mark.parametrize(
    "type_, said",
    [
        (
            {"Category": "Deploy"},
            "use Category Build, Owner AWS, Provider CodeBuild or Category Test, Owner",
        ),
        (
            {"Owner": "ThirdParty"},
            "invalid ActionTypeId (Category Build, Owner ThirdParty, Provider CodeBuild)",
        ),
    ],
)
def test_types(type_: dict[str, str], said: str) -> None:
    template = good("E9409")
    action(template, 1)["ActionTypeId"].update(type_)
    [finding] = findings(template)
    assert finding.rule == "E9409"
    assert said in finding.message


def test_types_that_others_make_are_their_own_business() -> None:
    template = good("E9409")
    action(template, 1)["ActionTypeId"].update(Owner="Custom", Provider="Jenkins")
    assert findings(template) == []
