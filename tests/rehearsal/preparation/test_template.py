"""The pipeline in its template, before it is deployed."""

import json
from typing import Any

from cfn_pipeline.rehearsal.preparation.template import PipelineTemplate, read_pipeline
from tests.rehearsal.small import SOURCES, Small, usual_stages


def template(small: Small, stages: list[dict[str, Any]], **parameters: Any) -> PipelineTemplate:
    small.pipeline(stages)
    content = json.loads((small.folder / "pipeline.json").read_text())
    content["Parameters"] = parameters
    small.write("pipeline.json", json.dumps(content))
    return read_pipeline(small.folder / "pipeline.json", None)


def test_the_actions_of_a_template(small: Small) -> None:
    found = template(small, usual_stages())
    assert found.is_complete
    assert (found.name, found.resource.logical_id) == ("small", "Pipeline")
    assert [action.id for action in found.actions][:3] == [
        *("Source/App", "Source/Infra", "Build/Build"),
    ]
    assert [action.outputs for action in found.actions if action.needs_source] == [
        *(["App"], ["Infra"]),
    ]


def test_a_name_that_only_the_deployment_tells_is_not_compared(small: Small) -> None:
    """The artifact's name is a parameter without a default, so --source may be right."""
    source = SOURCES[0] | {"OutputArtifacts": [{"Name": {"Ref": "Artifact"}}]}
    stages = [{"Name": "Source", "Actions": [source, SOURCES[1]]}]
    found = template(small, stages, Artifact={"Type": "String"})
    assert not found.is_complete
    words = ["pipeline.json", "--source", "Mine=app", "--source", "Infra=infra", "--approve"]
    done = small.run(*words, "--parameter", "Artifact=Mine", "--builds", "shell")
    assert done.code == 0, done.err


def test_a_name_from_a_default_is_known(small: Small) -> None:
    source = SOURCES[0] | {"OutputArtifacts": [{"Name": {"Ref": "Artifact"}}]}
    stages = [{"Name": "Source", "Actions": [source]}]
    found = template(small, stages, Artifact={"Type": "String", "Default": "Mine"})
    assert [action.source_names for action in found.actions] == [("Source/App", "App", "Mine")]
