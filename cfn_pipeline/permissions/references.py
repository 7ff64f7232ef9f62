"""Values that refer to a resource of the template, to another's, or to what is not known."""

import json
import re
from collections.abc import Mapping
from typing import Any

from cfn_pipeline.permissions.patterns import (
    Known,
    alternatives,
    bind,
    has_unknown,
    name_patterns,
    refuse_wildcards,
    value_pattern,
)

#: An ARN as text with ``${AWS::Region}`` and so on, or a function that gives one.
Arn = str | Mapping[str, Any]

PREFIX = "arn:${AWS::Partition}"
#: The region and the account in the ARN of what is beside a stack.
HERE = "${AWS::Region}:${AWS::AccountId}"


def remedy(known: Known, properties: Mapping[str, Any], property_: str, way_out: str) -> str:
    """Return what to do about a value that is not known before the deployment."""
    value = properties.get(property_)
    text = json.dumps(properties if value is None else value)
    names = [*re.findall(r'"Ref": "(\w+)"', text), *re.findall(r"\$\{(\w+)\}", text)]
    parameters = [n for n in dict.fromkeys(names) if n not in known.resources]
    options = " ".join(f"--parameter {name}=VALUE" for name in parameters)
    what = property_ or "a value"
    if options:
        return f"{what} is not known before the deployment: give {options}, {way_out}"
    return f"{what} is not known before the deployment: write it out, {way_out}"


def listed(value: Any, known: Known) -> list[Any]:
    """Return the values of a property that takes one or many."""
    return [
        item
        for branch in alternatives(value, known)
        for entry in (branch if isinstance(branch, list) else [branch])
        for item in alternatives(entry, known)
    ]


def is_own(value: Any, known: Known) -> bool:
    """Tell whether a value refers to a resource of the template."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name in known.resources
        case {"Fn::Sub": str(text)} if m := re.fullmatch(r"\$\{(\w+)(?:\.\w+)?\}", text):
            return m[1] in known.resources
        case {"Fn::GetAtt": str(text)}:
            return text.split(".")[0] in known.resources
        case _:
            return False


def names_of(value: Any, known: Known, where: str, property_: str) -> list[str]:
    """Return the names, or the ARN, that a value may be: of the template's resources, or others'.

    Raises:
        TemplateError: a literal one that would be a pattern in a policy.

    """
    own = own_of(value, known)
    if own is not None:
        return name_patterns(own, known)
    text = value_pattern(value, known)
    refuse_wildcards(text, where, property_)
    if text.startswith("arn:") and not has_unknown(text):
        return [text]
    if text.startswith("https://"):  # a queue
        text = text.rsplit("/", 1)[-1]
    return [text.rsplit(":", 1)[-1].removeprefix("/") if text.startswith("arn:") else text]


def own_of(value: Any, known: Known) -> str | None:
    """Return the logical id of a template's resource whose name a value gives; None: no such."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn" | "TopicArn" | "QueueUrl"]}:
            return name if name in known.resources else None
        case {"Fn::Sub": str(text)} if m := re.fullmatch(r"\$\{(\w+)(?:\.Arn)?\}", text):
            return m[1] if m[1] in known.resources else None
        case _:
            return None


def import_of(value: Any, known: Known) -> Arn | None:
    """Return an import, whose name may hold the stack's; None: its name is not known."""
    match value:
        case {"Fn::ImportValue": name}:
            text = value_pattern(name, known)
        case _:
            return None
    return None if has_unknown(text) else {"Fn::ImportValue": text}


def bound(arn: Arn, stack: str) -> Arn | None:
    """Return an ARN as it is in a stack, and in another template.

    None: it is imported by the stack's name, of which only a pattern is known.
    """
    if isinstance(arn, str):
        return bind(arn, stack)
    text = bind(arn["Fn::ImportValue"], stack)
    if "*" in text:
        return None
    return {"Fn::ImportValue": {"Fn::Sub": text} if "${" in text else text}


def depends_on_stack(arn: Arn) -> bool:
    """Tell whether an ARN is imported by the stack's name."""
    return not isinstance(arn, str) and bound(arn, "x") != bound(arn, "y")
