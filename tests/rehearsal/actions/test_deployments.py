"""Deployments that fail with the message of AWS, or before it with ours."""

import json
from copy import deepcopy
from typing import Any

import pytest

from cfn_pipeline.diff.reports.document import from_dict, to_dict
from cfn_pipeline.rehearsal.outcome import Outcome, Status
from tests.rehearsal.bench import Bench
from tests.rehearsal.small import STACK, stack_action


def failed(outcome: Outcome) -> str:
    assert outcome.status is Status.FAILED
    return outcome.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"TemplatePath": "Infra::other.json"},
            "File [other.json] does not exist in artifact [Infra]",
        ),
        (
            {"ParameterOverrides": '{"Tag": {"Fn::GetParam": ["Version", "a.json", "Version"]}}'},
            "File [a.json] does not exist in artifact [Version]",
        ),
        (
            {"ParameterOverrides": '{"Tag": {"Fn::GetParam": ["Version", "version.json", "X"]}}'},
            "parameter Tag: version.json of Version has no key X",
        ),
        ({"ParameterOverrides": "{"}, "ParameterOverrides is not valid JSON"),
        ({"ParameterOverrides": '{"Tga": "1"}'}, "Parameters: [Tga] do not exist in the template"),
        ({"ParameterOverrides": '{"Tag": 1}'}, "parameter Tag must be a string (got 1)"),
        ({"ParameterOverrides": "{}"}, "Parameters: [Tag] must have values"),
        (
            {"ParameterOverrides": '{"Tag": {"Fn::GetParam": ["App", "version.json", "X"]}}'},
            "is not an input artifact of the action; its input artifacts: Infra, Version",
        ),
        (
            {"ParameterOverrides": '{"Tag": {"Fn::GetArtifactAtt": ["Version", "Path"]}}'},
            "parameter Tag: an artifact has no attribute Path; use one of BucketName, ObjectKey",
        ),
        (
            {"ParameterOverrides": '{"Tag": {"Fn::Sub": "x"}}'},
            'parameter Tag is {"Fn::Sub": "x"}; CodePipeline supports Fn::GetParam',
        ),
        ({"TemplateConfiguration": "Infra::stack.json"}, "Tag, Size: the value must be a string"),
        ({"TemplatePath": "stack.json"}, "use Artifact::path/of/the/file"),
        ({"ActionMode": "UPDATE"}, "invalid ActionMode 'UPDATE': use one of CREATE_UPDATE"),
        ({"TemplatePath": "Infra::dev.json"}, "Infra::dev.json has no Resources"),
        ({"StackName": ""}, "StackName is missing"),
        ({"StackName": "a<b"}, "invalid stack name 'a<b': use letters, digits and -"),
        ({"ChangeSetName": "a<b"}, "invalid change set name 'a<b': use letters, digits and -"),
    ],
)
def test_a_deployment_fails(bench: Bench, change: dict[str, str], message: str) -> None:
    assert message in failed(bench.run(stack_action("Deploy", "CREATE_UPDATE", "dev", **change)))


def test_a_role_needs_its_capability(bench: Bench) -> None:
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    resources = {"Role": {"Type": "AWS::IAM::Role", "Properties": role}}
    bench.put(
        "Infra", {"stack.json": json.dumps(STACK | {"Resources": resources}), "dev.json": "{}"}
    )
    message = failed(bench.run(stack_action("Deploy", "CREATE_UPDATE", "dev")))
    assert message == "Requires capabilities : [CAPABILITY_IAM]"


def test_a_deployment_that_succeeds(bench: Bench) -> None:
    action = stack_action("Deploy", "CREATE_UPDATE", "bench")
    action["Configuration"] |= {"TemplateConfiguration": "Infra::dev.json"}
    outcome = bench.run(action)
    assert (outcome.status, outcome.message) == (Status.SUCCEEDED, "")
    assert outcome.variables == {"Tag": "one"}
    assert bench.run(action).message == "no changes"


def test_a_stack_that_failed_is_named_for_the_next_step(bench: Bench) -> None:
    value = {"Fn::Sub": "{{resolve:secretsmanager:none-${Tag}:SecretString:k}}"}
    properties = {"Type": "String", "Value": value}
    resources = {"Note": {"Type": "AWS::SSM::Parameter", "Properties": properties}}
    bench.put(
        "Infra", {"stack.json": json.dumps(STACK | {"Resources": resources}), "dev.json": "{}"}
    )
    action = stack_action("Deploy", "CREATE_UPDATE", "broken")
    action["Configuration"] |= {"TemplateConfiguration": "Infra::dev.json"}
    for message in ("stack broken is ROLLBACK_COMPLETE: Note", "--delete-stack broken"):
        outcome = bench.run(action)
        assert message in failed(outcome)
        assert outcome.details["failed_stack"] == "broken"


SECRET = {"Type": "String", "NoEcho": True, "Default": "hunter2"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def _stack(name: str, *allowed: str) -> str:
    """Return a stack with a parameter of SSM, and a role that may do something."""
    statement = {"Effect": "Allow", "Action": [*allowed], "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    role = {
        "AssumeRolePolicyDocument": TRUST,
        "Policies": [{"PolicyName": "read", "PolicyDocument": document}],
    }
    moved = {"Name": name, "Type": "String", "Value": "v"}
    resources = {
        "Moved": {"Type": "AWS::SSM::Parameter", "Properties": moved},
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    template: Any = deepcopy(STACK)
    template["Parameters"]["Password"] = SECRET
    template["Resources"] |= resources
    return json.dumps(template)


@pytest.mark.parametrize("mode", ["CREATE_UPDATE", "CHANGE_SET_REPLACE"])
def test_what_changes_in_a_stack_is_told_by_meaning(bench: Bench, mode: str) -> None:
    def put(template: str, **values: str) -> None:
        dev = json.dumps({"Parameters": values})
        bench.put("Infra", {"stack.json": template, "dev.json": dev})

    name = f"meaning-{len(mode)}"
    action = stack_action("Deploy", "CREATE_UPDATE", name, Capabilities="CAPABILITY_IAM")
    action["Configuration"] |= {"TemplateConfiguration": "Infra::dev.json"}
    put(_stack(f"{name}-1", "s3:GetObject"), Size="small", Password="hunter3")
    first = bench.run(action)
    assert first.status is Status.SUCCEEDED, first.message
    assert first.details["is_new"]
    assert "difference" not in first.details

    put(_stack(f"{name}-2", "s3:GetObject", "s3:PutObject"), Size="large", Password="hunter4")
    action["Configuration"] |= {"ActionMode": mode, "ChangeSetName": "changes"}
    outcome = bench.run(action)
    assert outcome.status is Status.SUCCEEDED, outcome.message
    stored = json.loads(json.dumps(outcome.details["difference"]))
    difference = from_dict(stored)
    assert json.loads(json.dumps(to_dict(difference))) == stored
    assert {(change.kind, change.resource) for change in difference.resources} == {
        ("replaced", "Moved"),
        ("changed", "Role"),
        ("changed", "Note"),
    }
    assert difference.consequences == {"replacement", "broadening", "destructive"}
    [value] = difference.configurations
    assert value.text == "parameter Size is large; before: small"
    assert "hunter" not in json.dumps(outcome.details)


def test_an_update_without_changes_has_no_difference(bench: Bench) -> None:
    action = stack_action("Deploy", "CREATE_UPDATE", "same")
    action["Configuration"] |= {"TemplateConfiguration": "Infra::dev.json"}
    bench.run(action)
    outcome = bench.run(action)
    assert outcome.message == "no changes"
    assert not {"difference", "is_new"} & {*outcome.details}
