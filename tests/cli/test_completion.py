"""``cfn-pipeline completion``: run in the shell that is there."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import run

BASH, ZSH, FISH = (shutil.which(shell) for shell in ("bash", "zsh", "fish"))
PATH = f"{Path(sys.executable).parent}:/usr/bin:/bin"


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
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == completed


@pytest.mark.thorough
@pytest.mark.skipif(FISH is None, reason="fish is missing")
def test_fish_completes(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "fish" / "completions"
    folder.mkdir(parents=True)
    (folder / "cfn-pipeline.fish").write_text(run("completion", "fish").out)
    lines = ("cfn-pipeline re", "cfn-pipeline render --ed", "cfn-pipeline completion ")
    done = subprocess.run(
        [str(FISH), "-c", "; ".join(f'complete -C "{line}"' for line in lines)],
        env={"PATH": PATH, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    completed = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert [word for word in completed if word] == (
        ["rehearse", "render", "--edition", "bash", "fish", "zsh"]
    )
    assert "Render the templates" in done.stdout


@pytest.mark.thorough
@pytest.mark.skipif(ZSH is None, reason="zsh is missing")
def test_zsh_completes(tmp_path: Path) -> None:
    """The tab key is pressed at a terminal, as its completion works nowhere else."""
    script = tmp_path / "completion.zsh"
    script.write_text(run("completion", "zsh").out)
    environment = {"PATH": PATH, "HOME": str(tmp_path), "TERM": "dumb"}
    terminal, other = pty.openpty()
    words = [str(ZSH), "-f", "-i"]
    process = subprocess.Popen(
        words, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True
    )
    os.close(other)
    try:
        begin = f"autoload -U compinit; compinit -u -D; source {script}; echo lo''aded\n"
        for typed, shown in (
            (begin, "loaded\r\n"),
            ("cfn-pipeline rul\t", "rules "),
            ("\x15cfn-pipeline render --edit\t", "ion "),
            ("\x15cfn-pipeline re\t\t", "rehearse  -- Run a pipeline"),
        ):
            os.write(terminal, typed.encode())
            _wait_for(shown, terminal)
    finally:
        os.close(terminal)
        process.kill()
        process.wait()


def _wait_for(text: str, terminal: int) -> None:
    output, end = b"", time.monotonic() + 20
    while text.encode() not in output:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert ready, output
        output += os.read(terminal, 4096)


def test_an_unknown_shell_is_refused() -> None:
    done = run("completion", "tcsh")
    assert done.code == 2
    assert "'bash', 'zsh', 'fish'" in done.err
