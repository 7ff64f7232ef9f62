"""The roles of a template: what they are allowed, and which services they trust."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cfn_pipeline.aws.cloudformation import PLACE_PARAMETERS
from cfn_pipeline.aws.iam import POLICY_TYPES
from cfn_pipeline.aws.managed_policies import managed_policy
from cfn_pipeline.permissions.needs import Unknown
from cfn_pipeline.permissions.patterns import Resources, bind, value_pattern
from cfn_pipeline.permissions.scoping import Arn, Scope

_PLACE = "|".join(PLACE_PARAMETERS)


class Allowed(NamedTuple):
    """Permissions of a template's role, without stack names."""

    sid: str
    actions: Sequence[str]
    arns: Sequence[Arn]
    condition: Any


def unknown_policies(known: Resources) -> list[Unknown]:
    """Return the roles with policies whose permissions are not known."""
    return [
        Unknown(
            resource=name,
            type=str(arn),
            remedy="write what the role needs into the template, or give a boundary that allows it",
        )
        for name, properties in _roles(known)
        for arn in _listed(properties.get("ManagedPolicyArns"))
        if _of_aws(arn, known) is None and not _is_own(arn, known)
    ]


def _roles(known: Resources) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, (type_, properties) in known.items():
        if type_ == "AWS::IAM::Role":
            yield name, properties


def _documents(known: Resources) -> Iterator[tuple[str, Any]]:
    """Yield the policy documents of the roles, with their names."""
    for name, properties in _roles(known):
        for policy in _listed(properties.get("Policies")):
            if isinstance(policy, dict):
                yield name, policy.get("PolicyDocument")
        for arn in _listed(properties.get("ManagedPolicyArns")):
            actions = _of_aws(arn, known)
            if actions is not None:
                yield name, {"Statement": {"Action": list(actions), "Resource": "*"}}
    for name, (type_, properties) in known.items():
        if type_ in POLICY_TYPES:
            yield name, properties.get("PolicyDocument")


def allowed(scope: Scope) -> Iterator[Allowed]:
    """Yield the permissions of a template's roles."""
    for name, document in _documents(scope.resources):
        for said in _listed(document.get("Statement") if isinstance(document, dict) else None):
            if not isinstance(said, dict) or said.get("Effect", "Allow") != "Allow":
                continue
            actions = [action for action in _listed(said.get("Action")) if isinstance(action, str)]
            arns = [arn for v in _listed(said.get("Resource")) for arn in _arns(v, scope)]
            condition = said.get("Condition")
            if actions and arns:
                yield Allowed(
                    sid=re.sub("[^A-Za-z0-9]", "", str(said.get("Sid", f"AllowTo{name}"))),
                    actions=sorted(actions),
                    arns=arns,
                    condition=condition if _is_the_same_everywhere(condition) else None,
                )


def _arns(value: Any, scope: Scope) -> Sequence[Arn]:
    """Return the ARNs of a statement's resource."""
    known = scope.resources
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]} if name in known:
            return scope.arns_of_resource(name) or ["*"]
        case {"Fn::ImportValue": _} if _is_the_same_everywhere(value):
            return [value]
        case {"Fn::Sub": str(text)}:
            return _substituted(text, scope)
        case _:
            return [value_pattern(value, known)]


def _substituted(text: str, scope: Scope) -> list[str]:
    """Fill in the ARNs of the template's resources, then the rest."""
    known = scope.resources
    found = [text]
    for name in re.findall(r"\$\{(\w+)\.Arn\}", text):
        if name in known:
            arns = scope.arns_of_resource(name) or ["*"]
            found = [t.replace(f"${{{name}.Arn}}", str(arn)) for t in found for arn in arns]
    return [value_pattern({"Fn::Sub": t}, known) for t in found]


def _is_the_same_everywhere(value: Any) -> bool:
    """Whether a value has the same meaning in the template of the boundary."""
    text = re.sub(rf"\$\{{(?:{_PLACE})\}}", "", json.dumps(value))
    referring = re.sub(rf'\{{"Ref": "(?:{_PLACE})"\}}', "", text)
    return not any(mark in referring for mark in ("${", '"Ref"', '"Fn::GetAtt"', '"Fn::If"'))


def _of_aws(arn: Any, known: Resources) -> Sequence[str] | None:
    """Return the actions of an AWS managed policy; None if not known, or everything."""
    actions = managed_policy(value_pattern(arn, known))
    return None if actions == ("*",) else actions


def _is_own(arn: Any, known: Resources) -> bool:
    return isinstance(arn, dict) and arn.get("Ref") in known


def assuming_services(known: Resources) -> set[str]:
    """Return the services that the template's roles trust, to which CloudFormation passes them."""
    found: set[str] = set()
    for type_, properties in known.values():
        if type_ == "AWS::IAM::Role":
            document = properties.get("AssumeRolePolicyDocument")
            listed = document.get("Statement") if isinstance(document, dict) else None
            for statement in listed if isinstance(listed, list) else [listed]:
                principal = statement.get("Principal") if isinstance(statement, dict) else None
                said = principal.get("Service") if isinstance(principal, dict) else None
                for value in said if isinstance(said, list) else [said]:
                    name = "*" if value is None else bind(value_pattern(value, known), "*")
                    found |= set() if "*" in name else {name}
        elif type_ in ("AWS::Serverless::Function",) and "Role" not in properties:
            found.add("lambda.amazonaws.com")
        elif type_ == "AWS::Serverless::StateMachine" and "Role" not in properties:
            found.add("states.amazonaws.com")
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
