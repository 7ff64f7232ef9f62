"""Whether a deployment role may create what it deploys."""

from typing import Any

import pytest

from cfn_pipeline.analysis.system import Artifact, System, Template
from cfn_pipeline.checks import check_system
from cfn_pipeline.template import load
from tests.checks.examples import ROOT, ids


def _good() -> dict[str, Any]:
    return load((ROOT / "E9817" / "good" / "pipeline.yml").read_text())


def _findings(template: dict[str, Any], stack: str) -> list[str]:
    artifact = Artifact(name="Sources", files={"stack.yml": stack})
    return ids(check_system(System(templates=[Template("t.yml", template)], artifacts=[artifact])))


@pytest.mark.parametrize(
    "resource, fine",
    [
        ("{Type: AWS::SNS::Topic}", True),
        ("{Type: AWS::DynamoDB::Table}", False),
        ("{Type: AWS::DynamoDB::Table, Condition: Never}", True),
        ("{Type: Custom::Thing}", True),
        ("{Type: Company::Its::Own}", True),
        ("{Type: AWS::SQS::Queue, Properties: {QueueName: orders-prod-jobs}}", True),
        ("{Type: AWS::SQS::Queue, Properties: {QueueName: billing}}", False),
        ("{Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}", True),
        ("{Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue name}}", True),
    ],
)
def test_what_a_template_contains(resource: str, fine: bool) -> None:
    name = "{Type: AWS::SSM::Parameter::Value<String>, Default: /name}"
    stack = f"Parameters:\n  Name: {name}\nResources:\n  Thing: {resource}\n"
    assert _findings(_good(), stack) == ([] if fine else ["E9817"])


def test_a_role_that_passes_roles() -> None:
    template = _good()
    [policy] = template["Resources"]["DeploymentRole"]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    statements.append({"Effect": "Allow", "Action": ["lambda:*"], "Resource": "*"})
    stack = (
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Role: !ImportValue role, "
        "Code: {ZipFile: x}, Handler: a.b, Runtime: python3.13}}}"
    )
    assert _findings(template, stack) == ["E9817"]
    statements.append({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
    assert _findings(template, stack) == []


def test_a_role_with_policies_that_are_not_known() -> None:
    template = _good()
    template["Resources"]["DeploymentRole"]["Properties"] |= {
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"]
    }
    assert _findings(template, "Resources: {T: {Type: AWS::DynamoDB::Table}}") == []


def test_a_stack_whose_name_is_not_known() -> None:
    template = _good()
    template["Parameters"] = {"Stack": {"Type": "String"}}
    deploy = template["Resources"]["Pipeline"]["Properties"]["Stages"][1]["Actions"][0]
    deploy["Configuration"]["StackName"] = {"Ref": "Stack"}
    assert _findings(template, "Resources: {T: {Type: AWS::SNS::Topic}}") == []


def test_the_values_that_the_deployment_sets() -> None:
    template = _good()
    settings = template["Resources"]["Pipeline"]["Properties"]["Stages"][1]["Actions"][0][
        "Configuration"
    ]
    stack = (
        "Parameters: {Name: {Type: String, Default: billing}}\n"
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name}}}\n"
    )
    assert _findings(template, stack) == ["E9817"]
    for value in ('"orders-prod-jobs"', '{"Fn::GetParam": ["Sources", "a.json", "Name"]}'):
        settings["ParameterOverrides"] = f'{{"Name": {value}}}'
        assert "E9817" not in _findings(template, stack)
    settings["ParameterOverrides"] = '{"Name": "billing-2"}'
    assert _findings(template, stack) == ["E9817"]
    settings["ParameterOverrides"] = {"Ref": "Overrides"}
    template["Parameters"] = {"Overrides": {"Type": "String"}}
    assert _findings(template, stack) == []
