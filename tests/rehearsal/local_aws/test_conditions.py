"""Conditions of the local AWS have the functions that CloudFormation's have."""

import json

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws

_PADDED = {"Fn::Join": [",", [{"Fn::Join": [",", {"Ref": "Subnets"}]}, "", ""]]}
_THIRD = {"Fn::Select": [2, {"Fn::Split": [",", _PADDED]}]}
TEMPLATE = {
    "Parameters": {"Subnets": {"Type": "CommaDelimitedList"}},
    "Conditions": {
        "HasThird": {"Fn::Not": [{"Fn::Equals": [_THIRD, ""]}]},
        "HasBoth": {"Fn::And": [{"Condition": "HasThird"}, {"Fn::Equals": ["a", "a"]}]},
    },
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Third": {
            "Type": "AWS::SSM::Parameter",
            "Condition": "HasBoth",
            "Properties": {"Type": "String", "Value": {"Fn::Select": [2, {"Ref": "Subnets"}]}},
        },
    },
}


@pytest.mark.parametrize(("subnets", "third"), [("a,b", []), ("a,b,c", ["Third"])])
def test_a_third_item_of_a_list(aws: EmbeddedAws, subnets: str, third: list[str]) -> None:
    client = aws.account.client("cloudformation")
    name = f"conditions-{len(subnets)}"
    client.create_change_set(
        StackName=name,
        ChangeSetName="new",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "Subnets", "ParameterValue": subnets}],
    )
    wait = {"Delay": 1}
    names = {"StackName": name, "ChangeSetName": "new"}
    client.get_waiter("change_set_create_complete").wait(**names, WaiterConfig=wait)
    changes = client.describe_change_set(**names)["Changes"]
    added = sorted(change["ResourceChange"]["LogicalResourceId"] for change in changes)
    assert added == ["Queue", *third]
    client.execute_change_set(**names)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=wait)
    existing = client.describe_stack_resources(StackName=name)["StackResources"]
    assert sorted(r["LogicalResourceId"] for r in existing) == ["Queue", *third]
