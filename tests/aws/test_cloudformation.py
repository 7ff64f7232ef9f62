"""Facts of CloudFormation and CodeBuild are those of AWS's own models."""

import pytest

from cfn_pipeline.aws.cloudformation import ACTION_MODES, CAPABILITIES, IAM_TYPES
from cfn_pipeline.aws.codebuild import VARIABLE_TYPES
from cfn_pipeline.aws.providers import PROVIDERS
from cfn_pipeline.model.actions import Action
from cfn_pipeline.model.deployments import ExecuteChangeSet, StackAction
from cfn_pipeline.permissions.catalogue import access
from cfn_pipeline.rehearsal.actions import cloudformation as rehearsal
from tests.aws.services import schema, shapes


def _classes(parent: type[Action]) -> list[type[Action]]:
    return [parent, *(found for child in parent.__subclasses__() for found in _classes(child))]


def test_capabilities_are_those_of_the_api() -> None:
    assert set(CAPABILITIES) == set(shapes("cloudformation")["Capability"]["enum"])


def test_types_of_variables_are_those_of_codebuild() -> None:
    assert set(VARIABLE_TYPES) == set(shapes("codebuild")["EnvironmentVariableType"]["enum"])


@pytest.mark.parametrize("mode", ACTION_MODES)
def test_a_mode_needs_settings_and_calls_that_exist(mode: str) -> None:
    known = PROVIDERS["Deploy", "AWS", "CloudFormation"].settings
    assert set(ACTION_MODES[mode].settings) <= set(known)
    assert all(access(f"cloudformation:{call}") for call in ACTION_MODES[mode].calls)


def test_every_mode_can_be_described_and_rehearsed() -> None:
    classes = [*_classes(StackAction), ExecuteChangeSet]
    assert {c.mode for c in classes if hasattr(c, "mode")} == set(ACTION_MODES)
    assert set(rehearsal._MODES) == set(ACTION_MODES)


def test_the_types_that_need_capabilities_exist() -> None:
    assert all(schema(type_)["typeName"] == type_ for type_ in IAM_TYPES)
