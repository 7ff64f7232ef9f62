"""Which actions CloudFormation uses for a template, and why."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cfn_pipeline.permissions import catalogue, tables
from cfn_pipeline.permissions.catalogue import own_service
from cfn_pipeline.permissions.patterns import resources
from cfn_pipeline.permissions.serverless import Made, made_of

_DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):(?:[^{}]|\$\{[^{}]*\})*\}\}")

#: The source of what is needed for a parameter of the template, which has no type.
OF_PARAMETER = "a parameter of Systems Manager"

_TOPIC = "AWS::SNS::Topic"

#: The macro of AWS that adds to a template what is in a file.
_INCLUDE = "AWS::Include"

#: The types that make groups, or give them policies.
_OF_GROUPS = ("AWS::IAM::Group", "AWS::IAM::GroupPolicy")


@dataclass(frozen=True, kw_only=True)
class Need:
    """An action that CloudFormation uses, and for what.

    Args:
        action: such as ``ecs:CreateService``.
        resource: the logical id of the resource, or what else of the template needs it.
        type: the resource's type; empty: it is for the template as a whole.
        operation: create, read, update or delete.
        source: who says so.

    """

    action: str
    resource: str
    type: str
    operation: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A resource whose permissions are not known, or to note, and what to do about it.

    Args:
        resource: the logical id of the resource, or what else of the template it is.
        type: the resource's type, or what else it is about.
        remedy: what to do.
        kind: ``uncovered``: the role lacks something; ``change``: the template must change;
            ``note``: a reader should know.

    """

    resource: str
    type: str
    remedy: str
    kind: Literal["uncovered", "change", "note"] = "uncovered"


def needs(template: Mapping[str, Any]) -> list[Need]:
    """Return the actions that a template needs, with their reasons; sorted."""
    found: set[Need] = set()
    topics = [name for name, (type_, _) in resources(template).items() if type_ == _TOPIC]
    for logical_id, (type_, properties) in resources(template).items():
        for made in made_of(logical_id, type_, properties):
            found |= set(_needs_of(logical_id, made.type, made.properties, topics))
    found |= set(_needs_of_parameters(template))
    found |= set(_needs_of_references(template))
    found |= set(_needs_of_transforms(template))
    return sorted(found, key=lambda n: (n.type, n.action, n.resource, n.operation))


def unknown_resources(template: Mapping[str, Any], *, bounded: bool) -> list[Unknown]:
    """Return the resources whose permissions are not known, and what to do about them.

    ``bounded``: whether the template's roles must have a permissions boundary.
    """
    found = [
        Unknown(
            resource="Transform",
            type=name,
            remedy="what the macro adds is not covered; use the template that it returns",
            kind="note",
        )
        for name in _template_macros(template)
    ]
    found += [
        Unknown(
            resource=str(name),
            type="Fn::ForEach",
            remedy="derive the permissions from the template that the macro returns",
        )
        for name in _section(template, "Resources")
        if str(name).startswith("Fn::")
    ]
    for logical_id, (type_, properties) in resources(template).items():
        found += [
            Unknown(
                resource=logical_id,
                type=type_,
                remedy=f"{name} changes it: derive the permissions from the template that the "
                "macro returns",
            )
            for name in _macros(properties)
        ]
        found += [
            entry
            for made in made_of(logical_id, type_, properties)
            if (entry := _unknown(made, bounded=bounded)) is not None
        ]
    return found


def _template_macros(template: Mapping[str, Any]) -> list[str]:
    """Return the macros that may add resources to a template: all but those of AWS."""
    entries = template.get("Transform")
    names = [
        entry.get("Name") if isinstance(entry, dict) else entry
        for entry in (entries if isinstance(entries, list) else [entries])
    ]
    return [n for n in names if isinstance(n, str) and (n == _INCLUDE or n[:5] != "AWS::")]


def _macros(value: Any) -> list[str]:
    """Return the functions in a value that macros evaluate."""
    found: dict[str, None] = {}
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= dict.fromkeys(
                str(name).split("::")[1]
                for name in value
                if str(name) == "Fn::Transform" or str(name).startswith("Fn::ForEach::")
            )
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return [f"Fn::{name}" for name in found]


def _unknown(made: Made, *, bounded: bool) -> Unknown | None:
    """Return what to do about a resource of which too little is known; None: enough is."""
    logical_id, type_, properties = made
    if bounded and type_ in ("AWS::IAM::Role", "AWS::IAM::User"):
        if "PermissionsBoundary" in properties:
            return None
        remedy = "set its PermissionsBoundary: it can only be created with the boundary"
        return Unknown(resource=logical_id, type=type_, remedy=remedy, kind="change")
    remedy = _remedy(type_, properties, bounded=bounded)
    return Unknown(resource=logical_id, type=type_, remedy=remedy) if remedy else None


def _remedy(type_: str, properties: Mapping[str, Any], *, bounded: bool) -> str:
    """Return what to do about a type with unknown permissions; empty if they are known."""
    if _is_custom(type_) or type_ in tables.BY_HAND:
        return ""
    if type_ == "AWS::CloudFormation::Stack":
        return "derive the permissions of the nested template, too"
    if type_ == "AWS::Serverless::Application":
        return "derive the permissions of the application's own template, too"
    if type_.startswith("AWS::OpsWorks::"):
        return "AWS ended OpsWorks Stacks in May 2024; remove it"
    if bounded and (type_ in _OF_GROUPS or _names_groups(type_, properties)):
        return "groups cannot have a boundary; create it outside of this template"
    listed = catalogue.handlers(type_)
    service = own_service(type_)
    made_by = [
        action
        for action in (listed or {}).get("create", ())
        if catalogue.access(action) is not None and action.split(":")[0] == service
    ]
    if listed is not None and (made_by or not listed["create"]):
        return ""
    if not type_.startswith("AWS::"):
        return "allow the permissions that the documentation of the third party lists"
    return "allow the permissions that the documentation of the type lists in a separate policy"


def _names_groups(type_: str, properties: Mapping[str, Any]) -> bool:
    return type_ in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy") and bool(
        properties.get("Groups")
    )


def _is_custom(type_: str) -> bool:
    return type_ == "AWS::CloudFormation::CustomResource" or type_.startswith("Custom::")


def _refers_to_topic(token: Any, topics: Collection[str]) -> bool:
    return isinstance(token, dict) and token.get("Ref") in topics


def _needs_of(
    logical_id: str, type_: str, properties: Mapping[str, Any], topics: Collection[str]
) -> Iterator[Need]:
    def need(action: str, operation: str, source: str) -> Need:
        return Need(
            action=action, resource=logical_id, type=type_, operation=operation, source=source
        )

    if _is_custom(type_):
        token = json.dumps(properties.get("ServiceToken", ""))
        is_topic = ":sns:" in token or _refers_to_topic(properties.get("ServiceToken"), topics)
        call = "sns:Publish" if is_topic else "lambda:InvokeFunction"
        for operation in ("create", "update", "delete"):
            yield need(call, operation, "the custom resource's ServiceToken")
        return
    by_hand = tables.BY_HAND.get(type_)
    listed = catalogue.handlers(type_) if by_hand is None else by_hand
    source = f"the schema of {type_}" if by_hand is None else "a table of cfn-pipeline"
    own = own_service(type_)
    text = json.dumps(properties)
    folded = text.lower()
    for operation, actions in (listed or {}).items():
        for action in actions:
            if not _is_dropped(action, type_) and _is_used(action, own, text, folded):
                yield need(action, operation, source)
    added = {**(tables.ADDED_TO_ALL if own != "kms" else {}), **tables.ADDED.get(type_, {})}
    for action, why in added.items():
        if _is_used(action, own, text, folded):
            for operation in ("create", "update"):
                yield need(action, operation, f"a correction: {why}")


def _is_dropped(action: str, type_: str) -> bool:
    return (
        action in tables.DROPPED["*"]
        or action in tables.DROPPED.get(type_, {})
        or catalogue.access(action) is None
    )


def _is_used(action: str, own: str, text: str, folded: str) -> bool:
    """Whether a resource's properties use what an action is for; also given in lower case."""
    service = action.split(":")[0]
    if action in tables.ONLY_WITH and not re.search(tables.ONLY_WITH[action], text):
        return False
    if service == own:
        return True
    pattern = tables.FOREIGN.get(service)
    return service in folded if pattern is None else re.search(pattern, text) is not None


def stored_parameters(template: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the names in Systems Manager for which parameters of a template stand.

    By the parameter of the template; None: it has no default, so the name is not known.
    """
    stored: dict[str, str | None] = {}
    for name, parameter in _section(template, "Parameters").items():
        if isinstance(parameter, dict) and str(parameter.get("Type", "")).startswith("AWS::SSM::"):
            default = parameter.get("Default")
            stored[str(name)] = default if isinstance(default, str) and default else None
    return stored


def _needs_of_parameters(template: Mapping[str, Any]) -> Iterator[Need]:
    for name in stored_parameters(template):
        for operation in ("create", "update"):
            yield Need(
                action="ssm:GetParameters",
                resource=name,
                type="",
                operation=operation,
                source=OF_PARAMETER,
            )


def _needs_of_references(template: Mapping[str, Any]) -> Iterator[Need]:
    calls = {
        "secretsmanager": "secretsmanager:GetSecretValue",
        "ssm": "ssm:GetParameters",
        "ssm-secure": "ssm:GetParameters",
    }
    for name, (_, properties) in resources(template).items():
        for service in _DYNAMIC.findall(json.dumps(properties)):
            for operation in ("create", "update"):
                yield Need(
                    action=calls[service],
                    resource=name,
                    type="",
                    operation=operation,
                    source="a dynamic reference",
                )


def _needs_of_transforms(template: Mapping[str, Any]) -> Iterator[Need]:
    text = template.get("Transform")
    if text:
        for operation in ("create", "update"):
            yield Need(
                action="cloudformation:CreateChangeSet",
                resource="Transform",
                type="",
                operation=operation,
                source="a macro of the template",
            )


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = template.get(name)
    return section if isinstance(section, dict) else {}
