"""What a source gives."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts.sources import Revision, fetch


class Repository:
    """A git repository with one commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        (folder / "kept").write_text("one")
        (folder / "inner").mkdir()
        (folder / "inner" / "file").write_text("one")
        (folder / ".gitignore").write_text("ignored\n")
        (folder / "ignored").write_text("x")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "First\n\nwith more")
        self.first = self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def files(source: str, folder: Path, *, history: bool = False) -> tuple[Revision, dict[str, str]]:
    target = folder / "fetched.zip"
    revision = fetch(source, target, history=history)
    with zipfile.ZipFile(target) as opened:
        names = [name for name in opened.namelist() if not name.startswith(".git/")]
        found = {name: opened.read(name).decode() for name in names}
        if history:
            assert ".git/HEAD" in opened.namelist()
    return revision, found


ALL = {".gitignore": "ignored\n", "inner/file": "one", "kept": "one"}


def test_a_clean_folder_is_its_commit(repository: Repository, tmp_path: Path) -> None:
    revision, found = files(str(repository.folder), tmp_path)
    assert found == ALL
    assert (revision.commit, revision.branch) == (repository.first, "main")
    assert revision.message == "First\n\nwith more"
    assert revision.summary == f"{repository.first[:8]} (First)"


def test_what_is_not_committed_goes_in_and_is_no_commit(
    repository: Repository, tmp_path: Path
) -> None:
    (repository.folder / "kept").write_text("two")
    (repository.folder / "new").write_text("new")
    revision, found = files(str(repository.folder), tmp_path)
    assert found == {**ALL, "kept": "two", "new": "new"}
    assert revision.commit != repository.first
    assert len(revision.commit) == 40
    assert revision.summary.endswith("(uncommitted changes)")


@pytest.mark.parametrize("name", ["main", "v1", ""])
def test_a_commit_is_what_it_was(repository: Repository, tmp_path: Path, name: str) -> None:
    repository.git("tag", "v1")
    (repository.folder / "kept").write_text("two")
    revision, found = files(f"{repository.folder}@{name or repository.first}", tmp_path)
    assert found == ALL
    assert revision.commit == repository.first


def test_a_folder_of_a_repository(repository: Repository, tmp_path: Path) -> None:
    (repository.folder / "kept").write_text("changed, but elsewhere")
    revision, found = files(str(repository.folder / "inner"), tmp_path)
    assert found == {"file": "one"}
    assert revision.commit == repository.first


def test_a_clone_for_builds_that_want_the_history(repository: Repository, tmp_path: Path) -> None:
    (repository.folder / "kept").write_text("two")
    revision, found = files(str(repository.folder), tmp_path, history=True)
    assert found == ALL
    assert revision.commit == repository.first


def test_a_folder_of_no_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "file").write_text("text")
    revision, found = files(str(tmp_path / "plain"), tmp_path)
    assert found == {"file": "text"}
    again, _ = files(str(tmp_path / "plain"), tmp_path)
    assert again.commit == revision.commit
    assert len(revision.commit) == 40


@pytest.mark.parametrize("in_git", [False, True])
def test_the_runs_in_a_folder_are_no_files_of_it(in_git: bool, tmp_path: Path) -> None:
    """Where the command runs in a folder that is a source, the archive itself is below it."""
    place = Repository(tmp_path / "place").folder if in_git else tmp_path / "place"
    target = place / ".rehearsal" / "orders-0001" / "artifacts" / "MyApp.zip"
    target.parent.mkdir(parents=True)
    (target.parent / "Other.zip").write_text("of the run")
    (place / "file").write_text("text")
    fetch(str(place), target)
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
    assert "file" in names
    assert not [name for name in names if ".rehearsal" in name]


def test_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as made:
        made.writestr("a/b", "text")
    assert files(str(tmp_path / "given.zip"), tmp_path)[1] == {"a/b": "text"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere", "does not exist; use a folder"),
        ("repository@nothing", "has no commit, tag or branch 'nothing'"),
        ("empty", "the folder is empty"),
        ("text", "the zip cannot be read"),
        ("empty@main", "or is not in a git repository"),
    ],
)
def test_what_is_no_source(
    repository: Repository, tmp_path: Path, source: str, message: str
) -> None:
    assert repository.first
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("text")
    with pytest.raises(RehearsalError, match=message):
        fetch(str(tmp_path / source), tmp_path / "a.zip")
