"""Artifacts as zips."""

import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfn_pipeline.rehearsal.artifacts.trees import tree_of
from cfn_pipeline.rehearsal.artifacts.zips import unzip, zip_of

NAMES = st.text("abcäß .-_", min_size=1, max_size=8).filter(lambda n: n.strip(" .") == n)
FILES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary())


@given(FILES)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in")
        written: dict[Path, bytes] = {}
        for name, content in files.items():
            path = source / name
            if any(
                str(other).startswith(f"{path}/") or path.is_relative_to(other) for other in written
            ):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written[path] = content
        archive = zip_of(tree_of(source).files, Path(folder, "a.zip"))
        unzip(archive, Path(folder, "out"))
        found = {p.relative_to(source).as_posix(): c for p, c in written.items()}
        assert {n: p.read_bytes() for n, p in tree_of(Path(folder, "out")).files.items()} == found


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        for file in ("b", "a") if name == "one" else ("a", "b"):
            (tmp_path / name / file).write_text(file)
    zips = [zip_of(tree_of(tmp_path / n).files, tmp_path / f"{n}.zip") for n in ("one", "two")]
    assert zips[0].read_bytes() == zips[1].read_bytes()


def test_permissions_last(tmp_path: Path) -> None:
    tool = tmp_path / "in" / "tool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    unzip(zip_of({"tool": tool}, tmp_path / "a.zip"), tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out" / "tool").stat().st_mode) == 0o755


def test_nothing_half_written(tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    with pytest.raises(FileNotFoundError):
        zip_of({"lacking": tmp_path / "lacking"}, target)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("")
    unzip(zip_of({"new": tmp_path / "file"}, tmp_path / "a.zip"), tmp_path / "out")
    assert list(tree_of(tmp_path / "out").files) == ["new"]
