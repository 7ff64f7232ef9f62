"""What the macro AWS::Serverless makes of a resource.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_REST_API = ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage")
_HTTP_API = ("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")

#: The types that it makes, first the one that has the name; the last ones, for a function or a
#: state machine that names no role of its own, with a role.
_TYPES: Mapping[str, Sequence[str]] = {
    "AWS::Serverless::Api": _REST_API,
    "AWS::Serverless::Function": (
        *("AWS::Lambda::Function", "AWS::Lambda::Permission", "AWS::Lambda::Alias"),
        *("AWS::Lambda::Version", "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule"),
    ),
    "AWS::Serverless::HttpApi": _HTTP_API,
    "AWS::Serverless::LayerVersion": ("AWS::Lambda::LayerVersion",),
    "AWS::Serverless::SimpleTable": ("AWS::DynamoDB::Table",),
    "AWS::Serverless::StateMachine": ("AWS::StepFunctions::StateMachine", "AWS::Events::Rule"),
}

#: The types that it makes where the properties mention something.
_TYPES_WITH: Mapping[str, Sequence[str]] = {
    '"Type": "Api"': _REST_API,
    '"Type": "HttpApi"': _HTTP_API,
    '"DeploymentPreference"': (
        *("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"),
    ),
    '"EventInvokeConfig"': ("AWS::Lambda::EventInvokeConfig",),
    '"FunctionUrlConfig"': ("AWS::Lambda::Url",),
}

_TRUSTED = {
    "AWS::Serverless::Function": "lambda.amazonaws.com",
    "AWS::Serverless::StateMachine": "states.amazonaws.com",
}


class Made(NamedTuple):
    """A resource that CloudFormation makes for one of a template."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]


def made_of(logical_id: str, type_: str, properties: Mapping[str, Any]) -> list[Made]:
    """Return what CloudFormation makes of a resource: itself, or what the macro puts there."""
    if type_ not in _TYPES:
        return [Made(logical_id, type_, properties)]
    text = json.dumps(properties)
    types = [*_TYPES[type_]]
    for speaks_of, more in _TYPES_WITH.items():
        types += more if type_ in _TRUSTED and re.search(speaks_of, text) else ()
    service = _TRUSTED.get(type_)
    if service is None or not _may_lack(properties.get("Role")):
        return [Made(logical_id, real, properties) for real in dict.fromkeys(types)]
    role = f"{logical_id}Role"
    passing = {**properties, "Role": {"Fn::GetAtt": [role, "Arn"]}}
    made = [Made(logical_id, real, passing) for real in dict.fromkeys(types)]
    return [*made, Made(role, "AWS::IAM::Role", _role(service, properties))]


def _may_lack(value: Any) -> bool:
    """Tell whether a property has no value, in some branch of its conditions at least."""
    match value:
        case None | {"Ref": "AWS::NoValue"}:
            return True
        case {"Fn::If": [_, yes, no]}:
            return _may_lack(yes) or _may_lack(no)
    return False


def _role(service: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    said = properties.get("Policies") or []
    policies = said if isinstance(said, list) else [said]
    prefix = "arn:${AWS::Partition}:iam::aws:policy/"
    managed: list[Any] = []
    if service == "lambda.amazonaws.com":
        managed.append({"Fn::Sub": f"{prefix}service-role/AWSLambdaBasicExecutionRole"})
        if "VpcConfig" in properties:
            managed.append({"Fn::Sub": f"{prefix}service-role/AWSLambdaVPCAccessExecutionRole"})
        if "Tracing" in properties:
            managed.append({"Fn::Sub": f"{prefix}AWSXRayDaemonWriteAccess"})
    inline = []
    for policy in policies:
        match policy:
            case {"Statement": _}:
                inline.append({"PolicyName": "Policy", "PolicyDocument": policy})
            case str(name) if not name.startswith("arn:"):
                managed.append({"Fn::Sub": f"{prefix}{name}"})
            case _:
                managed.append(policy)
    role: dict[str, Any] = {
        "AssumeRolePolicyDocument": {
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}}]
        },
        "ManagedPolicyArns": managed,
        "Policies": inline,
    }
    if "PermissionsBoundary" in properties:
        role["PermissionsBoundary"] = properties["PermissionsBoundary"]
    return role
