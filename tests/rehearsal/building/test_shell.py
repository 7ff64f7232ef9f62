"""The shell of a build."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.building.shell import Launch, Shell, TimedOut
from cfn_pipeline.rehearsal.outcome import Stopped

Make = Callable[..., Shell]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Shell] = []

    def shell(
        name: str = "bash", seconds: float = 60, stop: threading.Event | None = None
    ) -> Shell:
        (tmp_path / "work").mkdir(exist_ok=True)
        made.append(
            Shell(
                Launch(shell=[name]),
                folder=tmp_path / "commands",
                work=tmp_path / "work",
                environment={"PATH": os.environ["PATH"], "GIVEN": "given"},
                log=tmp_path / "log",
                stop=stop or threading.Event(),
                seconds=seconds,
            )
        )
        return made[-1]

    yield shell
    for each in made:
        each.close()


@pytest.mark.parametrize("name", ["bash", "sh"])
def test_one_shell_runs_all_commands(make: Make, tmp_path: Path, name: str) -> None:
    shell = make(name)
    commands = [
        "mkdir inner && cd inner",
        "LOCAL=local",
        "export SHOWN='a b'",
        "greet() { echo hello $1; }",
        'greet "$LOCAL $GIVEN" > out',
        "cat <<EOF > here\nline one\nline two\nEOF",
    ]
    assert [shell.run(command) for command in commands] == [0] * 6
    assert (tmp_path / "work" / "inner" / "out").read_text() == "hello local given\n"
    assert (tmp_path / "work" / "inner" / "here").read_text() == "line one\nline two\n"
    assert (shell.value("SHOWN"), shell.value("LOCAL")) == ("a b", "local")
    assert shell.value("UNKNOWN") == ""


@pytest.mark.parametrize(
    ("command", "status"), [("false", 1), ("exit 7", 7), ("(exit 3)", 3), ("not-a-tool", 127)]
)
def test_exit_codes(make: Make, command: str, status: int) -> None:
    assert make().run(command) == status


def test_what_was_exported_outlives_a_shell_that_ends(make: Make) -> None:
    shell = make()
    shell.run("export KEPT=kept; cd /")
    assert shell.run("exit 1") == 1
    assert shell.run('[ "$KEPT" = kept ] && [ "$PWD" = / ]') == 0


def test_a_syntax_error_is_a_failure_and_not_the_end(make: Make) -> None:
    shell = make()
    assert shell.run("if then") != 0
    assert shell.run("true") == 0


def test_commands_read_nothing(make: Make) -> None:
    assert make().run("! read line") == 0


def test_a_new_shell_knows_nothing(make: Make) -> None:
    shell = make()
    shell.run("export X=1")
    shell.reset()
    assert shell.run('[ -z "$X" ]') == 0


def test_what_runs_in_the_background_ends_with_the_shell(make: Make, tmp_path: Path) -> None:
    shell = make()
    shell.run(f"sh -c 'while :; do date > {tmp_path}/alive; sleep 0.05; done' &")
    time.sleep(0.3)
    shell.close()
    assert (tmp_path / "alive").exists()
    (tmp_path / "alive").unlink()
    time.sleep(0.3)
    assert not (tmp_path / "alive").exists()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc")
def test_what_has_left_the_group_ends_too(make: Make, tmp_path: Path) -> None:
    shell = make()
    shell.run(f"setsid sh -c 'echo $$ > {tmp_path}/pid; sleep 600' &")
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.05)
    pid = (tmp_path / "pid").read_text().strip()
    shell.close()
    time.sleep(0.1)
    status = Path("/proc", pid, "status")
    assert not status.exists() or "Z (zombie)" in status.read_text()


def test_the_time_is_over(make: Make) -> None:
    with pytest.raises(TimedOut):
        make(seconds=0.3).run("sleep 60")


def test_the_run_is_to_stop(make: Make) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(Stopped):
        make(stop=stop).run("sleep 60")
