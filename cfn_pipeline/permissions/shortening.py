"""Statements that allow the same in fewer words, where a policy has no room for more."""

import json
import re
from collections.abc import Sequence
from typing import Any

from cfn_pipeline.permissions import catalogue
from cfn_pipeline.permissions.patterns import Stacks
from cfn_pipeline.permissions.statements import Statement, joined, without_covered

_VERB = re.compile("[a-z0-9-]+:[A-Z][a-z]+")

#: The operators of conditions of which any of the values is enough.
_ANY_VALUE = re.compile("(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like)(?:IgnoreCase)?")


def shorter(found: Sequence[Statement], stacks: Stacks) -> list[Statement]:
    """Return statements without ids that allow the same, but for names.

    Names that begin with a stack's stand for all that do.
    """
    merged: dict[str, Statement] = {}
    for statement in joined(found, stacks):
        key = json.dumps([statement["Action"], statement.get("Condition")], sort_keys=True)
        known = merged.setdefault(key, statement)
        known["Resource"] = known["Resource"] + [
            value for value in statement["Resource"] if value not in known["Resource"]
        ]
    return _of_any_condition(
        [
            {
                **{key: v for key, v in statement.items() if key != "Sid"},
                "Resource": _without_covered(statement["Resource"]),
            }
            for statement in merged.values()
        ]
    )


def reading_by_verb(found: Sequence[Statement]) -> list[Statement]:
    """Return statements in which a verb of a service stands for all that look at anything by it.

    ``ec2:DescribeSubnets`` and ``ec2:DescribeVpcs`` become ``ec2:Describe*``. That allows more.
    """
    return [{**s, "Action": _by_verb(s["Action"])} if s["Resource"] == ["*"] else s for s in found]


def _by_verb(actions: Sequence[str]) -> list[str]:
    verbs: dict[str, list[str]] = {}
    for action in actions:
        verb = _VERB.match(action)
        is_look = catalogue.access(action) in catalogue.READING
        verbs.setdefault(f"{verb[0]}*" if verb and is_look else action, []).append(action)
    return sorted(verb if len(alike) > 1 else alike[0] for verb, alike in verbs.items())


def _without_covered(values: Sequence[Any]) -> list[Any]:
    """Leave out the ARNs for which others stand that end with ``*``."""
    texts = [_text(value) for value in values]
    kept = without_covered([text for text in texts if text is not None])
    return [v for v, text in zip(values, texts, strict=True) if text is None or text in kept]


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        return value["Fn::Sub"] if isinstance(value.get("Fn::Sub"), str) else None
    return str(value)


def _of_any_condition(found: Sequence[Statement]) -> list[Statement]:
    """Join statements that differ only in the values of one key of their conditions."""
    merged: dict[str, Statement] = {}
    for statement in found:
        operator, name, values = _only_key(statement.get("Condition"))
        rest = {key: value for key, value in statement.items() if key != "Condition"}
        key = json.dumps([rest, operator, name] if operator else statement, sort_keys=True)
        known = merged.setdefault(key, statement)
        if known is not statement:
            _, _, others = _only_key(known["Condition"])
            both = [*others, *(value for value in values if value not in others)]
            merged[key] = {**known, "Condition": {operator: {name: both}}}
    return list(merged.values())


def _only_key(condition: Any) -> tuple[str, str, list[Any]]:
    """Return operator, key and values of a condition with one key of which any value is enough."""
    if isinstance(condition, dict) and len(condition) == 1:
        [(operator, keys)] = condition.items()
        if _ANY_VALUE.fullmatch(operator) and len(keys) == 1:
            [(name, value)] = keys.items()
            return operator, name, value if isinstance(value, list) else [value]
    return "", "", []
