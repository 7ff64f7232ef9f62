"""Which conditions can hold together."""

from typing import Any

import pytest

from cfn_pipeline import load
from cfn_pipeline.checks.scenarios import conditions_in, scenarios


def _all(template: str, *names: str) -> set[tuple[bool, ...]]:
    found = scenarios(load(template), set(names))
    return {tuple(scenario[name] for name in names) for scenario in found}


STAGE = """
Parameters:
  Stage: {Type: String, %s}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Equals [test, !Ref Stage]
  IsNotProd: !Not [!Condition IsProd]
  IsEither: !Or [!Condition IsProd, !Condition IsTest]
  IsBoth: !And [!Condition IsProd, !Condition IsTest]
"""


@pytest.mark.parametrize(
    "parameter, expected",
    [
        ("Default: dev", {(True, False), (False, True), (False, False)}),
        ("AllowedValues: [prod, test]", {(True, False), (False, True)}),
        ("AllowedValues: [prod]", {(True, False)}),
    ],
)
def test_a_parameter_has_one_value(parameter: str, expected: set[tuple[bool, ...]]) -> None:
    assert _all(STAGE % parameter, "IsProd", "IsTest") == expected


def test_functions_of_conditions() -> None:
    template = STAGE % "Default: dev"
    assert _all(template, "IsProd", "IsNotProd") == {(True, False), (False, True)}
    assert _all(template, "IsBoth") == {(False,)}
    assert _all(template, "IsProd", "IsEither") == {(True, True), (False, True), (False, False)}


def test_what_cannot_be_known_turns_out_either_way() -> None:
    template = """
    Conditions:
      InEurope: !Equals [!Select [0, !Split ["-", !Ref AWS::Region]], eu]
      InIreland: !Equals [!Ref AWS::Region, eu-west-1]
      Odd: !Contains [[a], b]
      Same: !Equals [x, x]
    """
    assert _all(template, "InEurope") == {(True,), (False,)}
    assert _all(template, "InIreland") == {(True,), (False,)}
    assert _all(template, "Odd") == {(True,), (False,)}
    assert _all(template, "Unknown") == {(True,), (False,)}


def test_many_conditions_are_some_of_their_ways() -> None:
    names = [f"C{number}" for number in range(30)]
    conditions = {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in names}
    found = scenarios({"Conditions": conditions}, set(names))
    assert 2 <= len(found) <= 32
    assert all(set(scenario) == set(names) for scenario in found)


def test_conditions_that_name_themselves_do_no_harm() -> None:
    template: dict[str, Any] = {
        "Conditions": {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    }
    assert scenarios(template, {"A", "B"})


def test_conditions_are_found_wherever_they_stand() -> None:
    value = {"a": [{"Fn::If": ["One", {"Fn::If": ["Two", 1, 2]}, "x"]}], "b": {"Fn::If": "odd"}}
    assert conditions_in(value) == {"One", "Two"}
