"""A small system, and a local AWS, for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws
from tests.rehearsal.bench import Bench
from tests.rehearsal.small import Small


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "small")


@pytest.fixture
def bench(aws: EmbeddedAws, tmp_path: Path) -> Bench:
    return Bench(aws, tmp_path / "run")


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with embedded_aws(tmp_path_factory.mktemp("aws"), region="us-east-1") as server:
        yield server
