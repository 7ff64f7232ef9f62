"""What all values of the model have in common: they are judged when they are made."""

import dataclasses
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from cfn_pipeline.errors import ModelError

__all__ = ["Validated"]


class Validated:
    """A frozen dataclass that cannot be made wrong.

    Every field is first held against its annotation, so that a mistake is told by the field's
    name instead of by a traceback further on. Lists become tuples, and mappings are copied, so
    that nobody changes what has been judged. Then ``problems`` speaks.

    Raises:
        ModelError: all that is wrong, told together.

    """

    def __post_init__(self) -> None:
        ModelError.raise_for(self._type_problems())
        ModelError.raise_for(self.problems())

    @property
    def where(self) -> str:
        """How messages call the value."""
        name = getattr(self, "name", None)
        kind = type(self).__name__
        return f"{kind} {name!r}" if isinstance(name, str) else kind

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the value, each problem with place, value, rule, way out."""
        return iter(())

    def _type_problems(self) -> Iterator[str]:
        kind: Any = type(self)
        for name, hint in _hints(kind):
            value = getattr(self, name)
            if not _fits(value, hint):
                yield (f"{self.where}: {name} is {_shown(value)}; it wants {_described(hint)}")
            elif isinstance(value, Sequence) and not isinstance(value, str):
                object.__setattr__(self, name, _frozen(value))
            elif isinstance(value, Mapping):
                object.__setattr__(self, name, dict(value))


@cache
def _hints(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, option) for option in arguments)
    if origin is Sequence:
        listed = isinstance(value, (list, tuple))
        return listed and all(_fits(item, arguments[0]) for item in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, arguments[0]) and _fits(item, arguments[1]) for key, item in value.items()
        )
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _shown(value: Any) -> str:
    return f"{value!r:.60} ({type(value).__name__})"


def _described(hint: Any) -> str:
    """Say in words what an annotation wants."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_described(option) for option in arguments)
    if origin is Sequence:
        return f"a list, each {_described(arguments[0])}"
    if origin is Mapping:
        return f"a mapping to {_described(arguments[1])}"
    words = {str: "a string", int: "a number", bool: "True or False", type(None): "None"}
    return words.get(hint) or str(getattr(hint, "__name__", hint))
