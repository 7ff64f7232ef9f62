"""Which of a template's conditions can hold together."""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Scenario", "conditions_in", "scenarios"]

#: A truth value for each condition that matters.
Scenario = Mapping[str, bool]

_MOST_ASSIGNMENTS = 1024
_MOST_SCENARIOS = 32


def conditions_in(value: Any) -> set[str]:
    """Return the names of the conditions on which ``value`` depends through Fn::If."""
    names: set[str] = set()
    waiting = [value]
    while waiting:
        match waiting.pop():
            case {"Fn::If": [str(name), *branches]}:
                names.add(name)
                waiting += branches
            case dict(mapping):
                waiting += mapping.values()
            case list(items):
                waiting += items
            case _:
                pass
    return names


def scenarios(template: Mapping[str, Any], names: set[str]) -> list[Scenario]:
    """Return the ways in which the conditions ``names`` can turn out, each once.

    Conditions that depend on the same parameter depend on each other: ``IsProd`` and ``Not IsProd``
    never hold together. What a condition compares that cannot be known may turn out either way.
    When there are too many ways, these are some of them.
    """
    if not names:
        return [{}]
    evaluation = _Evaluation(template)
    for name in sorted(names):
        evaluation.prepare({"Condition": name}, ())
    found: dict[tuple[bool, ...], Scenario] = {}
    for assignment in itertools.islice(evaluation.assignments(), _MOST_ASSIGNMENTS):
        scenario = {n: evaluation.holds({"Condition": n}, assignment) for n in sorted(names)}
        found.setdefault(tuple(scenario.values()), scenario)
        if len(found) >= _MOST_SCENARIOS:
            break
    return list(found.values())


class _Evaluation:
    """Conditions as functions of the parameters that they compare."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        conditions, parameters = template.get("Conditions"), template.get("Parameters")
        self._conditions = conditions if isinstance(conditions, dict) else {}
        self._parameters = parameters if isinstance(parameters, dict) else {}
        self._values: dict[str, list[object]] = {}

    def prepare(self, expression: Any, above: tuple[str, ...]) -> None:
        """Collect what the expression compares, and with which values."""
        match expression:
            case {"Condition": str(name)} if name in self._conditions and name not in above:
                self.prepare(self._conditions[name], (*above, name))
            case {"Fn::Equals": [left, right]}:
                self._compare(left, right)
            case {"Fn::Not": list(parts)} | {"Fn::And": list(parts)} | {"Fn::Or": list(parts)}:
                for part in parts:
                    self.prepare(part, above)
            case _:
                self._values[_key(expression)] = [True, False]

    def _compare(self, left: Any, right: Any) -> None:
        sides = [(left, right), (right, left)]
        if not any(_parameter(side) for side, _ in sides):
            self._values[_key({"Fn::Equals": [left, right]})] = [True, False]
        for side, other in sides:
            if (name := _parameter(side)) is None:
                continue
            values = self._values.setdefault(name, self._allowed(name))
            if isinstance(other, (str, bool, int, float)) and _text(other) not in values:
                if not self._is_closed(name):
                    values.insert(0, _text(other))
            elif _parameter(other) is None and not isinstance(other, str):
                self._values[_key({"Fn::Equals": [left, right]})] = [True, False]

    def _allowed(self, name: str) -> list[object]:
        parameter = self._parameters.get(name)
        if isinstance(parameter, dict):
            allowed = parameter.get("AllowedValues")
            if isinstance(allowed, list) and allowed:
                return [_text(value) for value in allowed]
            if "Default" in parameter:
                return [_text(parameter["Default"]), _Other(name)]
        return [_Other(name)]

    def _is_closed(self, name: str) -> bool:
        parameter = self._parameters.get(name)
        return isinstance(parameter, dict) and bool(parameter.get("AllowedValues"))

    def assignments(self) -> Iterator[dict[str, object]]:
        """Yield every way in which the compared values can turn out."""
        for values in itertools.product(*self._values.values()):
            yield dict(zip(self._values, values, strict=True))

    def holds(
        self, expression: Any, assignment: Mapping[str, object], above: tuple[str, ...] = ()
    ) -> bool:
        """Tell whether a condition holds, given the values that it compares."""
        match expression:
            case {"Condition": str(name)} if name in self._conditions and name not in above:
                return self.holds(self._conditions[name], assignment, (*above, name))
            case {"Fn::Equals": [left, right]}:
                free = assignment.get(_key(expression))
                if isinstance(free, bool):
                    return free
                return _side(left, assignment) == _side(right, assignment)
            case {"Fn::Not": [part]}:
                return not self.holds(part, assignment, above)
            case {"Fn::And": list(parts)}:
                return all(self.holds(part, assignment, above) for part in parts)
            case {"Fn::Or": list(parts)}:
                return any(self.holds(part, assignment, above) for part in parts)
            case _:
                return assignment.get(_key(expression)) is True


class _Other(str):
    """A value of a parameter that none of the conditions names."""

    __slots__ = ()

    def __new__(cls, name: str) -> "_Other":
        return super().__new__(cls, f"\0{name}")


def _parameter(side: Any) -> str | None:
    match side:
        case {"Ref": str(name)}:
            return name
        case _:
            return None


def _side(side: Any, assignment: Mapping[str, object]) -> object:
    name = _parameter(side)
    return _text(side) if name is None else assignment.get(name)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(expression: Any) -> str:
    return json.dumps(expression, sort_keys=True, default=str)
