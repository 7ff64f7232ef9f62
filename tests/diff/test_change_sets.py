"""Change sets as CloudFormation describes them."""

import json
from typing import Any

import pytest

from cfn_pipeline.diff.change_sets import difference_of, is_change_set, with_change_set
from cfn_pipeline.diff.difference import Difference
from cfn_pipeline.errors import TemplateError
from tests.diff.small import difference, kinds, resource, words


def _change(name: str, type_: str, action: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": name,
            "ResourceType": type_,
            "Details": [],
            **more,
        },
    }


def _detail(name: str, recreation: str, **more: Any) -> dict[str, Any]:
    return {
        "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation},
        "Evaluation": "Static",
        "ChangeSource": "DirectModification",
        **more,
    }


def _described(*changes: dict[str, Any]) -> Difference:
    answer = {"StackName": "orders-prod", "ChangeSetName": "review", "Changes": [*changes]}
    return difference_of("changes.json", json.dumps(answer))


def test_what_cloudformation_says_becomes_of_resources() -> None:
    found = _described(
        _change("New", "AWS::SNS::Topic", "Add"),
        _change("Old", "AWS::DynamoDB::Table", "Remove", PolicyAction="Retain"),
        _change(
            "Database",
            "AWS::RDS::DBInstance",
            "Modify",
            Replacement="True",
            PolicyAction="ReplaceAndSnapshot",
            Details=[_detail("DBName", "Always")],
        ),
        _change(
            "Service",
            "AWS::ECS::Service",
            "Modify",
            Replacement="False",
            Details=[
                _detail(
                    "TaskDefinition",
                    "Never",
                    Evaluation="Dynamic",
                    ChangeSource="ResourceReference",
                    CausingEntity="Task",
                )
            ],
        ),
        _change("Maybe", "AWS::EC2::Instance", "Modify", Replacement="Conditional"),
    )
    assert (found.old, found.new) == ("stack orders-prod", "review")
    assert kinds(found) == {
        "Database": "replaced",
        "Maybe": "may be replaced",
        "Old": "removed",
        "New": "added",
        "Service": "changed",
    }
    database = resource(found, "Database")
    assert database.data == (
        "the new one is empty; the old one is deleted after a snapshot of its databases"
    )
    assert database.properties[0].replacement == "yes"
    assert "stays with its items" in resource(found, "Old").data
    assert not resource(found, "Old").is_destructive
    [task] = resource(found, "Service").properties
    assert task.cause == "Task changes (ResourceReference)"
    assert found.consequences == {"replacement", "destructive"}
    assert "--include-property-values" in found.notes[0]


def test_values_of_properties_tell_permissions_and_network() -> None:
    role = {"Properties": {"Policies": [{"PolicyName": "it", "PolicyDocument": {"Statement": []}}]}}
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    after = json.loads(json.dumps(role))
    after["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] = [statement]
    rule = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "0.0.0.0/0"}
    found = _described(
        _change(
            "Role",
            "AWS::IAM::Role",
            "Modify",
            BeforeContext=json.dumps(role),
            AfterContext=json.dumps(after),
        ),
        _change(
            "Rule",
            "AWS::EC2::SecurityGroupIngress",
            "Add",
            AfterContext=json.dumps({"Properties": {"GroupId": "sg-1", **rule}}),
        ),
    )
    assert words(found.changes) == [
        "+ Role: may s3:GetObject on *",
        "+ sg-1: opens ingress of tcp 22 from 0.0.0.0/0 (everywhere)",
    ]
    assert found.notes == []


def test_before_and_after_of_a_property() -> None:
    detail = _detail("DisplayName", "Never")
    detail["Target"] |= {"Path": "/Properties/DisplayName", "BeforeValue": "a", "AfterValue": "b"}
    found = _described(_change("Topic", "AWS::SNS::Topic", "Modify", Details=[detail]))
    [change] = resource(found, "Topic").properties
    assert (change.path, change.before, change.after) == ("DisplayName", "a", "b")


def test_a_part_of_the_changes_is_told() -> None:
    answer = {"StackName": "a", "Changes": [], "NextToken": "x"}
    assert "NextToken" in difference_of("changes.json", json.dumps(answer)).notes[0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Changes": 1}', '{"Resources": {}}'])
def test_what_is_no_change_set(text: str) -> None:
    assert not is_change_set(text)
    with pytest.raises(TemplateError, match="not the answer of describe-change-set"):
        difference_of("changes.json", text)


def test_the_answer_of_cloudformation_counts() -> None:
    old = "It: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql}}"
    ours = difference(old, old.replace("mysql", "postgres"))
    told = _change("It", "AWS::RDS::DBInstance", "Modify", Replacement="False")
    change = resource(with_change_set(ours, "stack.yml", [told]), "It")
    assert (change.kind, change.is_destructive) == ("changed", False)
    assert change.notes == ("from the templates alone, it would be may be replaced",)
    assert with_change_set(ours, "stack.yml", []).resources == []
    # A parameter has another value, and the templates are the same.
    same = with_change_set(difference(old, old), "stack.yml", [told])
    assert kinds(same) == {"It": "changed"}
