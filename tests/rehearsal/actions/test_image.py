"""Images that CodePipeline builds itself."""

import pytest

from cfn_pipeline.rehearsal.outcome import Status
from tests.rehearsal.bench import Bench
from tests.rehearsal.small import action

KIND = ("Build", "ECRBuildAndPublish")


def test_the_digest_follows_the_sources(bench: Bench) -> None:
    bench.put("Code", {"Dockerfile": "FROM scratch"})
    settings = {"ECRRepositoryName": "acme/orders"}
    outcome = bench.run(action("Image", KIND, settings, inputs=["Code"]))
    assert outcome.status is Status.SUCCEEDED
    digest = outcome.variables["ECRImageDigestId"]
    assert len(digest) == len("sha256:") + 64
    bench.put("Code", {"Dockerfile": "FROM busybox"})
    later = bench.run(action("Image", KIND, settings, inputs=["Code"]))
    assert later.variables["ECRImageDigestId"] != digest
    assert outcome.variables["ECRRepositoryName"] == "acme/orders"


@pytest.mark.parametrize(
    ("place", "inputs", "message"),
    [
        ("", ["App"], "the artifact App has no Dockerfile"),
        ("other", ["Code"], "the artifact Code has no other/Dockerfile"),
        ("../x", ["Code"], "it must be below"),
        ("", ["None"], "no earlier action has created the artifact None"),
        ("", [], "needs an input artifact"),
    ],
)
def test_what_cannot_begin(bench: Bench, place: str, inputs: list[str], message: str) -> None:
    bench.put("Code", {"Dockerfile": "FROM scratch"})
    settings = {"ECRRepositoryName": "a", "DockerFilePath": place} if place else {}
    outcome = bench.run(action("Image", KIND, settings, inputs=inputs))
    assert outcome.status is Status.FAILED
    assert message in outcome.message
