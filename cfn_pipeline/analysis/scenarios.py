"""The combinations of values that a template's conditions can have."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cfn_pipeline.template.values import scalar_text


class Scenario(dict[str, bool]):
    """A value for each condition, and the values of parameters that follow from them.

    Args:
        holds: the values of the conditions, by name.
        values: the values of the parameters that the conditions compare, and of AWS::StackName
            where the stack is known; None if several values are possible.

    """

    def __init__(
        self, holds: Mapping[str, bool], values: Mapping[str, str | None] | None = None
    ) -> None:
        super().__init__(holds)
        self.values_of: Mapping[str, str | None] = values or {}


_MOST_ASSIGNMENTS = 1024
_FEWEST_ASSIGNMENTS = 64
_MOST_SCENARIOS = 64
#: Conditions that are evaluated, over all assignments: a template with thousands takes seconds.
_MOST_EVALUATIONS = 500_000

#: Returns whether an expression is true, from the values that are compared and from the results of
#: the conditions before it.
_Evaluate = Callable[[Mapping[str, object], Mapping[str, bool]], bool]


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
    """Return the possible combinations of values of the conditions ``names``.

    Conditions that compare the same parameter depend on each other: ``IsProd`` and ``Not IsProd``
    are never both true. A comparison of unknown values may be true or false. If there are too many
    combinations, only some of them are returned.
    """
    if not names:
        return [Scenario({})]
    evaluation = _Evaluation(template, sorted(names))
    combinations: dict[tuple[bool, ...], Scenario] = {}
    for assignment in itertools.islice(evaluation.assignments(), evaluation.most_assignments):
        results = evaluation.results(assignment)
        holds = {name: results[name] for name in sorted(names)}
        values = evaluation.parameters_of(assignment)
        existing = combinations.get(tuple(holds.values()))
        if existing is not None:
            before = existing.values_of
            values = {n: v if before.get(n) == v else None for n, v in values.items()}
        elif len(combinations) >= _MOST_SCENARIOS:
            continue
        combinations[tuple(holds.values())] = Scenario(holds, values)
    return list(combinations.values())


class _Evaluation:
    """Conditions as functions of the parameters that they compare."""

    def __init__(self, template: Mapping[str, Any], names: Sequence[str]) -> None:
        conditions, parameters = template.get("Conditions"), template.get("Parameters")
        self._conditions = conditions if isinstance(conditions, dict) else {}
        self._parameters = parameters if isinstance(parameters, dict) else {}
        self._values: dict[str, list[object]] = {}
        #: Each condition after those to which it refers; a chain may be longer than Python's stack.
        self._order: dict[str, _Evaluate] = {}
        entered: set[str] = set()
        waiting = [(name, False) for name in reversed(names)]
        while waiting:
            name, is_complete = waiting.pop()
            expression = self._conditions.get(name, {"Condition": name})
            if is_complete:
                self._order[name] = self._compiled(expression)
            elif name not in entered:
                entered.add(name)
                waiting.append((name, True))
                referred = [other for other in _referred(expression) if other in self._conditions]
                waiting += [(other, False) for other in reversed(referred)]

    @property
    def most_assignments(self) -> int:
        """How many assignments are evaluated."""
        affordable = _MOST_EVALUATIONS // max(1, len(self._order))
        return max(_FEWEST_ASSIGNMENTS, min(_MOST_ASSIGNMENTS, affordable))

    def results(self, assignment: Mapping[str, object]) -> dict[str, bool]:
        """Return the value of each condition; one that depends on itself is false."""
        results: dict[str, bool] = {}
        for name, evaluate in self._order.items():
            results[name] = evaluate(assignment, results)
        return results

    def _compiled(self, expression: Any) -> _Evaluate:
        """Return how an expression is evaluated, and collect the values that it compares."""
        match expression:
            case {"Condition": str(name)} if name in self._conditions:
                return lambda _, results: results.get(name, False)
            case {"Fn::Equals": [left, right]}:
                self._compare(left, right)
                return _comparison(expression, left, right)
            case {"Fn::Not": [part]}:
                negated = self._compiled(part)
                return lambda values, results: not negated(values, results)
            case {"Fn::And": list(parts)}:
                every = [self._compiled(part) for part in parts]
                return lambda values, results: all(e(values, results) for e in every)
            case {"Fn::Or": list(parts)}:
                some = [self._compiled(part) for part in parts]
                return lambda values, results: any(e(values, results) for e in some)
            case _:
                key = _key(expression)
                self._values[key] = [True, False]
                return lambda values, _: values.get(key) is True

    def _compare(self, left: Any, right: Any) -> None:
        """Collect the values with which a parameter or function is compared."""
        names = [_variable(side) for side in (left, right)]
        if None not in names:
            # Two unknown values may be equal or not.
            self._values[_key({"Fn::Equals": [left, right]})] = [True, False]
        for name, other in ((names[0], right), (names[1], left)):
            if name is None or _variable(other) is not None:
                continue
            values = self._values.setdefault(name, self._allowed(name))
            if scalar_text(other) not in values and not self._is_closed(name):
                values.insert(0, scalar_text(other))

    def _allowed(self, name: str) -> list[object]:
        parameter = self._parameters.get(name)
        if isinstance(parameter, dict):
            allowed = parameter.get("AllowedValues")
            if isinstance(allowed, list) and allowed:
                return [scalar_text(value) for value in allowed]
            if "Default" in parameter:
                return [scalar_text(parameter["Default"]), _Other(name)]
        return [_Other(name)]

    def _is_closed(self, name: str) -> bool:
        parameter = self._parameters.get(name)
        return isinstance(parameter, dict) and bool(parameter.get("AllowedValues"))

    def assignments(self) -> Iterator[dict[str, object]]:
        """Yield ways in which the compared values can turn out.

        First those in which one differs from the rest, so that each is seen each way, then all.
        """
        names, values = list(self._values), list(self._values.values())
        for base in (0, -1):
            usual = [options[base] for options in values]
            yield dict(zip(names, usual, strict=True))
            for number, options in enumerate(values):
                for option in options:
                    changed = [*usual[:number], option, *usual[number + 1 :]]
                    yield dict(zip(names, changed, strict=True))
        for chosen in itertools.product(*values):
            yield dict(zip(names, chosen, strict=True))

    def parameters_of(self, assignment: Mapping[str, object]) -> dict[str, str | None]:
        """Return the values of parameters; None for a value that no condition compares."""
        return {
            name: value if isinstance(value, str) and not isinstance(value, _Other) else None
            for name, value in assignment.items()
            if name in self._parameters
        }


def _referred(expression: Any) -> Iterator[str]:
    """Yield the names of the conditions to which an expression refers."""
    match expression:
        case {"Condition": str(name)}:
            yield name
        case {"Fn::Not": list(parts)} | {"Fn::And": list(parts)} | {"Fn::Or": list(parts)}:
            for part in parts:
                yield from _referred(part)


def _comparison(expression: Any, left: Any, right: Any) -> _Evaluate:
    key, sides = _key(expression), [(_variable(side), scalar_text(side)) for side in (left, right)]

    def is_equal(values: Mapping[str, object], results: Mapping[str, bool]) -> bool:
        del results
        free = values.get(key)
        if isinstance(free, bool):
            return free
        one, other = (text if name is None else values.get(name) for name, text in sides)
        return one == other

    return is_equal


class _Other(str):
    """A value of a parameter that no condition compares."""

    __slots__ = ()

    def __new__(cls, name: str) -> "_Other":
        return super().__new__(cls, f"\0{name}")


def _variable(side: Any) -> str | None:
    """Return the name of a parameter, or a key for a function; None for a literal."""
    match side:
        case {"Ref": str(name)}:
            return name
        case dict() | list():
            return _key(side)
        case _:
            return None


def _key(expression: Any) -> str:
    return json.dumps(expression, sort_keys=True, default=str)
