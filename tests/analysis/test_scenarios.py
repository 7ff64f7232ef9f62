"""Which conditions can hold together."""

from typing import Any

import pytest

from cfn_pipeline import load
from cfn_pipeline.analysis.scenarios import conditions_in, scenarios


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
    assert len(found) <= 64
    for name in names:
        assert {scenario[name] for scenario in found} == {True, False}


def test_two_things_that_vary_may_be_the_same() -> None:
    template = """
    Parameters: {Tools: {Type: String}}
    Conditions: {IsTools: !Equals [!Ref AWS::AccountId, !Ref Tools]}
    """
    assert _all(template, "IsTools") == {(True,), (False,)}


@pytest.mark.parametrize("yes, no", [("true", "false"), ("'true'", "'false'"), ("1", "0")])
def test_values_without_quotes(yes: str, no: str) -> None:
    template = f"""
    Parameters: {{Flag: {{Type: String, AllowedValues: [{yes}, {no}]}}}}
    Conditions:
      IsOn: !Equals [!Ref Flag, {yes}]
      IsOff: !Equals [!Ref Flag, {no}]
    """
    assert _all(template, "IsOn", "IsOff") == {(True, False), (False, True)}


def test_one_unknown_thing_has_one_value() -> None:
    template = """
    Conditions:
      IsDev: !Equals [!FindInMap [Stages, !Ref AWS::Region, Name], dev]
      IsProd: !Equals [!FindInMap [Stages, !Ref AWS::Region, Name], prod]
    """
    assert _all(template, "IsDev", "IsProd") == {(True, False), (False, True), (False, False)}


def test_a_scenario_says_what_its_parameters_are() -> None:
    template = load(STAGE % "AllowedValues: [prod, test, dev], Default: dev")
    found = {s["IsProd"]: s.values_of["Stage"] for s in scenarios(template, {"IsProd"})}
    assert found == {True: "prod", False: None}, "what is not prod may be test or dev"


def test_a_tower_of_conditions_is_soon_climbed() -> None:
    conditions: dict[str, Any] = {"C0": {"Fn::Equals": [{"Ref": "X"}, "x"]}}
    for number in range(1, 60):
        below = {"Condition": f"C{number - 1}"}
        conditions[f"C{number}"] = {"Fn::And": [below, below]}
    found = scenarios({"Conditions": conditions}, {"C59"})
    assert {scenario["C59"] for scenario in found} == {True, False}


def test_conditions_that_name_themselves_do_no_harm() -> None:
    template: dict[str, Any] = {
        "Conditions": {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    }
    assert scenarios(template, {"A", "B"})


def test_conditions_are_found_wherever_they_stand() -> None:
    value = {"a": [{"Fn::If": ["One", {"Fn::If": ["Two", 1, 2]}, "x"]}], "b": {"Fn::If": "odd"}}
    assert conditions_in(value) == {"One", "Two"}
