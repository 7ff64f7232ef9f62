"""What a source action gives: a folder, or a git repository at a commit."""

import hashlib
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts.zips import files_below, unzip, zip_of

__all__ = ["Revision", "fetch", "refuse_missing"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What was fetched.

    Args:
        commit: 40 digits: of the commit where the files are just those of one, else of the files.
        message: the commit's message; empty: the files are those of no commit.
        date: the commit's date, as ISO 8601 has it; empty: the same.
        branch: the branch that is checked out; empty: none.

    """

    commit: str
    message: str = ""
    date: str = ""
    branch: str = ""

    @property
    def shown(self) -> str:
        """The revision for people."""
        said = self.message.splitlines()[0] if self.message else "files of no commit"
        return f"{self.commit[:8]} ({said})"


def fetch(source: str, target: Path, *, history: bool = False) -> Revision:
    """Zip a source, and say which revision it is.

    Of a folder in a git repository, what git ignores stays out, and what is not committed goes in.

    Args:
        source: a folder; a folder in a git repository and ``@``, then a commit, tag or branch; or a
            zip.
        target: the zip to write.
        history: whether the zip holds a clone of the repository, as CODEBUILD_CLONE_REF says.

    Raises:
        RehearsalError: there is no such folder or commit.

    """
    path, revision = refuse_missing(source)
    if path.is_file():
        return _fetch_zip(path, source, target)
    if history:
        return _fetch_clone(path, revision or "HEAD", source, target)
    if revision:
        return _fetch_commit(path, revision, source, target)
    files = _files(path)
    if not files:
        raise RehearsalError(f"the source {source}: the folder is empty")
    zip_of(files, target)
    if _is_clean(path):
        return _revision(path, "HEAD")
    return Revision(commit=_digest(target), branch=_git(path, "branch", "--show-current"))


def refuse_missing(source: str) -> tuple[Path, str]:
    """Return the path of a source, and the revision in it; empty: none is named.

    Raises:
        RehearsalError: there is no such folder or zip.

    """
    if not source:
        raise RehearsalError("a source is empty; give a folder, FOLDER@COMMIT, or a zip")
    path, revision = Path(source).expanduser(), ""
    if not path.exists() and "@" in source:
        before, _, revision = source.rpartition("@")
        path = Path(before).expanduser()
    if not path.is_dir() and (revision or not path.is_file()):
        raise RehearsalError(
            f"the source {source}: there is no folder {path}; give a folder, FOLDER@COMMIT, or a "
            "zip"
        )
    if revision:
        _commit(path, revision, source)
    return path, revision


def _fetch_zip(path: Path, source: str, target: Path) -> Revision:
    with tempfile.TemporaryDirectory() as folder:
        try:
            unzip(path, Path(folder))
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise RehearsalError(f"the source {source}: this is no zip: {error}") from error
        zip_of(files_below(Path(folder)), target)
    return Revision(commit=_digest(target))


def _fetch_commit(path: Path, revision: str, source: str, target: Path) -> Revision:
    commit = _commit(path, revision, source)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "archive.zip")
        done = _run(path, ["archive", "--format=zip", f"--output={archive}", commit])
        if done.returncode != 0:
            raise RehearsalError(f"the source {source}: {done.stderr.strip()}")
        unzip(archive, Path(folder, "files"))
        zip_of(files_below(Path(folder, "files")), target)
    return _revision(path, commit)


def _fetch_clone(path: Path, revision: str, source: str, target: Path) -> Revision:
    commit = _commit(path, revision, source)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        for words in (
            ["clone", "--quiet", "--no-hardlinks", ".", str(clone)],
            ["-C", str(clone), "checkout", "--quiet", commit],
        ):
            done = _run(path, words)
            if done.returncode != 0:
                raise RehearsalError(f"the source {source}: {done.stderr.strip()}")
        files = {p.relative_to(clone).as_posix(): p for p in clone.rglob("*") if p.is_file()}
        zip_of(files, target)
    return _revision(path, commit)


def _commit(path: Path, revision: str, source: str) -> str:
    commit = _git(path, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise RehearsalError(
            f"the source {source}: {path} has no commit, tag or branch {revision!r}, or is in no "
            "git repository"
        )
    return commit


def _files(path: Path) -> dict[str, Path]:
    listed = _run(path, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    if listed.returncode != 0:
        return files_below(path)
    names = [name for name in listed.stdout.split("\0") if name]
    return {name: path / name for name in names if (path / name).is_file()}


def _is_clean(path: Path) -> bool:
    done = _run(path, ["status", "--porcelain", "--", "."])
    has_commit = _git(path, "log", "-1", "--format=%H", "--", ".")
    return done.returncode == 0 and not done.stdout.strip() and bool(has_commit)


def _revision(path: Path, commit: str) -> Revision:
    found = _git(path, "log", "-1", "--format=%H%n%aI%n%B", commit)
    number, date, *message = found.split("\n")
    return Revision(
        commit=number,
        date=date,
        message="\n".join(message).strip(),
        branch=_git(path, "branch", "--show-current"),
    )


def _git(path: Path, *words: str) -> str:
    done = _run(path, words)
    return done.stdout.strip() if done.returncode == 0 else ""


def _run(path: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-C", str(path), *words],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:  # no git here: every folder is just a folder
        return subprocess.CompletedProcess(words, 127, "", "git is not installed")


def _digest(archive: Path) -> str:
    return hashlib.sha1(archive.read_bytes(), usedforsecurity=False).hexdigest()
