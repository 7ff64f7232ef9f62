"""Files are replaced whole, and what killed processes left behind is removed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cfn_pipeline.atomic import replace_file, replace_files


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
