"""The files of an artifact."""

import os
import threading
from pathlib import Path

import pytest

from cfn_pipeline.buildspec.reading import Files
from cfn_pipeline.rehearsal.building.collecting import collect
from cfn_pipeline.rehearsal.outcome import ActionFailed, Stopped


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in ("a.txt", "out/b.txt", "out/deep/c.txt", "out/deep/.hidden", "other/b.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (Files(patterns=["a.txt"]), {"a.txt": "a.txt"}),
        (Files(patterns=["./a.txt", "a.txt"]), {"a.txt": "a.txt"}),
        (Files(patterns=["out/*"]), {"out/b.txt": "out/b.txt"}),
        (
            Files(patterns=["**/*"], base="out"),
            {
                "b.txt": "out/b.txt",
                "deep/c.txt": "out/deep/c.txt",
                "deep/.hidden": "out/deep/.hidden",
            },
        ),
        (
            Files(patterns=["**/*"], base="out", excluded=["deep/**"]),
            {"b.txt": "out/b.txt"},
        ),
        (Files(patterns=["out/deep/c.txt"], flat=True), {"c.txt": "out/deep/c.txt"}),
        (Files(patterns=["b.txt"], base="o*"), {"b.txt": "other/b.txt"}),
        (Files(patterns=["$NAME", "${NAME}"]), {"a.txt": "a.txt"}),
    ],
)
def test_which_files_are_taken(source: Path, files: Files, found: dict[str, str]) -> None:
    taken = collect(files, source, {"NAME": "a.txt"}).files
    assert {name: path.read_text() for name, path in taken.items()} == found


def test_a_folder_of_an_absolute_path(source: Path) -> None:
    files = Files(patterns=["b.txt"], base=str(source / "out"))
    found = collect(files, source / "other", {}).files
    assert found == {"b.txt": source / "out" / "b.txt"}


@pytest.mark.parametrize("pattern", ["nothing", "out", "$UNKNOWN"])
def test_nothing_is_a_failure(source: Path, pattern: str) -> None:
    with pytest.raises(ActionFailed, match="no matching artifact paths found for"):
        collect(Files(patterns=[pattern]), source, {})


@pytest.mark.parametrize("path", ["../x", "..", "a/../../x", "../*", "link/x", "link/**/*", "a\0b"])
@pytest.mark.parametrize("container", [False, True])
def test_paths_out_of_the_source_are_refused(source: Path, path: str, container: bool) -> None:
    inner = source / "src" / "App"
    inner.mkdir(parents=True)
    (inner / "link").symlink_to("/etc")
    shared = source / "src" if container else None
    for files in (Files(patterns=[path]), Files(patterns=["*"], base=path)):
        with pytest.raises(ActionFailed, match="UPLOAD_ARTIFACTS: "):
            collect(files, inner, {}, container=shared)


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/*"])
def test_a_container_shares_the_folder_of_the_build_only(source: Path, path: str) -> None:
    files = Files(patterns=[path])
    assert "etc/passwd" in collect(files, source / "out", {}).files
    with pytest.raises(ActionFailed, match="is outside of the folder of the build"):
        collect(files, source / "out", {}, container=source)


def test_another_source_is_no_stranger(source: Path) -> None:
    files = Files(patterns=["b.txt"], base="$CODEBUILD_SRC_DIR_Other")
    variables = {"CODEBUILD_SRC_DIR_Other": str(source / "other")}
    found = collect(files, source / "out", variables, container=source)
    assert found.files == {"b.txt": source / "other" / "b.txt"}


def test_links_are_not_followed_out_of_the_source_nor_into_folders(source: Path) -> None:
    inner = source / "src" / "App"
    (inner / "folder").mkdir(parents=True)
    (inner / "folder" / "file").write_text("text")
    for name, target in (("passwd", "/etc/passwd"), ("to", "folder"), ("file", "folder/file")):
        (inner / name).symlink_to(target)
    (inner / "root").symlink_to("/")
    found = collect(Files(patterns=["**/*"]), inner, {})
    assert found.files == {
        "file": inner / "folder" / "file",
        "folder/file": inner / "folder" / "file",
    }
    assert found.left_out == {
        "passwd": "a link that leads out of the source",
        "root": "a link that leads out of the source",
        "to": "a link to a folder",
    }
    kept = collect(Files(patterns=["**/*"], links=True), inner, {})
    assert kept.files["to"].is_symlink()
    assert kept.files["file"].is_symlink()
    through = collect(Files(patterns=["to/*"]), inner, {})
    assert list(through.files) == ["to/file"]


def test_folders_that_link_to_each_other(source: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        folder = source / "src" / name
        folder.mkdir(parents=True)
        (folder / "file").write_text(name)
        for number in range(3):
            (folder / f"to{number}").symlink_to(f"../{other}")
    found = collect(Files(patterns=["**/*"], excluded=["**/to0"]), source / "src", {})
    assert set(found.files) == {"a/file", "b/file"}


def test_collecting_ends_when_the_run_stops(source: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        collect(Files(patterns=["**/*"]), source, {}, stop=stop)


def test_a_name_that_is_not_utf8_is_told(source: Path) -> None:
    (source / os.fsdecode(b"caf\xe9")).write_text("x")
    found = collect(Files(patterns=["*"]), source, {})
    assert "'caf\\udce9' (its name is not UTF-8)" in found.notice


def test_patterns_take_linear_time(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a"] * 60)
    deep.mkdir(parents=True)
    (deep / ("a" * 200)).write_text("")
    for pattern in ("/".join(["**", "a"] * 40) + "/x", "**/" + "*a" * 60 + "x"):
        with pytest.raises(ActionFailed, match="no matching"):
            collect(Files(patterns=[pattern]), tmp_path, {})
