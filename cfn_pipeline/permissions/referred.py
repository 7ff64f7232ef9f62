"""What a resource refers to, where an action is about that: roles, keys, functions, values.

What is not known before the deployment is not allowed, and told with the way out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.permissions import catalogue, places
from cfn_pipeline.permissions.needs import OF_PARAMETER
from cfn_pipeline.permissions.patterns import (
    Known,
    alternatives,
    bind,
    has_unknown,
    reference_pattern,
    refuse_wildcards,
    value_pattern,
    within_stack,
)
from cfn_pipeline.permissions.references import (
    HERE,
    PREFIX,
    import_of,
    is_own,
    listed,
    names_of,
)
from cfn_pipeline.permissions.referring import Found, Reference, Referred

_ROLE = re.compile("Role")
_ROLE_BY_NAME = re.compile("Roles?$")
_NAMES_ROLE = re.compile("Role(?:s|Arns?|ARNs?)?$")
_KEY = re.compile("Kms|KMS|EncryptionKey")
_BUCKET = re.compile("^(?:S3)?Bucket$|^CodeUri$|^DefinitionUri$")
_KEY_ID = re.compile(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_ROLE_NAME = re.compile(r"[\w+=,.@/-]+")
_INSIDE = r"(?:[^{}]|\$\{[^{}]*\})"
_SECRET_ARN = re.compile(
    rf"\{{\{{resolve:secretsmanager:({_INSIDE}*?)(?::SecretString{_INSIDE}*)?\}}\}}"
)
_SSM_NAME = re.compile(
    rf"\{{\{{resolve:ssm(?:-secure)?:((?:[^{{}}:]|\$\{{[^{{}}]*\}})*){_INSIDE}*\}}\}}"
)


def _roles(about: Reference) -> Found:
    """Return the template's own roles, and those of others' that a resource names."""
    found = Found(arns=about.own("iam", "role"))
    for key, value in _said(_passed_by_caller(about), _ROLE):
        if (imported := import_of(value, about.known)) is not None:
            found.add(imported)
            continue
        if is_own(value, about.known) or not _is_value(value):
            continue
        text = value_pattern(value, about.known)
        prefix, is_arn, name = text.partition(":role/")
        if is_arn or _NAMES_ROLE.search(key):
            refuse_wildcards(text, about.need.resource, key)
        if not is_arn and not has_unknown(text):
            if not _ROLE_BY_NAME.search(key) or not _ROLE_NAME.fullmatch(bind(text, "x")):
                continue
            prefix, name = f"{PREFIX}:iam::${{AWS::AccountId}}", text
        entry = about.unknown(key, "or give the role iam:PassRole for it", value)
        if has_unknown(prefix) or not name:
            found.unknown.append(entry)
            continue
        if has_unknown(name):
            found.unsure.append((entry, name))
        found.add(f"{prefix}:role/{within_stack(name)}")
    for key, value in _said(about.properties, re.compile("^IamInstanceProfile$")):
        for inside in value.values() if isinstance(value, dict) and "Ref" not in value else [value]:
            if not is_own(inside, about.known) and listed(inside, about.known):
                way_out = "and give the role iam:PassRole for the profile's role"
                found.unknown.append(about.unknown(key, way_out, inside))
    return found


def _passed_by_caller(about: Reference) -> Any:
    """Return the properties with roles that the caller passes.

    A pipeline's own role passes those in the configuration of its actions.
    """
    if about.need.type != "AWS::CodePipeline::Pipeline":
        return about.properties
    return _without(about.properties, "Configuration")


def _without(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(inside, key) for name, inside in value.items() if name != key}
    return [_without(inside, key) for inside in value] if isinstance(value, list) else value


def _objects(about: Reference) -> Found | None:
    """Return the objects of which a resource names the bucket."""
    found = Found()
    for key, value in _said(about.properties, _BUCKET):
        text = re.sub("^s3://", "", value_pattern(value, about.known)).split("/")[0]
        if is_own(value, about.known):
            [text, *_] = names_of(value, about.known, about.need.resource, key)
        elif not _is_value(value):
            continue
        refuse_wildcards(text, about.need.resource, key)
        if has_unknown(text):
            entry = about.unknown(key, "or give the role s3:GetObject for it", value)
            found.unsure.append((entry, text))
        if text:
            found.add(f"{PREFIX}:s3:::{within_stack(text)}/*")
    own = about.need.type.startswith("AWS::S3::")
    return None if own and not found.arns else found


def _keys(about: Reference) -> Found | None:
    """Return the keys that a resource names, as it names them where that is the same here."""
    kinds = catalogue.resources_of(about.need.action)
    if about.need.type.startswith("AWS::KMS::") or "key" not in kinds:
        return None
    found = Found()
    for key, value in _said(about.properties, _KEY):
        if (imported := import_of(value, about.known)) is not None:
            found.add(imported)
        elif is_own(value, about.known):
            found.arns += [arn for arn in about.own("kms", "key") if arn not in found.arns]
        elif _is_value(value):
            text = value_pattern(value, about.known)
            refuse_wildcards(text, about.need.resource, key)
            is_alias = "alias/" in text and "alias/aws/" not in text
            if has_unknown(text) or is_alias:
                way_out = "as its ARN" if not is_alias else "by the key's ARN instead of its alias"
                found.unknown.append(about.unknown(key, way_out, value))
            elif text.startswith("arn:") and ":key/" in text:
                found.add(text)
            elif _KEY_ID.fullmatch(text):
                found.add(f"{PREFIX}:kms:{HERE}:key/{text}")
    return found


def _parameters(about: Reference) -> Found | None:
    """Return the parameters of Systems Manager that a template's parameters or values name."""
    if about.need.type == "AWS::SSM::Parameter":
        return None  # to make it takes to read it
    texts: list[str] = []
    found = Found()
    if about.need.source == OF_PARAMETER:
        parameter = about.template["Parameters"][about.need.resource]
        default = about.known.parameters.get(about.need.resource, parameter.get("Default"))
        if isinstance(default, str) and default:
            texts = [value_pattern(default, about.known)]
        else:
            way_out = "with its name in Systems Manager"
            found.unknown.append(about.unknown("Default", way_out, {"Ref": about.need.resource}))
    else:
        for value in _references(about.properties, "ssm"):
            texts += _SSM_NAME.findall(reference_pattern(value, about.known))
    for text in texts:
        refuse_wildcards(text, about.need.resource, "the parameter of Systems Manager")
        name = text
        if has_unknown(name):
            entry = about.unknown("a parameter of Systems Manager", "or write its name out")
            found.unsure.append((entry, name))
            name = within_stack(name)
        public = name.startswith("/aws/service/")
        account = "" if public else "${AWS::AccountId}"
        if public:  # AWS moves what it publishes between versions
            name = name.removesuffix(name.split("/")[-1]).rstrip("/") + "/*"
        found.add(f"{PREFIX}:ssm:${{AWS::Region}}:{account}:parameter/{name.lstrip('/')}")
    return found


def _secrets(about: Reference) -> Found | None:
    """Return the secrets that dynamic references name."""
    if about.need.source != "a dynamic reference":
        return None
    found = Found()
    for value in _references(about.properties, "secretsmanager"):
        text = reference_pattern(value, about.known)
        named = _SECRET_ARN.search(text)
        name = named[1] if named else ""
        if _is_own_secret(value, about.known):
            continue  # to make it takes to read it
        refuse_wildcards(name, about.need.resource, "the secret")
        if has_unknown(name) or not name:
            entry = about.unknown("a secret", "or write its name out")
            if not name or name.startswith("arn:"):
                found.unknown.append(entry)
                continue
            found.unsure.append((entry, name))
        if name.startswith("arn:"):
            found.add(name)
        else:
            found.add(f"{PREFIX}:secretsmanager:{HERE}:secret:{within_stack(name)}-??????")
    return found


def _is_own_secret(value: Any, known: Known) -> bool:
    """Tell whether a dynamic reference is about a secret of the template."""
    text = json.dumps(value)
    names = [*re.findall(r"secretsmanager:\$\{(\w+)\}", text), *re.findall(r'"Ref": "(\w+)"', text)]
    types = [known.resources[name][0] for name in names if name in known.resources]
    return "AWS::SecretsManager::Secret" in types


_REFERRED: Mapping[str, Referred] = {
    **dict.fromkeys(
        (
            *("eks:AssociateIdentityProviderConfig", "eks:CreateAccessEntry", "eks:CreateAddon"),
            *("eks:CreateFargateProfile", "eks:CreateNodegroup"),
            "eks:CreatePodIdentityAssociation",
        ),
        places.clusters,
    ),
    "route53:ChangeResourceRecordSets": places.zones,
    "cloudformation:CreateChangeSet": places.transforms,
    "iam:PassRole": _roles,
    "kms:*": _keys,
    "lambda:InvokeFunction": places.tokens,
    "s3:GetObject": _objects,
    "s3:GetObjectVersion": _objects,
    "secretsmanager:GetSecretValue": _secrets,
    "sns:Publish": places.tokens,
    "ssm:GetParameters": _parameters,
}


def of(action: str) -> Referred | None:
    """Return what gives the ARNs that an action's resources refer to; None: it is about none."""
    return _REFERRED.get(action) or _REFERRED.get(f"{action.split(':')[0]}:*")


def _is_value(value: Any) -> bool:
    """Tell whether a value is a text, or a function that gives one."""
    if isinstance(value, str):
        return bool(value)
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [name] = value
    return name == "Ref" or str(name).startswith("Fn::")


def _said(value: Any, keys: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    """Yield the properties whose names match, with each of their values."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if keys.search(str(key)) and _is_value(inside):
                yield from ((str(key), branch) for branch in _branches(inside))
            elif keys.search(str(key)) and isinstance(inside, list):
                for item in inside:
                    if _is_value(item):
                        yield from ((str(key), branch) for branch in _branches(item))
                    else:
                        yield from _said(item, keys)
            else:
                yield from _said(inside, keys)
    elif isinstance(value, list):
        for item in value:
            yield from _said(item, keys)


_NOTHING = Known(resources={}, parameters={})


def _branches(value: Any) -> Sequence[Any]:
    return alternatives(value, _NOTHING)


def _references(value: Any, service: str) -> list[Any]:
    """Return the values that hold a dynamic reference."""
    mark = f"{{{{resolve:{service}"
    if isinstance(value, str):
        return [value] if mark in value else []
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith("Fn::") and mark in json.dumps(value):
            return [value]
        return [found for inside in value.values() for found in _references(inside, service)]
    if isinstance(value, list):
        return [found for inside in value for found in _references(inside, service)]
    return []
