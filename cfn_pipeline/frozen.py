"""Frozen dataclasses whose methods are written once, and not compiled for each class.

There are two hundred of them, and ``dataclass`` compiles six methods for each when it is imported:
docs/decisions/starting.md says what that costs. Classes with thousands of values are ordinary
dataclasses.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from functools import cache
from inspect import Parameter, Signature
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

_Class = TypeVar("_Class", bound="type[Frozen]")


@overload
def frozen(kind: _Class, /) -> _Class: ...


@overload
def frozen(*, kw_only: bool) -> Callable[[_Class], _Class]: ...


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def frozen(kind: Any = None, /, *, kw_only: bool = True) -> Any:
    """Make a subclass of ``Frozen`` what ``dataclass(frozen=True, kw_only=True)`` makes of it.

    Args:
        kind: the class.
        kw_only: False: fields before ``_: KW_ONLY`` may be positional arguments.

    """
    if kind is None:
        return lambda kind: _dataclass(kind, kw_only=kw_only)
    return _dataclass(kind, kw_only=kw_only)


def _dataclass(kind: type[Any], *, kw_only: bool) -> type[Any]:
    bases = [vars(base)["__dataclass_params__"] for base in kind.__mro__ if _is_dataclass(base)]
    # To dataclass, all of them are not frozen: it would compile what keeps them so. To a subclass
    # with a decorator of its own, all of them are.
    for parameters in bases:
        parameters.frozen = False
    made = dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(kind)
    for parameters in (*bases, vars(made)["__dataclass_params__"]):
        parameters.frozen = True
    return made


def _is_dataclass(kind: type[Any]) -> bool:
    return "__dataclass_params__" in vars(kind)


class _ClassSignature:
    """The signature of a class, for ``help`` and ``inspect.signature``."""

    def __get__(self, value: object, kind: Any) -> Signature:
        return _signature(kind)


class Frozen:
    """Base of frozen dataclasses: values with the same class and fields are equal."""

    __signature__ = _ClassSignature()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        kind: Any = type(self)
        names, positional, defaults = _parameters(kind)
        given = dict(zip(positional, arguments, strict=False)) | options
        if len(given) < len(arguments) + len(options) or not given.keys() <= names:
            _refuse(kind, arguments, options)
        state = vars(self)
        for name, default in defaults.items():
            if name in given:
                state[name] = given[name]
            elif default.default_factory is not MISSING:
                state[name] = default.default_factory()
            elif default.default is not MISSING:
                state[name] = default.default
            else:
                _refuse(kind, arguments, options)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Do what is to be done with a new value."""

    def __repr__(self) -> str:
        kind: Any = type(self)
        shown = [f"{one.name}={getattr(self, one.name)!r}" for one in _fields(kind) if one.repr]
        return f"{kind.__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    @property
    def _values(self) -> tuple[object, ...]:
        kind: Any = type(self)
        return tuple(getattr(self, one.name) for one in _fields(kind) if one.compare)


@cache
def _fields(kind: Any) -> tuple[Field[Any], ...]:
    return fields(kind)


@cache
def _parameters(kind: Any) -> tuple[frozenset[str], tuple[str, ...], dict[str, Field[Any]]]:
    """Return the arguments, those among them that may be positional, and all fields by name."""
    arguments = [one for one in _fields(kind) if one.init]
    return (
        frozenset(one.name for one in arguments),
        tuple(one.name for one in arguments if not one.kw_only),
        {one.name: one for one in _fields(kind)},
    )


@cache
def _signature(kind: Any) -> Signature:
    return Signature(
        [
            Parameter(
                one.name,
                Parameter.KEYWORD_ONLY if one.kw_only else Parameter.POSITIONAL_OR_KEYWORD,
                default=_default(one),
                annotation=one.type,
            )
            for one in sorted(_fields(kind), key=lambda one: bool(one.kw_only))
            if one.init
        ]
    )


def _default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return Parameter.empty if one.default is MISSING else one.default


def _refuse(kind: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> NoReturn:
    """Raise the TypeError of arguments that a class does not take."""
    from difflib import get_close_matches

    try:
        _signature(kind).bind(*arguments, **options)
    except TypeError as error:
        names = _signature(kind).parameters
        unknown = next((name for name in options if name not in names), "")
        near = get_close_matches(unknown, names, 1)
        advice = f"; did you mean {near[0]!r}?" if near else ""
        raise TypeError(f"{kind.__name__}: {error}{advice}") from None
    raise AssertionError(kind)
