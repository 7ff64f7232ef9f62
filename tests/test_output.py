"""Files are replaced whole, all or none, and only where they would change."""

import os
from pathlib import Path

import pytest

from cfn_pipeline import OutputError
from cfn_pipeline.output import differences, write_files

FILES = {"a.yml": "A: 1\n", "b.yml": "B: ü\n"}


def test_files_are_written_and_left_alone_when_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    assert [change.written for change in write_files(FILES, folder)] == [True, True]
    os.utime(folder / "a.yml", (1, 1))
    changed = write_files({**FILES, "b.yml": "B: 2\n"}, folder)
    assert [(change.path.name, change.written) for change in changed] == [
        ("a.yml", False),
        ("b.yml", True),
    ]
    assert (folder / "a.yml").stat().st_mtime == 1
    assert sorted(path.name for path in folder.iterdir()) == ["a.yml", "b.yml"]


def test_permissions_of_a_replaced_file_stay(tmp_path: Path) -> None:
    write_files(FILES, tmp_path)
    (tmp_path / "a.yml").chmod(0o640)
    write_files({"a.yml": "A: 2\n"}, tmp_path)
    assert (tmp_path / "a.yml").stat().st_mode & 0o777 == 0o640


def test_nothing_is_written_when_one_file_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "b.yml").mkdir()
    with pytest.raises(OutputError, match=r"b\.yml: cannot be read: Is a directory"):
        write_files(FILES, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["b.yml"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file.*cannot be"):
        write_files(FILES, tmp_path / "file")


def test_a_failure_while_staging_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_files({"a.yml": "A: 1\n", "a.yml/b.yml": "x\n"}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_differences_are_unified_diffs(tmp_path: Path) -> None:
    write_files(FILES, tmp_path)
    assert list(differences(FILES, tmp_path)) == []
    stale = "".join(differences({"a.yml": "A: 2\n", "c.yml": "C: 1\n"}, tmp_path))
    assert "-A: 1\n+A: 2\n" in stale
    assert "--- /dev/null" in stale
    assert "+C: 1\n" in stale
