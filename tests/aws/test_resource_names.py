"""How resources are named, held against CloudFormation's schemas."""

import json
from importlib.resources import files

import pytest

from cfn_pipeline.aws.resource_names import (
    ATTRIBUTES,
    NAME_PROPERTIES,
    NOT_UNIQUE,
    REF_GIVES_NAME,
)
from tests.aws.services import schema

#: Types of macros have no schema.
REAL = sorted(t for t in NAME_PROPERTIES if not t.startswith("AWS::Serverless::"))


@pytest.mark.parametrize("type_", REAL)
def test_a_name_can_be_given_and_changes_by_replacement(type_: str) -> None:
    said, path = schema(type_), f"/properties/{NAME_PROPERTIES[type_]}"
    assert NAME_PROPERTIES[type_] in said["properties"]
    assert path not in said.get("readOnlyProperties", [])
    assert path in said.get("createOnlyProperties", [])


@pytest.mark.parametrize("type_", sorted(REF_GIVES_NAME - {"AWS::KMS::Key"}))
def test_ref_gives_what_identifies_a_type(type_: str) -> None:
    identifier = schema(type_).get("primaryIdentifier")
    # A project has an id besides, which is its name.
    assert identifier in ([f"/properties/{NAME_PROPERTIES[type_]}"], ["/properties/Id"])


@pytest.mark.parametrize("type_, attribute", ATTRIBUTES)
def test_an_attribute_can_be_asked_for(type_: str, attribute: str) -> None:
    assert f"/properties/{attribute}" in schema(type_)["readOnlyProperties"]


def test_the_generated_names_repeat_none() -> None:
    data = files("cfn_pipeline.permissions").joinpath("data", "names.json").read_text()
    assert not set(json.loads(data)) & set(NAME_PROPERTIES)


def test_what_is_not_unique_has_a_name() -> None:
    assert set(NAME_PROPERTIES) >= NOT_UNIQUE
