"""Configuration files are merged: what people fill in survives any sequence of renders."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline import Environment, todobackend
from cfn_pipeline.files.configuration import (
    Configuration,
    Merge,
    configuration,
    problem,
    protected_configuration,
)

DECLARED = ("ApplicationDesiredCount", "DatabaseMultiAZ", "DeletionProtection", "VpcId", "Own")

names = st.sampled_from([*DECLARED, "CertificateArn"]) | st.text(max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
sections = st.dictionaries(st.text(), json_values, max_size=3)

environments = st.builds(
    Environment,
    st.just("prod"),
    approval=st.booleans(),
    protected=st.none() | st.booleans(),
    vpc_id=st.sampled_from([None, "vpc-1", "vpc-2"]),
    subnets=st.sampled_from([(), ("subnet-1", "subnet-2")]),
    desired_count=st.none() | st.integers(0, 4),
    parameters=st.dictionaries(st.sampled_from(["Own", "CertificateArn"]), st.text(max_size=3)),
)
minimum_tasks = st.integers(0, 4)


@dataclass(frozen=True)
class Edit:
    """A person adds to a file or changes it, writes it in another form, or removes values."""

    parameters: dict[str, str]
    tags: dict[str, Any] | None = None
    policy: dict[str, Any] | None = None
    indent: int | None = None
    remove: set[str] = field(default_factory=set)

    def apply(self, text: str) -> str:
        file = json.loads(text)
        file["Parameters"] = {
            n: v for n, v in file["Parameters"].items() if n not in self.remove
        } | self.parameters
        more = {"Tags": self.tags, "StackPolicy": self.policy}
        file |= {name: section for name, section in more.items() if section is not None}
        return json.dumps(file, indent=self.indent)


edits = st.builds(
    Edit,
    st.dictionaries(names, st.text(), max_size=3),
    st.none() | sections,
    st.none() | sections,
    st.none() | st.integers(0, 8),
    st.sets(names, max_size=2),
)
#: Renders with whatever the model says then, and edits between them.
steps = st.lists(edits | st.tuples(environments, minimum_tasks), max_size=8)


def configured(environment: Environment, tasks: int) -> Configuration:
    application = replace(todobackend, minimum_tasks=tasks, environments=[environment])
    return protected_configuration(application, environment, dict.fromkeys(DECLARED))


def check(before: dict[str, Any], ours: Configuration, merge: Merge) -> None:
    after = json.loads(merge.text)
    assert after["Parameters"] == merge.parameters
    assert {**ours.defaults, **before["Parameters"], **ours.values} == after["Parameters"]
    assert {**before, "Parameters": 0} == {**after, "Parameters": 0}
    assert merge.replaced == {
        name: value
        for name, value in before["Parameters"].items()
        if ours.values.get(name, value) != value
    }
    again = ours.merge(merge.text)
    assert (again.text, again.replaced) == (merge.text, {})


@given(environments, minimum_tasks, steps)
def test_what_people_fill_in_survives_any_sequence_of_renders(
    environment: Environment, tasks: int, steps: list[Edit | tuple[Environment, int]]
) -> None:
    text = configured(environment, tasks).merge(None).text
    for step in steps:
        if isinstance(step, Edit):
            text = step.apply(text)
        else:
            ours = configured(*step)
            assert problem(text) is None
            merge = ours.merge(text)
            check(json.loads(text), ours, merge)
            text = merge.text


@given(environments, minimum_tasks, edits)
def test_a_file_that_says_what_the_model_says_stays_as_it_is(
    environment: Environment, tasks: int, edit: Edit
) -> None:
    ours = configured(environment, tasks)
    text = ours.merge(replace(edit, remove=set()).apply(ours.text())).text
    other_form = json.dumps(json.loads(text), indent=edit.indent)
    assert ours.merge(other_form).text == other_form


def test_a_reader_s_order_stays_and_what_is_new_comes_last() -> None:
    ours = Configuration(values={"B": "2"}, defaults={"C": "3", "A": "1"})
    assert ours.merge('{"Tags": {"Ü": "ü"}, "Parameters": {"Z": "", "B": ""}}').text == (
        '{\n  "Tags": {\n    "Ü": "ü"\n  },\n  "Parameters": {\n    "Z": "",\n'
        '    "B": "2",\n    "A": "1",\n    "C": "3"\n  }\n}\n'
    )


def test_what_the_environment_says_is_a_value_and_the_rest_a_default() -> None:
    said = Environment("prod", approval=True, desired_count=2, protected=False)
    ours = configured(said, 1)
    assert ours.values == {
        "ApplicationDesiredCount": "2",
        "DatabaseMultiAZ": "false",
        "DeletionProtection": "false",
    }
    silent = configured(Environment("prod", approval=True), 1)
    assert silent.values == {}
    assert silent.defaults["DeletionProtection"] == "false"
    assert configuration(todobackend, Environment("dev"), {}).defaults == {
        "ApplicationDesiredCount": "1"
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is not a configuration file (must be an object)"),
        ("{", "is not a configuration file (Expecting property name"),
        ("\ufeff{}", "is not a configuration file (Unexpected UTF-8 BOM"),
        ('{"Parameter": {}}', "(unknown section 'Parameter': use Parameters, Tags, StackPolicy)"),
        ('{"Parameters": null}', "is not a configuration file (Parameters must be an object)"),
        ('{"Tags": {"A": "1", "A": "2"}}', "is not a configuration file (key 'A' is used twice)"),
        ("\udcff", "is not UTF-8 text"),
        ('{"Tags":' + "[" * 200_000, "is not a configuration file (nested too deeply)"),
    ],
)
def test_what_is_not_a_configuration_file(text: str, message: str) -> None:
    assert message in str(problem(text))


def test_what_was_the_default_when_it_was_rendered_follows_the_default() -> None:
    """What has no default any more goes, unless a person has filled it in."""
    ours = Configuration(values={"C": "3"}, defaults={"A": "2", "B": "2", "D": "2"})
    text = '{"Parameters": {"A": "1", "B": "5", "C": "1", "Gone": "1", "Filled": "5"}}'
    merge = ours.merge(text, dict.fromkeys(["A", "B", "C", "Gone", "Filled"], "1"))
    assert merge.parameters == {"A": "2", "B": "5", "C": "3", "D": "2", "Filled": "5"}
    assert merge.replaced == {"A": "1", "C": "1"}
    assert merge.kept == {"B": "2"}
