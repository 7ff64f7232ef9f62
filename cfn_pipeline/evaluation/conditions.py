"""Conditions of policy statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import NamedTuple

from cfn_pipeline.analysis.partial_text import ANYTHING, is_known
from cfn_pipeline.evaluation.matching import (
    Apart,
    Truth,
    equals,
    every,
    matches,
    opposite,
    some,
)
from cfn_pipeline.frozen import Frozen, frozen

#: A variable of policies, perhaps with a default: ``${aws:PrincipalAccount}``.
_VARIABLE = re.compile(r"\$\{([^{},]+?)(?:\s*,\s*'([^']*)')?\s*\}")


class Condition(NamedTuple):
    """A condition: ``StringLike: {aws:PrincipalArn: [...]}``; None: the values are not known."""

    operator: str
    key: str
    values: tuple[str, ...] | None


@frozen
class Context(Frozen):
    """What IAM is told of a request.

    Args:
        keys: the values of condition keys; no value: the key is not in the request.
        is_whole: whether a key that is not among them is not in the request; otherwise it is not
            known.
        apart: accounts that are known to be different.

    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_whole: bool = False
    apart: Apart = field(default_factory=dict)

    def values(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a key; empty: it is not in the request; None: not known."""
        name = key.lower()
        for other, values in self.keys.items():
            if other.lower() == name:
                return values
        return () if self.is_whole else None

    def filled(self, pattern: str) -> str | None:
        """Return a pattern with its variables; None: one is not in the request.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        """
        if "${" not in pattern:
            return pattern
        result, end = "", 0
        for variable in _VARIABLE.finditer(pattern):
            values = self.values(variable[1]) if len(variable[1]) > 1 else (variable[1],)
            if values == () and variable[2] is not None:
                values = (variable[2],)
            if values == ():
                return None
            value = values[0] if values is not None and len(values) == 1 else ANYTHING
            result += pattern[end : variable.start()] + value
            end = variable.end()
        return result + pattern[end:]


def holds(condition: Condition, context: Context) -> Truth:
    """Return whether a condition is met."""
    quantifier, _, operator = condition.operator.rpartition(":")
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    values = context.values(condition.key)
    if operator == "Null":
        if values is None or condition.values is None:
            return None
        return some((text.lower() == "true") is (not values) for text in condition.values)
    negated = "Not" in operator
    compare = _OPERATORS.get(operator.replace("Not", "", 1))
    if values is None or compare is None:
        return None
    if not values:
        if quantifier == "ForAnyValue":
            return optional
        return optional or negated or quantifier == "ForAllValues"
    if condition.values is None:
        return None
    patterns = [context.filled(text) for text in condition.values]

    def is_met(value: str) -> Truth:
        truth = some(False if p is None else compare(p, value, context.apart) for p in patterns)
        return opposite(truth) if negated else truth

    if quantifier == "ForAnyValue" or not (quantifier or negated):
        return some(map(is_met, values))
    return every(map(is_met, values))


def _text(pattern: str, value: str, apart: Apart) -> Truth:
    return equals(pattern, value, apart)


def _folded(pattern: str, value: str, apart: Apart) -> Truth:
    return equals(pattern.lower(), value.lower(), apart)


def _number(pattern: str, value: str, compare: Callable[[float, float], bool]) -> Truth:
    try:
        return compare(float(value), float(pattern))
    except ValueError:
        return None if not (is_known(pattern) and is_known(value)) else False


def _address(pattern: str, value: str, apart: Apart) -> Truth:
    del apart
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return None if not (is_known(pattern) and is_known(value)) else False


_Compare = Callable[[str, str, Apart], Truth]

#: Operators without Not. What is compared in another way, such as dates, is not known.
_OPERATORS: Mapping[str, _Compare] = {
    "StringEquals": _text,
    "StringEqualsIgnoreCase": _folded,
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": _folded,
    "IpAddress": _address,
    "NumericEquals": lambda p, v, _: _number(p, v, lambda a, b: a == b),
    "NumericLessThan": lambda p, v, _: _number(p, v, lambda a, b: a < b),
    "NumericLessThanEquals": lambda p, v, _: _number(p, v, lambda a, b: a <= b),
    "NumericGreaterThan": lambda p, v, _: _number(p, v, lambda a, b: a > b),
    "NumericGreaterThanEquals": lambda p, v, _: _number(p, v, lambda a, b: a >= b),
}
