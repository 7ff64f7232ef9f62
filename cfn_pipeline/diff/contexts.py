"""Contexts of requests: values of condition keys with which conditions are met, and not met."""

import ipaddress
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.diff.concrete import as_list

Statement = Mapping[str, Any]
Keys = Mapping[str, tuple[str, ...]]

#: Text that no pattern has.
FRESH = "Xyzzy"
_MOST_CONTEXTS = 80


def contexts(statement: Statement, others: Sequence[Statement]) -> list[Keys]:
    """Return contexts of requests about a statement, on which policies can differ.

    Args:
        statement: the statement; its conditions are met by most of them.
        others: all statements of both policies.

    """
    own = list(_meeting(statement))
    found: dict[tuple[tuple[str, tuple[str, ...]], ...], Keys] = {}

    def add(keys: Keys) -> None:
        found.setdefault(tuple(sorted(keys.items())), keys)

    for keys in own:
        add(keys)
    # Each value that a condition names, none of these, and what meets other statements.
    named = {
        (key.lower(), value.replace("*", FRESH).replace("?", "X"))
        for other in others
        for _, key, values in _conditions(other)
        for value in values
    }
    for keys in own[:2]:
        for key, value in sorted(named):
            add({**keys, key: (value,)})
        for key in sorted({key for key, _ in named} - set(keys)):
            add({**keys, key: (FRESH,)})
    for other in others:
        for keys, more in itertools.product(own[:4], _meeting(other)):
            base = {**more, **keys}
            add(base)
            for key, value in sorted({*named, *((key, FRESH) for key, _ in named)}):
                if key not in base:
                    add({**base, key: (value,)})
    return list(found.values())[:_MOST_CONTEXTS]


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the conditions of a statement: operator, key and values."""
    condition = statement.get("Condition")
    for operator, keys in condition.items() if isinstance(condition, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield operator, key, as_list(values)


def _meeting(statement: Statement) -> Iterator[Keys]:
    """Yield contexts that meet a statement's conditions, each value of one at a time."""
    choices = [
        (key.lower(), _values(operator, values)) for operator, key, values in _conditions(statement)
    ]
    if any(not values for _, values in choices):
        return
    first = {key: values[0] for key, values in choices}
    options = [first]
    options += [{**first, key: value} for key, values in choices for value in values[1:]]
    for option in options:
        yield {key: (value,) for key, value in option.items() if value is not None}


def _values(operator: str, values: Sequence[str]) -> list[str | None]:
    """Return values of a key that meet a condition; None: the key is not in the request."""
    optional = operator.endswith("IfExists")
    operator = operator.rpartition(":")[2].removesuffix("IfExists")
    found: list[str | None] = []
    for value in values:
        plain = value.replace("*", FRESH).replace("?", "X")
        if operator == "Null":
            found.append(None if value.lower() == "true" else FRESH)
        elif operator == "IpAddress":
            found.append(_address(value))
        elif operator == "NotIpAddress":
            found.append("203.0.113.77")
        elif operator.startswith("Numeric"):
            found += _numbers(operator, value)
        elif "Not" in operator:
            found += [FRESH, None]
        else:
            found.append(plain)
    return [*found, None] if optional else list(dict.fromkeys(found))


def _address(network: str) -> str:
    try:
        return str(ipaddress.ip_network(network, strict=False)[0])
    except ValueError:
        return network


def _numbers(operator: str, value: str) -> list[str | None]:
    try:
        number = int(value)
    except ValueError:
        return [value]
    match operator:
        case "NumericLessThan":
            return [str(number - 1)]
        case "NumericGreaterThan" | "NumericNotEquals":
            return [str(number + 1)]
        case _:
            return [str(number)]
