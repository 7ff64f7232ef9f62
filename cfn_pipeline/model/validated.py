"""The base class of the model: values that are validated when they are created."""

import dataclasses
import types
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints

from cfn_pipeline.errors import ModelError
from cfn_pipeline.frozen import Frozen

_K = TypeVar("_K")
_V = TypeVar("_V")


class FrozenMapping(Mapping[_K, _V]):
    """A mapping that cannot be changed, and so has a hash."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[_K, _V]) -> None:
        self._items: dict[_K, _V] = {key: _frozen(value) for key, value in items.items()}

    def __getitem__(self, key: _K) -> _V:
        return self._items[key]

    def __iter__(self) -> Iterator[_K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


def repeated(what: str, values: Sequence[str]) -> Iterator[str]:
    """Yield a problem for each value that occurs more than once."""
    for value, count in Counter(values).items():
        if count > 1:
            times = "twice" if count == 2 else f"{count} times"
            yield f"{what} {value!r} is used {times}; names must be unique"


class Validated(Frozen):
    """Base of the model's frozen dataclasses: validates every field on construction.

    Each field is compared with its annotation first; then ``problems`` is asked. Lists become
    tuples, and mappings read-only copies, so that a value has a hash and stays valid.

    Raises:
        ModelError: every mistake, a line each.

    """

    #: Whether the class stands for its subclasses, among which a configuration file chooses with
    #: the key ``type``.
    is_choice: ClassVar[bool] = False
    #: Whether a configuration file cannot choose the class and its subclasses.
    python_only: ClassVar[bool] = False
    #: The value of the key ``type`` where it is absent; empty: it is required.
    default_type: ClassVar[str] = ""
    #: The value of that key; empty: the class's name in lower case, with ``_`` between words.
    type_name: ClassVar[str] = ""

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
        """Yield what is wrong with the value: subject, rule, value, way out."""
        return iter(())

    def _type_problems(self) -> Iterator[str]:
        kind: Any = type(self)
        for name, hint in _hints(kind):
            value = getattr(self, name)
            if not _test(hint)(value):
                yield f"{self.where}: {name} must be {_described(hint)} (got {_shown(value)})"
            elif half := next(_surrogates(value), ""):
                yield (
                    f"{self.where}: {name} has half of a surrogate pair ({half!r:.80}); use whole "
                    "characters"
                )
            elif isinstance(value, Sequence) and not isinstance(value, str):
                object.__setattr__(self, name, _frozen(value))
            elif isinstance(value, Mapping):
                object.__setattr__(self, name, FrozenMapping(value))


@cache
def _hints(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


@cache
def _test(hint: Any) -> Callable[[Any], bool]:
    """Return what tells whether a value fits an annotation."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        options = [_test(option) for option in arguments]
        return lambda value: any(fits(value) for fits in options)
    if origin is Sequence:
        fits_item = _test(arguments[0])
        return lambda value: isinstance(value, (list, tuple)) and all(map(fits_item, value))
    if origin is Mapping:
        fits_key, fits_value = map(_test, arguments)
        return lambda value: (
            isinstance(value, Mapping)
            and all(map(fits_key, value))
            and all(map(fits_value, value.values()))
        )
    if hint is int or hint is float:
        kinds = (int,) if hint is int else (int, float)
        return lambda value: isinstance(value, kinds) and not isinstance(value, bool)
    if hint is str or hint is bool:
        return lambda value: isinstance(value, hint)
    # A class has the methods of its values, but is none of them.
    return lambda value: isinstance(value, hint) and not isinstance(value, type)


def _surrogates(value: Any) -> Iterator[str]:
    """Yield the strings that no encoding has."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _surrogates(key)
            yield from _surrogates(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _surrogates(item)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return FrozenMapping(value)
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def thawed(value: Any) -> Any:
    """Return a value of the model as plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, (list, tuple)) else value


def _shown(value: Any) -> str:
    if value is None:
        return "None"
    kind = type(value).__name__
    article = "an" if kind[0] in "aeiouAEIOU" else "a"
    return f"{value!r:.60}, {article} {kind}"


def _leaves(kind: Any) -> Iterator[Any]:
    """Yield the package's classes among which there is a choice."""
    for subclass in kind.__subclasses__():
        if subclass.__module__.startswith("cfn_pipeline.") and not vars(subclass).get(
            "is_choice", False
        ):
            yield subclass
        yield from _leaves(subclass)


def _described(hint: Any) -> str:
    """Describe an annotation in words: "a whole number or None"."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_described(option) for option in arguments)
    if origin is Sequence:
        return f"a list, each item {_described(arguments[0])}"
    if origin is Mapping:
        return f"a mapping, each value {_described(arguments[1])}"
    if getattr(hint, "default_type", ""):
        names = [kind.__name__ for kind in _leaves(hint)]
        return f"{'an' if names[0][0] in 'AEIOU' else 'a'} {' or '.join(names)}"
    words = {
        str: "a string",
        int: "a whole number",
        float: "a number",
        bool: "True or False",
        type(None): "None",
    }
    name = str(getattr(hint, "__name__", hint))
    return words.get(hint) or f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
