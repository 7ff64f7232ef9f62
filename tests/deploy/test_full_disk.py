"""A disk that is full."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.small import BUILD, Small


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a small disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    if os.getuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize(
    "script",
    [
        "head -c 1G /dev/zero > big",
        "cat /dev/zero > big & sleep 600",
        "while :; do head -c 100k /dev/zero >> big; sleep 0.01; done",
    ],
)
def test_a_build_that_fills_the_disk_is_told_and_resumed(
    tmp_path: Path, disk: Path, script: str
) -> None:
    small, full = Small(tmp_path / "small"), tmp_path / "full"
    full.touch()
    small.build(f"#!/bin/sh\nif [ -e {full} ]; then {script}; exit 1; fi\n{BUILD}")
    done = small.rehearse("--folder", str(disk))
    assert done.code == 1, done.err
    run = disk / "small-0001"
    recorded = json.loads((run / "run.json").read_text())
    assert recorded["status"] == "Failed"
    message = recorded["actions"]["Build/Build"]["message"]
    assert "is full" in message or "COMMAND_EXECUTION_ERROR" in message
    for big in run.rglob("big"):
        big.unlink()
    full.unlink()
    words = ("--resume", "last", "--folder", str(disk), "--approve", "--builds", "shell")
    again = small.run(*words)
    assert again.code == 0, again.err + again.out
