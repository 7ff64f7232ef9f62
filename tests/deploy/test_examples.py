"""The examples' pipelines run to production on a local AWS."""

import shutil
from pathlib import Path

import pytest

from tests.examples.test_configurations import DEPLOYMENTS, EXAMPLES
from tests.rehearsal.small import spawn

APPLICATION = ("--source", f"MyApp={EXAMPLES / 'todobackend-app'}")


@pytest.mark.parametrize("template", DEPLOYMENTS, ids=lambda path: path.parent.name)
def test_an_example_is_rehearsed_to_production(template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deployment"
    shutil.copytree(template.parent, folder)
    builds = (folder / "codebuild.yml").exists()
    done = spawn(
        tmp_path,
        *("deployment/pipeline.yml", "--source", "DeploymentRepository=deployment"),
        *(APPLICATION if builds else ()),
        *("--approve", "--builds", "shell", "--format", "json"),
    )
    assert done.code == 0, done.out + done.err
    assert set(done.states().values()) == {"Succeeded"}
    assert "Prod/DeployChangeSet" in done.states()
    assert ("Build/CodeBuild" in done.states()) == builds
