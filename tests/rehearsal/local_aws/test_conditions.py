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
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "Subnets", "ParameterValue": subnets}],
    )
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    made = client.describe_stack_resources(StackName=name)["StackResources"]
    assert sorted(r["LogicalResourceId"] for r in made) == ["Queue", *third]
