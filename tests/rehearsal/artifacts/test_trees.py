"""Links, names and walks."""

import os
import stat
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts import trees
from cfn_pipeline.rehearsal.artifacts.sources import fetch
from cfn_pipeline.rehearsal.artifacts.trees import tree_of, walk
from cfn_pipeline.rehearsal.artifacts.zips import unzip, zip_of
from cfn_pipeline.rehearsal.outcome import Stopped
from tests.rehearsal.artifacts.test_sources import Repository

GIT = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com")

#: What a link leads to, and whether it is kept.
LINKS = [
    ("file", True),
    ("inner", True),
    ("inner/../file", True),
    ("nothing", True),
    (".", True),
    ("/etc/passwd", False),
    ("..", False),
    ("../secret", False),
    ("inner/../../secret", False),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "source"
    (folder / "inner").mkdir(parents=True)
    (folder / "file").write_text("text")
    (folder / "inner" / "other").write_text("other")
    return folder


@pytest.mark.parametrize(("target", "is_kept"), LINKS)
@pytest.mark.parametrize("kind", ["folder", "repository", "commit", "clone", "zip"])
def test_links_are_kept_or_left_out(
    source: Path, tmp_path: Path, kind: str, target: str, is_kept: bool
) -> None:
    spelled = str(source)
    if kind in ("repository", "commit", "clone"):
        (source / "link").symlink_to(target)
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
            subprocess.run([*GIT, *words], cwd=source, check=True)
        spelled += "@HEAD" if kind == "commit" else ""
    elif kind == "zip":
        spelled = str(tmp_path / "source.zip")
        with zipfile.ZipFile(spelled, "w") as archive:
            archive.writestr("file", "text")
            archive.writestr("inner/other", "other")
            entry = zipfile.ZipInfo("link")
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
    else:
        (source / "link").symlink_to(target)
    notices: list[str] = []
    fetch(spelled, tmp_path / "a.zip", history=kind == "clone", notify=notices.append)
    assert b"secret" not in (tmp_path / "a.zip").read_bytes()
    unzip(tmp_path / "a.zip", tmp_path / "out")
    link = tmp_path / "out" / "link"
    if is_kept:
        assert str(link.readlink()) == target
        assert notices == []
    else:
        assert not os.path.lexists(link)
        assert notices == [
            f"source {spelled}: left out: 'link' (a link that leads out of the folder)"
        ]
    assert (tmp_path / "out" / "inner" / "other").read_text() == "other"


def with_links(path: Path, *links: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d/file", "text")
        for name, target in links:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, target)
    return path


@pytest.mark.parametrize(
    "links",
    [
        [("a", ".."), ("a/evil", "x")],
        [("a", "d"), ("a/evil", "../..")],
        [("d/up", "../.."), ("evil", "d/up/x")],
        [("d/e", "."), ("evil", "d/e/../../x")],
        [("d/e", ".."), ("evil", "d/e/../x")],
        [("../evil", "d")],
        [("/evil", "d")],
        [("evil", "/etc/passwd")],
        [("evil", "d\0x")],
        [("d", "..")],
    ],
)
def test_links_of_a_zip_lead_to_nothing_outside(
    tmp_path: Path, links: list[tuple[str, str]]
) -> None:
    out = tmp_path / "deep" / "out"
    unzip(with_links(tmp_path / "a.zip", *links), out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "deep"]
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]
    for path, _ in walk(out):
        assert Path(os.path.realpath(out / path)).is_relative_to(out)
    assert (out / "d" / "file").read_text() == "text"


def test_links_in_a_circle(tmp_path: Path) -> None:
    out = tmp_path / "out"
    unzip(with_links(tmp_path / "a.zip", ("a", "b"), ("b", "a")), out)
    assert set(tree_of(out).files) == {"a", "b", "d/file"}


def test_folders_that_link_to_each_other_are_walked_once(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
        for number in range(3):
            (tmp_path / name / f"to{number}").symlink_to(f"../{other}")
    assert len(list(walk(tmp_path))) == 10


def test_a_walk_ends_when_the_run_stops(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        list(walk(tmp_path, stop))
    with pytest.raises(Stopped):
        zip_of({"file": tmp_path / "file"}, tmp_path / "a.zip", stop)
    assert not (tmp_path / "a.zip").exists()


def test_a_walk_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST", 3)
    for name in "abcd":
        (tmp_path / name).write_text("")
    with pytest.raises(RehearsalError, match="has more than 3 files and folders"):
        tree_of(tmp_path)


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert tree_of(tmp_path).files == {}


@pytest.mark.parametrize("kind", ["folder", "repository", "commit"])
def test_names_that_are_not_utf8_are_told(tmp_path: Path, kind: str) -> None:
    repository = Repository(tmp_path / "repository")
    name = os.fsdecode(b"caf\xe9")
    if kind == "folder":
        folder = tmp_path / "folder"
        folder.mkdir()
    else:
        folder = repository.folder
    (folder / name).write_text("x")
    (folder / "käse").write_text("x")
    if kind == "commit":
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", "Second")
    spelled = f"{folder}@HEAD" if kind == "commit" else str(folder)
    notices: list[str] = []
    fetch(spelled, tmp_path / "a.zip", notify=notices.append)
    assert notices == [
        rf"source {spelled}: left out: 'caf\udce9' (its name is not UTF-8)",
    ]
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
    assert "käse" in names
    assert [n for n in names if n.startswith("caf")] == []


def test_a_file_and_a_folder_with_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "file")
        archive.writestr("a/b", "file")
    with pytest.raises(RehearsalError, match="it has a file and a folder with one name: 'a/b'"):
        fetch(str(path), tmp_path / "b.zip")


def test_a_zip_that_would_fill_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"x")
    data = path.read_bytes()
    size = (0xFFFFFFF0).to_bytes(4, "little")
    one = (1).to_bytes(4, "little")
    # The directory at the end says how long the files are; three of them are too long.
    at = data.index(b"PK\x01\x02")
    entry = data[at : data.index(b"PK\x05\x06")].replace(one, size, 1)
    end = bytearray(data[data.index(b"PK\x05\x06") :])
    end[8:10] = end[10:12] = (3).to_bytes(2, "little")
    end[12:16] = (3 * len(entry)).to_bytes(4, "little")
    path.write_bytes(data[:at] + 3 * entry + bytes(end))
    with pytest.raises(RehearsalError, match="its files have more than 8 GB"):
        fetch(str(path), tmp_path / "b.zip")
