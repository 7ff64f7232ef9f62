"""Each verb in a process of its own: what a shell sees is what the other tests see in theirs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, run, spawn

BAD = "tests/checks/examples/E9107/bad.yml"
STACK = "templates/current/stack.yml"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["render", "--check"], 0),
        (["check", BAD], 1),
        (["check", "no-such-file.yml"], 2),
        (["rules", "E9806"], 0),
        (["permissions", STACK, "--stack", "orders-dev", "--format", "table"], 0),
        (["rendr"], 2),
    ],
)
def test_a_process_writes_and_exits_the_same(words: list[str], code: int) -> None:
    done = spawn(*words)
    assert done.code == code
    assert done == run(*words)


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("cfn-pipeline")
    done = subprocess.run(
        [command, "check", BAD], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, run("check", BAD).out)
