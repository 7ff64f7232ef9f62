"""``cfn-pipeline completion``: run in the shell that is there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run

BASH = shutil.which("bash")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    done = run("completion", shell)
    assert done.code == 0
    assert "_CFN_PIPELINE_COMPLETE" in done.out


@pytest.mark.skipif(BASH is None, reason="bash is missing")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["re"], ["render", "rehearse"]),
        (["render", "--ed"], ["--edition"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes(words: list[str], completed: list[str], tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(run("completion", "bash").out)
    code = (
        'source "$1"; shift; COMP_CWORD=$#; COMP_WORDS=(cfn-pipeline "$@"); '
        '_cfn_pipeline_completion cfn-pipeline; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        [str(BASH), "-c", code, "bash", script, *words],
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == completed


def test_an_unknown_shell_is_refused() -> None:
    done = run("completion", "tcsh")
    assert done.code == 2
    assert "'bash', 'zsh', 'fish'" in done.err
