"""What is refused before anything is done."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.small import Small, usual_stages


def renamed(key: str, name: Any) -> list[dict[str, Any]]:
    """Return the usual stages with another name: of a stage, an action, an artifact."""
    stages = deepcopy(usual_stages())
    source, build = stages[0]["Actions"][0], stages[1]["Actions"][0]
    match key:
        case "stage":
            stages[1]["Name"] = name
        case "action":
            build["Name"] = name
        case "input":
            build["InputArtifacts"] = source["OutputArtifacts"] = [{"Name": name}]
        case "output":
            build["OutputArtifacts"] = [{"Name": name}]
    return stages


@pytest.mark.parametrize("key", ["stage", "action", "input", "output"])
@pytest.mark.parametrize("name", ["{victim}", "../../..", "../../../x", "x/../../X", "a\0", "é"])
def test_names_that_codepipeline_refuses_are_refused(small: Small, key: str, name: str) -> None:
    victim = small.folder / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    small.pipeline(renamed(key, name.format(victim=victim)))
    before = sorted(small.folder.rglob("*"))
    done = small.run("pipeline.json", "--source", "App/App=app", "--approve", "--builds", "shell")
    assert done.code == 2
    assert "invalid " in done.err
    assert sorted(small.folder.rglob("*")) == before


def test_all_names_are_refused_at_once(small: Small) -> None:
    stages = renamed("stage", "../x")
    stages[1]["Actions"][0]["Name"] = "a/b"
    small.pipeline(stages, Name="p/q")
    done = small.rehearse()
    assert done.code == 2
    for text in ("pipeline name 'p/q'", "stage name '../x'", "action name 'a/b'"):
        assert f"invalid {text}: use " in done.err


def test_a_name_that_only_the_deployment_tells_is_refused_before_the_pipeline(
    small: Small, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept")
    small.pipeline(renamed("input", {"Fn::Sub": f"{victim}/${{Builder}}"}))
    done = small.run(
        *("pipeline.json", "--source", "App=app", "--source", "Infra=infra"),
        *("--approve", "--builds", "shell"),
    )
    assert done.code == 2
    assert "invalid artifact name" in done.err
    assert (victim / "kept").exists()
