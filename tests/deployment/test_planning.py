"""What is deployed, before AWS is called."""

from typing import Any

import pytest

from cfn_pipeline import DeploymentError, load
from cfn_pipeline.deployment.planning import (
    choose,
    last_of_stacks,
    require_possible,
    steps,
    value_problem,
)
from cfn_pipeline.editions.book import BOOK
from cfn_pipeline.editions.current import CURRENT
from tests.deployment.small import TOPIC, step, target

CONNECTION = "Resources: {P: {Type: 'A::B::C', Properties: {P: CodeStarSourceConnection}}}"


def names(chosen: list[Any]) -> list[str]:
    return [target.name for target in chosen]


def test_without_names_all_but_the_environments_are_deployed() -> None:
    chosen = choose(CURRENT.targets(CURRENT.application), [])
    assert names(chosen)[:2] == ["kms", "ecr"]
    assert names(chosen)[-1] == "pipeline"
    assert not {"dev", "prod"} & set(names(chosen))


def test_names_are_deployed_in_the_order_of_the_stacks() -> None:
    targets = CURRENT.targets(CURRENT.application)
    assert names(choose(targets, ["dev", "kms"])) == ["kms", "dev"]
    with pytest.raises(DeploymentError, match="unknown target 'km': use kms, ecr, "):
        choose(targets, ["km"])


def test_of_templates_with_one_stack_the_last_is_deployed() -> None:
    targets = BOOK.targets(BOOK.application)
    assert "pipeline-integration" not in names(choose(targets, []))
    assert names(choose(targets, ["pipeline-integration"])) == ["pipeline-integration"]
    assert names(last_of_stacks(targets))[-3:] == ["pipeline", "dev", "prod"]


FILES = {"app.yml": TOPIC, "dev.json": '{"Parameters": {"Name": "a"}, "Tags": {"Team": "b"}}'}
TEMPLATES = {"app.yml": load(TOPIC)}


def test_a_configuration_file_has_parameters_tags_and_policy() -> None:
    files = {**FILES, "dev.json": FILES["dev.json"][:-1] + ', "StackPolicy": {"Statement": []}}'}
    [planned] = steps([target("app", "dev")], files, TEMPLATES, {"Title": "c"})
    assert planned.values == {"Name": "a", "Title": "c"}
    assert planned.tags == {"Team": "b"}
    assert planned.policy == '{"Statement": []}'
    [planned] = steps([target("app", "dev")], FILES, TEMPLATES, {"Name": "d"})
    assert planned.values == {"Name": "d"}


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(DeploymentError) as caught:
        steps(
            [target("app", "dev")],
            {**FILES, "dev.json": '{"Parameters": {"Nam": "a"}}'},
            TEMPLATES,
            {"Titel": "c"},
        )
    assert caught.value.problems == (
        "unknown parameter 'Titel': use Name, Title",
        "dev.json: app.yml has no parameter 'Nam'; remove it",
    )


def test_what_is_missing() -> None:
    assert step("a").missing([]) == ["Name"]
    assert step("a", Name="").missing([]) == ["Name"]
    assert step("a").missing(["Name"]) == []
    assert step("a", Name="b").missing([]) == []
    assert step("a").with_values({"Name": "b", "Other": "c"}).values == {"Name": "b"}


@pytest.mark.parametrize(
    ("parameter", "value", "problem"),
    [
        ({}, "x", None),
        ({"AllowedValues": [True, "b"]}, "true", None),
        ({"AllowedValues": ["a", "b"]}, "c", "P must be one of a, b (got 'c')"),
        ({"AllowedPattern": "[a-z]+"}, "abc", None),
        ({"AllowedPattern": "[a-z]+"}, "a1", "P must be a text that matches [a-z]+ (got 'a1')"),
        (
            {"AllowedPattern": "a", "ConstraintDescription": "the letter a"},
            "b",
            "P must be the letter a (got 'b')",
        ),
        ({"AllowedPattern": "(?<a>.)"}, "b", None),
    ],
)
def test_values_that_a_template_does_not_allow(
    parameter: dict[str, Any], value: str, problem: str | None
) -> None:
    assert value_problem("P", parameter, value) == problem


def test_what_cloudformation_would_refuse_later() -> None:
    large = step("large", f"{TOPIC}#{'x' * 51_200}\n", Name="a")
    require_possible([large], region="us-east-1", bucket="mine")
    with pytest.raises(DeploymentError, match=r"large.yml has 51,\d+ bytes; .*: add --bucket NAME"):
        require_possible([large], region="us-east-1", bucket=None)
    huge = step("huge", f"{TOPIC}#{'x' * 1_048_576}\n", Name="a")
    with pytest.raises(DeploymentError, match=r"CloudFormation reads 1,048,576"):
        require_possible([huge], region="us-east-1", bucket="mine")
    connection = step("c", CONNECTION)
    require_possible([connection], region="us-east-1", bucket=None)
    with pytest.raises(DeploymentError, match=r"no connections in eu-south-2; use another region"):
        require_possible([connection], region="eu-south-2", bucket=None)
