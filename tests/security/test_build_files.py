"""Promise: what a build leaves in its folder is read and written as files, never followed.

The folder is the part of this machine that a container shares.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.building.log import Log
from cfn_pipeline.rehearsal.building.shell import Launch, Shell
from cfn_pipeline.rehearsal.building.shims import read_calls
from cfn_pipeline.rehearsal.report.logs import lines_of_log


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim" / "file"
    path.parent.mkdir()
    path.write_text("secret\0\x1e\0")
    return path


def _shell(folder: Path, log: Log) -> Shell:
    return Shell(
        Launch(shell=["sh"]),
        folder=folder / "commands",
        work=folder,
        environment={"PATH": os.environ["PATH"]},
        log=log,
        stop=threading.Event(),
        seconds=60,
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "ln -s {victim} commands/2.command",
        "mkfifo commands/2.command",
        "rm -r commands; ln -s {victim.parent} commands",
        "rm -r commands; ln -s {victim} commands",
        "rm -r commands; mkfifo commands",
        "rm -r commands",
    ],
)
def test_commands_are_not_written_through_links(tmp_path: Path, victim: Path, hostile: str) -> None:
    log = Log(tmp_path / "log")
    shell = _shell(tmp_path, log)
    try:
        assert shell.run(hostile.format(victim=victim)) == 0
        assert shell.run("echo written") == 0
        shell.reset()
        assert "written" in log.output_since(0)
    finally:
        shell.close()
    assert victim.read_text().startswith("secret")
    assert [path.name for path in victim.parent.iterdir()] == ["file"]


def _link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def _pipe(path: Path, victim: Path) -> None:
    del victim
    os.mkfifo(path)


def _folder(path: Path, victim: Path) -> None:
    del victim
    path.mkdir()


@pytest.mark.parametrize("place", [_link, _pipe, _folder])
def test_what_stands_in_the_place_of_a_file_is_not_read(
    tmp_path: Path, victim: Path, place: Callable[[Path, Path], None]
) -> None:
    place(tmp_path / "calls", victim)
    assert read_calls(tmp_path / "calls") == []
    log = Log(tmp_path / "log.txt")
    log.write(b"output\n")
    (tmp_path / "log.txt").unlink()
    place(tmp_path / "log.txt", victim)
    assert log.output_since(0) == "output"
    assert lines_of_log(tmp_path / "log.txt", 99) == ["[a command has removed the log]"]


def test_recorded_calls_are_read_up_to_a_size(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.write_bytes(b"docker\0push\0\x1e\0no call at all\x1e\0")
    os.truncate(calls, 1 << 40)
    first, *_ = read_calls(calls)
    assert first == ["docker", "push"]


def test_calls_that_no_shim_has_written_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "calls").write_text("nothing\n")
    assert read_calls(tmp_path / "calls") == []
