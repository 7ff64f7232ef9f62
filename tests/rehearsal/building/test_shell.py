"""The shell of a build."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.building import log
from cfn_pipeline.rehearsal.building.log import Log
from cfn_pipeline.rehearsal.building.shell import Launch, Shell, TimedOut
from cfn_pipeline.rehearsal.outcome import ActionFailed, Stopped

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
                log=Log(tmp_path / "log"),
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


@pytest.mark.parametrize("name", ["bash", "sh"])
@pytest.mark.parametrize(
    "command",
    [
        "export PATH=/nonexistent",
        "unset PATH",
        "ulimit -f 1",
        "export LONG=$(printf '%02000d' 0); ulimit -f 1",
        "mv() { :; }; cat() { :; }",
        "echo() { :; }; printf() { :; }; pwd() { :; }",
        "rm -rf commands ../commands",
        "exec > /dev/null 2>&1",
        "exec < /dev/null",
        "exec 9>&-",
        "set -u; set -f; set -C; IFS=0123456789",
        "cd /",
        "trap - EXIT",
    ],
)
def test_a_command_cannot_break_what_reports_its_end(make: Make, name: str, command: str) -> None:
    shell = make(name, seconds=20)
    assert shell.run(command) == 0
    assert shell.run("true") == 0
    assert shell.run("(exit 3)") == 3
    assert shell.run("exit 4") != 0
    assert shell.run("true") == 0


def test_without_path_tools_are_not_found(make: Make) -> None:
    shell = make(seconds=20)
    shell.run("export PATH=/nonexistent")
    assert shell.run("ls") == 127
    assert shell.run("exit 1") == 1
    assert shell.run("ls") == 127  # the next shell has the same variables


def test_output_is_in_order_and_complete(make: Make, tmp_path: Path) -> None:
    shell = make()
    shell.run("printf one; printf two >&2")
    shell.log.note("between")
    shell.run("head -c 3000000 /dev/zero | tr '\\0' x; exit 1")
    shell.run("printf '\\036three'")
    assert (tmp_path / "log").read_text() == (
        "onetwo[rehearsal] between\n" + "x" * 3_000_000 + "\x1ethree"
    )


@pytest.mark.thorough
def test_a_log_does_not_fill_the_disk(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_MOST", 1 << 20)
    shell = make(seconds=2)
    with pytest.raises(TimedOut):
        shell.run("yes")
    assert shell.log.problem == (
        "the log is incomplete: the output is longer than 1 MB; the rest is left out"
    )
    text = (tmp_path / "log").read_text()
    assert text.count("[rehearsal] the log is incomplete") == 1
    assert len(text) < (1 << 20) + 200


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_log_that_cannot_be_written_is_told() -> None:
    found = log.Log(Path("/dev/full"))
    found.note("text")
    found.write(b"text")
    assert "it cannot be written (No space left on device)" in found.problem
    found.close()


def test_a_full_disk_ends_the_build(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cfn_pipeline.rehearsal.building.shell._FREE", 1 << 62)
    with pytest.raises(ActionFailed, match="is full: less than"):
        make().run("sleep 60")


def alive(pid: str) -> bool:
    status = Path("/proc", pid, "status")
    return status.exists() and "Z (zombie)" not in status.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to the guard")
@pytest.mark.parametrize(
    "command",
    [
        "env -i setsid sh -c 'echo $$ > {pid}; exec sleep 600' &",
        "env -i sh -c 'setsid setsid sh -c \"echo \\$\\$ > {pid}; exec sleep 600\" & ' ",
        "(trap '' TERM HUP INT; env -i setsid sh -c 'echo $$ > {pid}; exec sleep 600' &) & exit 1",
    ],
)
def test_what_has_left_its_session_ends_too(make: Make, tmp_path: Path, command: str) -> None:
    shell = make()
    shell.run(command.replace("{pid}", str(tmp_path / "pid")))
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        time.sleep(0.02)
    pid = (tmp_path / "pid").read_text().strip()
    assert alive(pid)
    shell.reset()
    assert alive(pid)  # until the build ends, as a daemon does
    shell.close()
    assert not alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_command_that_kills_the_guard_is_told(make: Make) -> None:
    shell = make(seconds=20)
    assert shell.run("kill -9 $PPID; sleep 600") == 137
    assert shell.run("true") == 0
