"""The examples' pipelines run to production on a local AWS."""

import shutil
from pathlib import Path

import pytest

from cfn_pipeline import ImageBuild
from cfn_pipeline.cli.applications import placed_applications
from tests.examples.test_configurations import CONFIGURATIONS, EXAMPLES
from tests.rehearsal.small import spawn

#: Those of one account: test_accounts.py deploys the one of several.
APPLICATIONS = {
    place: application
    for name in CONFIGURATIONS
    for place, application in placed_applications(EXAMPLES / name / "cfn-pipeline.yml").items()
    if application.places.is_home_only
}


@pytest.mark.parametrize("place", APPLICATIONS, ids=lambda path: path.name)
def test_an_example_is_rehearsed_to_production(place: Path, tmp_path: Path) -> None:
    application = APPLICATIONS[place]
    code, deployment = tmp_path / "code", tmp_path / "deployment"
    own = code / (application.source_folder or ".")
    shutil.copytree(EXAMPLES / "todobackend-app", own)
    templates = deployment / (application.deployment_repository.folder or ".")
    shutil.copytree(place, templates)
    if application.project is not None:
        shutil.copy(place / "buildspec.yml", own)
    shared = place.parent / "shared.yml"
    done = spawn(
        tmp_path,
        *(str(templates / "pipeline.yml"), "--source", f"DeploymentRepository={deployment}"),
        *(("--source", f"MyApp={code}") if application.build is not None else ()),
        *(("--with", str(shared)) if shared.exists() else ()),
        *("--approve", "--builds", "shell", "--format", "json"),
    )
    assert done.code == 0, done.err
    assert set(done.states().values()) == {"Succeeded"}
    assert "Prod/DeployChangeSet" in done.states()
    assert ("Build/CodeBuild" in done.states()) == (application.project is not None)
    assert ("Build/Image" in done.states()) == isinstance(application.build, ImageBuild)
