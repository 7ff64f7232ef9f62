"""A small system, and a local AWS, for the tests of this folder."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.local_aws.embedded import EmbeddedAws, embedded_aws, listen
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


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of an emulator that somebody else has started."""
    with listen(None) as free:
        port = str(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    variables = {
        "GATEWAY_PORT": port,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": "123456789012",
        "AWS_ENDPOINT_URL": url,
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }
    folder = tmp_path_factory.mktemp("emulator")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env=os.environ | variables,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_ministack/health").close()
            break
        except OSError:
            time.sleep(0.05)
    yield url
    process.kill()
    process.wait()
