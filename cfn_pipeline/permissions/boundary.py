"""The permissions boundary: the most that a template's own roles may ever do.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.errors import TemplateError
from cfn_pipeline.permissions import tables
from cfn_pipeline.permissions.needs import Unknown
from cfn_pipeline.permissions.packing import LONGEST, size
from cfn_pipeline.permissions.patterns import Stacks, resources, value_patterns
from cfn_pipeline.permissions.scoping import Scope
from cfn_pipeline.permissions.statements import Statement, resource_value

__all__ = ["boundary", "unknown_policies"]

_PSEUDO = re.compile(r"\$\{AWS::(?:AccountId|Partition|Region|URLSuffix)\}")


def boundary(templates: Sequence[Mapping[str, Any]], stacks: Stacks) -> dict[str, Any]:
    """Return a policy that allows what the roles of the templates are allowed, and no more.

    What names a resource of a stack is bound to the stacks' names.

    Raises:
        TemplateError: the roles are allowed more than fits into a policy.

    """
    merged: dict[str, Statement] = {}
    for template in templates:
        for statement in _statements(template, stacks):
            key = json.dumps([statement["Resource"], statement.get("Condition")], sort_keys=True)
            known = merged.setdefault(key, statement)
            if known["Sid"] != statement["Sid"] and known["Resource"] == ["*"]:
                known["Sid"] = "AllowAnywhere"
            known["Action"] = sorted({*known["Action"], *statement["Action"]})
    found = list(merged.values())
    for number, statement in enumerate(found):
        if statement["Sid"] in [other["Sid"] for other in found[:number]]:
            statement["Sid"] += str(number)
    document = {"Version": "2012-10-17", "Statement": found or [_nothing()]}
    if size(document) > LONGEST:
        raise TemplateError(
            f"what the templates' roles are allowed has {size(document)} characters, and a "
            f"permissions boundary takes {LONGEST}; give the ARN of one that you have"
        )
    return document


def unknown_policies(template: Mapping[str, Any]) -> list[Unknown]:
    """Return the roles that have policies of which it is not known what they allow."""
    return [
        Unknown(
            resource=name,
            type=str(arn),
            remedy="write what the role needs into the template, or give a boundary that allows it",
        )
        for name, properties in _roles(template)
        for arn in _listed(properties.get("ManagedPolicyArns"))
        if _of_aws(arn) is None and not _is_own(arn, template)
    ]


def _roles(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, (type_, properties) in resources(template).items():
        if type_ == "AWS::IAM::Role":
            yield name, properties


def _documents(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what the roles' policies say, each with a name for it."""
    for name, properties in _roles(template):
        for policy in _listed(properties.get("Policies")):
            if isinstance(policy, dict):
                yield name, policy.get("PolicyDocument")
        for arn in _listed(properties.get("ManagedPolicyArns")):
            actions = _of_aws(arn)
            if actions is not None:
                yield name, {"Statement": {"Action": list(actions), "Resource": "*"}}
    for name, (type_, properties) in resources(template).items():
        if type_ in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
            yield name, properties.get("PolicyDocument")


def _statements(template: Mapping[str, Any], stacks: Stacks) -> Iterator[Statement]:
    scopes = [Scope(template, [stack]) for stack in stacks]
    for name, document in _documents(template):
        for said in _listed(document.get("Statement") if isinstance(document, dict) else None):
            if not isinstance(said, dict) or said.get("Effect", "Allow") != "Allow":
                continue
            actions = [action for action in _listed(said.get("Action")) if isinstance(action, str)]
            arns: list[Any] = []
            for value in _listed(said.get("Resource")):
                for scope, stack in zip(scopes, stacks, strict=True):
                    arns += _arns(value, template, scope, stack)
            unique = {json.dumps(arn, sort_keys=True): arn for arn in arns}
            statement: Statement = {
                "Sid": re.sub("[^A-Za-z0-9]", "", str(said.get("Sid", f"AllowTo{name}"))),
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": [unique[key] for key in sorted(unique)],
            }
            if (condition := said.get("Condition")) and _is_the_same_everywhere(condition):
                statement["Condition"] = condition
            if actions and arns:
                yield statement


def _arns(value: Any, template: Mapping[str, Any], scope: Scope, stack: str) -> list[Any]:
    """Return what a statement's resource will be in a stack."""
    known = resources(template)
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]} if name in known:
            return [resource_value(arn) for arn in scope.arns_of_resource(name)] or ["*"]
        case {"Fn::ImportValue": _} if _is_the_same_everywhere(value):
            return [value]
        case {"Fn::Sub": str(text)}:
            return [resource_value(arn) for arn in _substituted(text, template, scope, stack)]
        case _:
            return [resource_value(text) for text in value_patterns(value, template, [stack])]


def _substituted(text: str, template: Mapping[str, Any], scope: Scope, stack: str) -> list[str]:
    """Fill in the ARNs of the template's resources, then the rest."""
    found = [text]
    for name in re.findall(r"\$\{(\w+)\.Arn\}", text):
        if name in resources(template):
            arns = scope.arns_of_resource(name) or ["*"]
            found = [t.replace(f"${{{name}.Arn}}", str(arn)) for t in found for arn in arns]
    return [pattern for t in found for pattern in value_patterns({"Fn::Sub": t}, template, [stack])]


def _is_the_same_everywhere(value: Any) -> bool:
    """Tell whether a value means the same in the template of the boundary."""
    text = _PSEUDO.sub("", json.dumps(value))
    referring = re.sub(r'\{"Ref": "AWS::(?:AccountId|Partition|Region|URLSuffix)"\}', "", text)
    return not any(mark in referring for mark in ("${", '"Ref"', '"Fn::GetAtt"', '"Fn::If"'))


def _of_aws(arn: Any) -> Sequence[str] | None:
    """Return what a policy of AWS's own allows; None: it is none that is known."""
    text = json.dumps(arn)
    for ending, actions in tables.AWS_POLICIES.items():
        if re.search(rf':policy/{ending}"', text):
            return actions
    return None


def _is_own(arn: Any, template: Mapping[str, Any]) -> bool:
    return isinstance(arn, dict) and arn.get("Ref") in resources(template)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _nothing() -> Statement:
    return {"Sid": "Nothing", "Effect": "Deny", "Action": ["*"], "Resource": ["*"]}
