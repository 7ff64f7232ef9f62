"""Files are replaced whole, and what killed processes left behind is removed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cfn_pipeline.atomic import _NODE, replace_file, replace_files
from cfn_pipeline.output import write_files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(target: Path, content: bytes, mode: int | None = None) -> None:
    with replace_file(target, mode=mode) as file:
        file.write(content)


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write(target, b"new")
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o640)
    write(target, b"secret", mode=0o600)
    assert target.stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == ["a.json"]


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(TypeError), replace_file(target) as file:
        file.writelines([b"half", "no bytes"])  # type: ignore[list-item]
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link", b"new")
    replace_files({tmp_path / "link": b"newer"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"newer"


def test_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "z").mkdir()
    files = {tmp_path / "a": b"new", tmp_path / "b": b"new", tmp_path / "z": b"a folder"}
    with pytest.raises(OSError, match="directory"):
        replace_files(files)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a", "z"]


@pytest.mark.parametrize("name", ["a", ".hidden", "ü" * 120, "x" * 250, "a b\nc"])
def test_what_a_killed_process_left_is_removed_at_the_next_write(tmp_path: Path, name: str) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from cfn_pipeline.atomic import replace_file\n"
        "with replace_file(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / name)], check=False)
    assert done.returncode == -signal.SIGKILL
    [left] = names(tmp_path)
    assert left.endswith(".cfn-pipeline-tmp")
    write(tmp_path / "other", b"")
    assert names(tmp_path) == ["other"]


def test_files_of_processes_that_run_are_left_alone(tmp_path: Path) -> None:
    with replace_file(tmp_path / "a") as file:
        write(tmp_path / "b", b"b")
        file.write(b"a")
    assert (tmp_path / "a").read_bytes() == b"a"


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    others = [
        *(".a.another-machine.999999999.abc.cfn-pipeline-tmp", "notes.cfn-pipeline-tmp"),
        *(".a.tmp", "a.999999999.abc.cfn-pipeline-tmp"),
    ]
    for name in others:
        (tmp_path / name).touch()
    write(tmp_path / "b", b"")
    assert names(tmp_path) == sorted([*others, "b"])


def test_files_that_are_old_are_removed_whatever_made_them(tmp_path: Path) -> None:
    """A container has another name each time, and the numbers of its processes repeat."""
    now = time.time()
    for name, age in (
        ("machine.1", 2 * 24 * 60 * 60),
        (f"{_NODE}.{os.getpid()}", 2 * 24 * 60 * 60),
        ("machine.2", 60),
    ):
        path = tmp_path / f".a.{name}.abc.cfn-pipeline-tmp"
        path.touch()
        os.utime(path, (now - age, now - age))
    write(tmp_path / "b", b"")
    assert names(tmp_path) == [".a.machine.2.abc.cfn-pipeline-tmp", "b"]


@pytest.mark.thorough
def test_nothing_is_left_of_thirty_killed_renderings(tmp_path: Path) -> None:
    """Each ends at another point of its work; the next rendering removes what it left."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from cfn_pipeline import atomic, output\n"
        "left = int(sys.argv[2])\n"
        "def trace(frame, event, argument):\n"
        "    global left\n"
        "    if frame.f_globals.get('__name__') != 'cfn_pipeline.atomic': return None\n"
        "    left -= 1\n"
        "    if left < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return trace\n"
        "files = {f'{name}.yml': sys.argv[3] for name in 'abc'}\n"
        "sys.settrace(trace)\n"
        "output.write_files(files, Path(sys.argv[1]))\n"
    )
    killed = 0
    with_leftovers = 0
    for number in range(30):
        text = f"{number}\n"
        arguments = [str(tmp_path), str(number * 7), text]
        done = subprocess.run([sys.executable, "-c", script, *arguments], check=False)
        killed += done.returncode == -signal.SIGKILL
        with_leftovers += any(name.endswith("-tmp") for name in names(tmp_path))
        for path in tmp_path.glob("*.yml"):
            assert path.read_text() in (text, f"{number - 1}\n"), "never half a file"
        write_files({f"{name}.yml": text for name in "abc"}, tmp_path)
        assert names(tmp_path) == ["a.yml", "b.yml", "c.yml"]
    assert killed > 20
    assert with_leftovers > 10


def test_a_rendering_that_changes_nothing_removes_leftovers_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("same")
    left = tmp_path / f".a.{_NODE}.999999999.abc.cfn-pipeline-tmp"
    left.touch()
    write_files({"a": "same"}, tmp_path)
    assert names(tmp_path) == ["a"]
