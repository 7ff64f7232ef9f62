"""The files of an artifact."""

from pathlib import Path

import pytest

from cfn_pipeline.buildspec.reading import Files
from cfn_pipeline.rehearsal.building.collecting import collect
from cfn_pipeline.rehearsal.outcome import ActionFailed


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
    taken = collect(files, source, {"NAME": "a.txt"})
    assert {name: path.read_text() for name, path in taken.items()} == found


def test_a_folder_of_an_absolute_path(source: Path) -> None:
    files = Files(patterns=["b.txt"], base=str(source / "out"))
    assert collect(files, source / "other", {}) == {"b.txt": source / "out" / "b.txt"}


@pytest.mark.parametrize("pattern", ["nothing", "out", "$UNKNOWN"])
def test_nothing_is_a_failure(source: Path, pattern: str) -> None:
    with pytest.raises(ActionFailed, match="no matching artifact paths found for"):
        collect(Files(patterns=[pattern]), source, {})
