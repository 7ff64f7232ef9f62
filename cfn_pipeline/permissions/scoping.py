"""On which ARNs an action must be allowed."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cfn_pipeline.permissions import catalogue, tables
from cfn_pipeline.permissions.needs import Need
from cfn_pipeline.permissions.patterns import (
    bind,
    is_open,
    name_pattern,
    of_stack,
    resources,
    value_pattern,
)

#: An ARN as text with ``${AWS::Region}`` and so on, or a function that gives one.
Arn = str | Mapping[str, Any]

_PREFIX = "arn:${AWS::Partition}"
_KEPT = {"Partition": "AWS::Partition", "Region": "AWS::Region", "Account": "AWS::AccountId"}
_NAME = re.compile(r"\{(\w*?(?:Alias|Name|NameWithPath|NameWithoutLeadingSlash|SecretId))\}")
_MANY = 8
_VERBS = (
    *("Delete", "Deregister", "Terminate", "Remove", "Release", "Create", "Put", "Register"),
    *("Run", "Allocate", "Request"),
)


def bound(arn: Arn, stack: str) -> Arn:
    """Return an ARN as it is in a stack."""
    return bind(arn, stack) if isinstance(arn, str) else arn


class Scope:
    """The ARNs that a template's own names allow, in whatever stack."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template
        #: The template's resources by logical id.
        self.resources = made = resources(template)
        self._texts = {name: json.dumps(properties) for name, (_, properties) in made.items()}
        self._named_ones: set[tuple[str, str]] = set()
        self._names: dict[tuple[str, str], list[str]] = {}
        # What is named itself comes first: a bucket's policy has the bucket's name.
        ordered = sorted(made, key=lambda n: catalogue.name_property(made[n][0]) is None)
        for logical_id in ordered:
            type_, _ = made[logical_id]
            is_named = catalogue.name_property(type_) is not None
            name = name_pattern(logical_id, made)
            for real in tables.MADE_OF.get(type_, (type_,)):
                named = name if real == type_ or real not in tables.GENERATED_NAMES else "*"
                for kind in own_kinds(real):
                    if is_named or kind not in self._named_ones:
                        known = self._names.setdefault(kind, [])
                        if named not in known:
                            known.append(named)
                    if is_named:
                        self._named_ones.add(kind)

    def arns(self, need: Need) -> list[Arn]:
        """Return the ARNs on which an action must be allowed; ``["*"]``: on all."""
        if (by_rule := tables.ARNS.get(f"{need.type} {need.action}")) is not None:
            return [by_rule]
        service = need.action.split(":")[0]
        special = _SPECIAL.get(need.action) or _SPECIAL.get(f"{service}:*")
        if special is not None and (found := special(self, need)) is not None:
            return found
        kinds: Sequence[str] = catalogue.resources_of(need.action)
        if not kinds or "*" in need.action or _lists(need.action):
            return ["*"]
        kinds = self._kinds(need, service, kinds)
        found = [arn for kind in kinds for arn in self._arns_of(service, kind)]
        # Of the many kinds none is the template's: whatever the account has there.
        everything = f"{_PREFIX}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:*"
        return found or [everything]

    def _kinds(self, need: Need, service: str, kinds: Sequence[str]) -> Sequence[str]:
        """Return those of the kinds on which an action can be that a resource is about."""
        said = tables.KINDS.get(f"{need.type} {need.action}") or tables.KINDS.get(need.action)
        if said is not None:
            return said
        own = [kind for owner, kind in own_kinds(need.type) if owner == service]
        tags = catalogue.access(need.action) == "Tagging" or "Tags" in need.action
        if (tags or len(kinds) > _MANY) and set(own) & set(kinds):
            return [kind for kind in kinds if kind in own]
        if len(kinds) > _MANY:
            return [k for k in kinds if (service, k) in self._names]
        properties = self._texts.get(need.resource, "{}")
        return [
            kind
            for kind in kinds
            if kind in own
            or (service, kind) not in tables.KIND_WITH
            or re.search(tables.KIND_WITH[service, kind], properties)
        ]

    def _arns_of(self, service: str, kind: str, names: Sequence[str] | None = None) -> list[Arn]:
        form = _form(service, kind)
        named = _NAME.findall(form)
        if not named:
            return [re.sub(r"\$?\{(?!AWS)[^}]*\}", "*", form)]
        found = []
        known = names or self._names.get((service, kind))
        for name in known or self._known_names(service, kind):
            text = form
            if known or (service, kind) in tables.KIND_NAMES:
                text = form.replace(f"{{{named[-1]}}}", name)
            for parent in named:
                # The same stack's cluster, where it makes one.
                holders = self._names_of(service, parent)
                text = text.replace(f"{{{parent}}}", holders[0] if len(holders) == 1 else "*")
            found.append(re.sub(r"(?<!\$)\{(?!AWS)[^}]*\}", "*", text))
        return list(dict.fromkeys(_more(service, kind, found)))

    def arns_of_resource(self, logical_id: str) -> list[Arn]:
        """Return the ARN that a resource of the template will have; None if not known."""
        type_, _ = self.resources[logical_id]
        names = [name_pattern(logical_id, self.resources)]
        for service, kind in own_kinds(type_)[:1]:
            return self._arns_of(service, kind, names)
        return []

    def _names_of(self, service: str, placeholder: str) -> list[str]:
        """Return the names for which a part of another's name stands, where they are known."""
        for owner, kind in self._names:
            if owner == service and catalogue.arn(service, kind).endswith(f"{{{placeholder}}}"):
                return self._names[owner, kind]
        return ["*"]

    def _known_names(self, service: str, kind: str) -> list[str]:
        return [of_stack(form) for form in tables.KIND_NAMES.get((service, kind), ["*"])]

    def _roles(self, need: Need) -> list[Arn]:
        """Return the template's own roles, and those of others' that a resource names."""
        names = self._names.get(("iam", "role"), [])
        found: list[Arn] = [f"{_PREFIX}:iam::${{AWS::AccountId}}:role/{name}" for name in names]
        _, properties = self.resources.get(need.resource, ("", {}))
        for value in _said(properties, re.compile("Role")):
            if isinstance(value, dict) and isinstance(value.get("Fn::ImportValue"), str):
                found.append(value)
                continue
            text = value_pattern(value, self.resources)
            if ":role/" in text and not text.endswith(":role/*"):
                found.append(text)
        return found

    def _objects(self, need: Need) -> list[Arn] | None:
        """Return the objects of which a resource names the bucket."""
        _, properties = self.resources.get(need.resource, ("", {}))
        buckets = [
            value_pattern(value, self.resources)
            for value in _said(properties, re.compile("^(?:S3)?Bucket$|^CodeUri$|^DefinitionUri$"))
        ]
        names = {re.sub("^s3://", "", text).split("/")[0] for text in buckets}
        return [f"{_PREFIX}:s3:::{name}/*" for name in sorted(names)] or None

    def _keys(self, need: Need) -> list[Arn] | None:
        """Return the keys that a resource names, as it names them where that is the same here."""
        if need.type in ("AWS::KMS::Alias", "AWS::KMS::Key"):
            return None
        _, properties = self.resources[need.resource]
        found: list[Arn] = []
        for value in _said(properties, re.compile("Kms|KMS|EncryptionKey")):
            match value:
                case {"Fn::ImportValue": str()}:
                    found.append(value)
                case {"Fn::ImportValue": {"Fn::Sub": str(text)}} if "AWS::StackName" not in text:
                    found.append(value)
                case str(text) if text.startswith("arn:"):
                    found.append(text)
                case str(text) if text.startswith("${") or not text:
                    pass
                case _:
                    found.append(f"{_PREFIX}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/*")
        unique = {json.dumps(value, sort_keys=True): value for value in found}
        return list(unique.values()) or None

    def _parameters(self, need: Need) -> list[Arn]:
        parameter = (self._template.get("Parameters") or {}).get(need.resource)
        names = []
        if isinstance(parameter, dict):
            default = parameter.get("Default")
            names = [default if isinstance(default, str) else "/*"]
        elif need.resource in self.resources:
            text = self._texts[need.resource]
            names = [m.split(":")[0] for m in re.findall(r"\{\{resolve:ssm[^:]*:([^}]*)\}\}", text)]
        found: list[Arn] = []
        for name in names:
            public = name.startswith("/aws/service/")
            account = "" if public else "${AWS::AccountId}"
            if public:  # AWS moves what it publishes between versions
                name = name.removesuffix(name.split("/")[-1]).rstrip("/") + "/*"
            form = f"{_PREFIX}:ssm:${{AWS::Region}}:{account}:parameter/{name.lstrip('/')}"
            found.append(re.sub(r"\$\{(?!AWS)[^}]*\}", "*", form))
        return found

    def _secrets(self, need: Need) -> list[Arn] | None:
        if need.source != "a dynamic reference":
            return None
        found: list[Arn] = []
        _, properties = self.resources[need.resource]
        for value in _references(properties, "secretsmanager"):
            text = value_pattern(value, self.resources)
            named = re.search(r"\{\{resolve:secretsmanager:(.*?)(?::SecretString.*)?\}\}", text)
            name = named[1] if named else "*"
            if name.startswith("arn:"):
                found.append(name)
            elif name == "*":
                found += self._arns_of("secretsmanager", "Secret")
            else:
                found.append(
                    f"{_PREFIX}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:{name}-??????"
                )
        return list(dict.fromkeys(str(arn) for arn in found))

    def _functions(self, need: Need) -> list[Arn] | None:
        if need.type in ("", "AWS::Lambda::Function"):
            return None
        _, properties = self.resources.get(need.resource, ("", {}))
        match properties.get("ServiceToken"):
            case {"Fn::GetAtt": [str(name), "Arn"]} if name in self.resources:
                pass
            case str(text) if text.startswith("arn:"):
                return [text]
            case {"Fn::ImportValue": str(exported)}:
                return [{"Fn::ImportValue": exported}]
            case None:
                return None
            case value:
                text = value_pattern(value, self.resources)
                whole = f"{_PREFIX}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:*"
                return [text if ":function:" in text else whole]
        own = name_pattern(name, self.resources)
        return [f"{_PREFIX}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{own}"]

    def _transforms(self, need: Need) -> list[Arn]:
        del need
        said = self._template.get("Transform", [])
        entries = said if isinstance(said, list) else [said]
        names = [entry.get("Name") if isinstance(entry, dict) else entry for entry in entries]
        return [
            f"{_PREFIX}:cloudformation:${{AWS::Region}}:"
            + (
                f"aws:transform/{n.removeprefix('AWS::')}"
                if n.startswith("AWS::")
                else f"${{AWS::AccountId}}:transform/{n}"
            )
            for n in names
            if isinstance(n, str)
        ]


_SPECIAL = {
    "cloudformation:CreateChangeSet": Scope._transforms,
    "iam:PassRole": Scope._roles,
    "kms:*": Scope._keys,
    "lambda:InvokeFunction": Scope._functions,
    "s3:GetObject": Scope._objects,
    "s3:GetObjectVersion": Scope._objects,
    "secretsmanager:GetSecretValue": Scope._secrets,
    "ssm:GetParameters": Scope._parameters,
}


@cache
def own_kinds(type_: str) -> tuple[tuple[str, str], ...]:
    """Return the kinds of resources that a type makes, each with its service.

    These are the kinds on which its deletion, or else its creation, is allowed.
    """
    by_hand = tables.BY_HAND.get(type_)
    listed = (catalogue.handlers(type_) if by_hand is None else by_hand) or {}
    service = catalogue.own_service(type_)
    wanted = tables.OWN.get(type_)
    for operation in ("delete", "create"):
        own = [
            action
            for action in listed.get(operation, ())
            if catalogue.access(action) in ("Write", "Permissions management")
            and action.split(":")[0] == service
        ]
        for verb in _VERBS:
            exact = [a for a in own if a == f"{service}:{verb}{type_.split('::')[-1]}"]
            kinds = [
                kind
                for action in exact or own
                if action.split(":")[1].startswith(verb)
                for kind in catalogue.resources_of(action)
            ]
            if kinds and wanted is None:
                return tuple((service, kind) for kind in dict.fromkeys(kinds))
    return tuple((service, kind) for kind in wanted or ())


@cache
def _form(service: str, kind: str) -> str:
    """Return the form of an ARN, without what only may be there, such as an event bus."""
    form = re.sub(r"\[[^\]]*\]", "", catalogue.arn(service, kind))
    return re.sub(r"\$\{(\w+)\}", lambda part: f"${{{_KEPT[part[1]]}}}", form)


def _lists(action: str) -> bool:
    """Tell whether an action looks through everything, whatever it can be bound to."""
    name = action.split(":")[1]
    return catalogue.access(action) == "List" and name.startswith("Describe")


def _more(service: str, kind: str, arns: list[str]) -> list[str]:
    """Return the forms in which the services themselves write the ARNs, where they differ."""
    if (service, kind) == ("logs", "log-group"):
        return [form for arn in arns for form in (arn, f"{arn}:*")]
    if (service, kind) == ("kms", "alias"):
        return [arn.replace(":alias/alias/", ":alias/") for arn in arns]
    if (service, kind) == ("secretsmanager", "Secret"):
        return [arn if is_open(arn) else f"{arn}-??????" for arn in arns]
    return arns


def _said(value: Any, keys: re.Pattern[str]) -> list[Any]:
    """Return the values of the properties whose names speak of something."""
    found = []
    if isinstance(value, dict):
        for key, inside in value.items():
            if keys.search(str(key)) and isinstance(inside, (str, dict)):
                found.append(inside)
            else:
                found += _said(inside, keys)
    elif isinstance(value, list):
        for item in value:
            found += _said(item, keys)
    return found


def _references(value: Any, service: str) -> list[Any]:
    """Return the values that hold a dynamic reference."""
    mark = f"{{{{resolve:{service}:"
    if isinstance(value, str):
        return [value] if mark in value else []
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith("Fn::") and mark in json.dumps(value):
            return [value]
        return [found for inside in value.values() for found in _references(inside, service)]
    if isinstance(value, list):
        return [found for inside in value for found in _references(inside, service)]
    return []
