"""Values of the model are frozen dataclasses, whose methods are written once."""

import copy
import inspect
import pickle
from collections.abc import Callable
from dataclasses import (
    KW_ONLY,
    FrozenInstanceError,
    dataclass,
    field,
    is_dataclass,
    make_dataclass,
    replace,
)
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import Approve, Environment
from cfn_pipeline.frozen import Frozen, frozen


@frozen(kw_only=False)
class Ours(Frozen):
    """A value."""

    name: str
    size: int = 1
    _: KW_ONLY
    tags: dict[str, str] = field(default_factory=dict)
    colour: str


@dataclass(frozen=True)
class Pythons:
    """The same, as Python makes it."""

    name: str
    size: int = 1
    _: KW_ONLY
    tags: dict[str, str] = field(default_factory=dict)
    colour: str


def _outcome(call: Callable[[], Any]) -> object:
    try:
        return vars(call())
    except TypeError:
        return TypeError


@given(
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from(["name", "size", "tags", "colour", "other"]), st.integers()),
)
def test_arguments_are_those_of_a_dataclass(positional: list[int], named: dict[str, Any]) -> None:
    ours: Any = Ours
    pythons: Any = Pythons
    expected = _outcome(lambda: pythons(*positional, **named))
    assert _outcome(lambda: ours(*positional, **named)) == expected


def test_values_with_the_same_fields_are_equal() -> None:
    value = Environment("dev", approval=True)
    assert value == Environment(name="dev", approval=True) != Environment("dev")
    assert {value, Environment("dev", approval=True)} == {value}
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    assert replace(value, approval=False) == Environment("dev")
    assert value != Approve(name="dev")
    assert is_dataclass(value)


def test_a_value_is_shown_with_its_fields() -> None:
    assert repr(Ours("a", colour="red")) == "Ours(name='a', size=1, tags={}, colour='red')"
    shown = str(inspect.signature(Ours))
    assert shown == "(name: str, size: int = 1, *, tags: dict[str, str] = {}, colour: str)"


def test_a_value_cannot_be_changed() -> None:
    value: Any = Environment("dev")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "prod"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    assert value == Environment("dev")


def test_an_argument_that_is_not_there_is_named_with_its_class() -> None:
    environment: Any = Environment
    with pytest.raises(
        TypeError, match=r"^Environment: got an unexpected .*'stage_name'; .* 'stage'"
    ):
        environment("dev", stage_name="Dev")


def test_a_subclass_can_be_an_ordinary_frozen_dataclass() -> None:
    kind: Any = make_dataclass("Mine", [("more", int)], bases=(Approve,), frozen=True, kw_only=True)
    value = kind(name="Check", more=2)
    assert value == kind(name="Check", more=2) != kind(name="Check", more=3)
    with pytest.raises(FrozenInstanceError):
        value.more = 4
