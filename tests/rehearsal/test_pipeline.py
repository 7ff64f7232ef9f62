"""Pipelines as they run."""

import json
from typing import Any

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.pipeline import Pipeline, parse_api_pipeline, parse_pipeline
from tests.rehearsal.small import usual_stages

STORE = {"Type": "S3", "Location": "artifacts"}


def properties(**more: Any) -> dict[str, Any]:
    return {"Name": "small", "ArtifactStore": STORE, "Stages": usual_stages(), **more}


def test_actions_are_in_the_order_in_which_they_run() -> None:
    stages = usual_stages()
    stages[3]["Actions"].reverse()
    found = parse_pipeline(properties(Stages=stages), "P", "us-east-1")
    assert [action.name for action in found.actions][-3:] == ["Change", "Approve", "Execute"]
    assert [len(group) for group in found.stages[0].groups] == [2]


def test_a_record_of_it_is_the_same() -> None:
    found = parse_pipeline(
        properties(
            Variables=[{"Name": "A"}, {"Name": "B", "DefaultValue": "b"}],
            DisableInboundStageTransitions=[{"StageName": "Dev", "Reason": "why"}],
        ),
        "P",
        "us-east-1",
    )
    assert (found.variables, found.disabled) == ({"A": None, "B": "b"}, {"Dev": "why"})
    assert Pipeline.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_bucket_for_each_region() -> None:
    said = properties()
    del said["ArtifactStore"]
    said["ArtifactStores"] = [
        {"Region": region, "ArtifactStore": {"Type": "S3", "Location": f"b-{region}"}}
        for region in ("eu-west-1", "us-east-1")
    ]
    assert parse_pipeline(said, "P", "eu-west-1").bucket == "b-eu-west-1"


def test_what_the_api_says_is_the_same() -> None:
    def lowered(value: Any, key: str = "") -> Any:
        if isinstance(value, list):
            return [lowered(item) for item in value]
        if isinstance(value, dict) and key != "Configuration":
            return {name[0].lower() + name[1:]: lowered(v, name) for name, v in value.items()}
        return value

    answer = {"pipeline": {**lowered(properties()), "version": 3}}
    assert parse_api_pipeline(answer, "us-east-1") == parse_pipeline(properties(), "P", "us-east-1")


@pytest.mark.parametrize(
    "change", [{"Stages": None}, {"Stages": [{"Name": "A"}]}, {"ArtifactStore": {}}]
)
def test_what_is_no_pipeline(change: dict[str, Any]) -> None:
    with pytest.raises(RehearsalError, match="the pipeline cannot be read"):
        parse_pipeline(properties(**change), "P", "us-east-1")


def test_true_and_false_are_texts() -> None:
    stages = usual_stages()
    stages[0]["Actions"][0]["Configuration"]["PollForSourceChanges"] = False
    found = parse_pipeline(properties(Stages=stages), "P", "us-east-1")
    assert found.actions[0].configuration["PollForSourceChanges"] == "false"
