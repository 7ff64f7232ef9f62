"""Builds in containers; only where a Docker engine starts some."""

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.rehearsal.building.containers import Container, _lines
from tests.rehearsal.building.test_build import J, just_a_build
from tests.rehearsal.small import Small

IMAGE = "rehearsal-test:latest"
TOOLS = ("bash", "cat", "id", "mv", "sh", "sleep", "touch")


def image() -> bytes:
    """Return the files of an image with a few tools of this machine."""
    files: set[tuple[Path, str]] = set()
    for tool in TOOLS:
        path = Path(str(shutil.which(tool))).resolve()
        files.add((path, f"bin/{tool}"))
        needs = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False)
        found = re.findall(r"(/\S+) \(0x", needs.stdout)
        files |= {(Path(library).resolve(), library.lstrip("/")) for library in found}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for source, name in sorted(files):
            archive.add(source, name)
    return made.getvalue()


@pytest.fixture(scope="module")
def engine() -> Iterator[None]:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run([docker, "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no Docker engine answers")
    words = [docker, "import", "--change", "ENV PATH=/bin", "-", IMAGE]
    subprocess.run(words, input=image(), capture_output=True, check=True)
    probe = [docker, "run", "--rm", "--network", "host", IMAGE, "sh", "-c", ":"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("the Docker engine starts no container")
    yield
    subprocess.run([docker, "image", "rm", IMAGE], capture_output=True, check=False)


@pytest.mark.usefixtures("engine")
def test_a_build_runs_in_a_container(small: Small) -> None:
    just_a_build(small, "Version")
    spec = {
        "version": 0.2,
        "env": {"variables": {"GIVEN": "a 'b'\nc"}, "exported-variables": ["SAID"]},
        "phases": {
            "build": {
                "commands": [
                    'SAID="$GIVEN"',
                    "[ ! -e /usr/bin/env ]",
                    "docker push x/y",
                    "cd /",
                    'echo "$PWD" > "$CODEBUILD_SRC_DIR/out"',
                    "sleep 600 &",
                ]
            }
        },
        "artifacts": {"files": ["out"]},
    }
    small.write("app/buildspec.yml", json.dumps(spec))
    words = ["--approve", "--builds", "docker", "--build-image", IMAGE, *J]
    done = small.run(*small.words, *words)
    assert done.code == 0, done.err
    assert f"run in a container of {IMAGE}" in done.err
    assert done.action("Build/Build")["variables"] == {"SAID": "a 'b'\nc"}
    assert done.details("Build/Build")["calls"] == [["docker", "push", "x/y"]]
    running = subprocess.run(
        ["docker", "ps", "--quiet", "--filter", f"ancestor={IMAGE}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert running.stdout == ""


@pytest.mark.usefixtures("engine")
def test_an_image_that_is_nowhere_leaves_the_shell(small: Small) -> None:
    just_a_build(small)
    small.write("app/buildspec.yml", "version: 0.2\nphases: {build: {commands: ['true']}}\n")
    done = small.run(*small.words, "--approve", *J)
    assert done.code == 0, done.err
    assert "since the image aws/codebuild/nothing:1.0 is not here and cannot be pulled" in done.err


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_variables_reach_the_container_and_no_argument(value: str) -> None:
    container = Container(image="i", name="n", privileged=False)
    lines = list(_lines({"SECRET": value, "PATH": "/here"}))
    assert len("\n".join(lines).split("\n")) == len(lines) == 1
    name, _, encoded = lines[0].partition("=")
    command = container.launcher(Path("/tools"), {"SECRET": value})
    script = command[command.index("sh") :]
    done = subprocess.run(
        [*script, "sh", "-c", 'printf "%s" "$SECRET"'],
        env={name: encoded, "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert done.stdout == value.encode()
