"""The files of a source action: a folder, a git repository at a commit, or a zip."""

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal import processes
from cfn_pipeline.rehearsal.artifacts.zips import files_below, unzip, zip_of

__all__ = ["Revision", "fetch", "parse_source"]


#: Characters of a commit's subject in a summary; longer ones would widen tables.
_SUBJECT = 40


@dataclass(frozen=True, kw_only=True)
class Revision:
    """The revision of a source.

    Args:
        commit: 40 hexadecimal digits: the commit, or a hash of the files if they match no commit.
        message: the commit's message; empty: the files match no commit.
        date: the commit's date, in ISO 8601; empty: the files match no commit.
        branch: the branch that is checked out; empty: none.

    """

    commit: str
    message: str = ""
    date: str = ""
    branch: str = ""

    @property
    def summary(self) -> str:
        """The revision in a short line."""
        subject = self.message.splitlines()[0] if self.message else "not a commit"
        subject = subject if len(subject) <= _SUBJECT else f"{subject[:_SUBJECT]}..."
        return f"{self.commit[:8]} ({subject})"


def fetch(source: str, target: Path, *, history: bool = False) -> Revision:
    """Write the zip of a source, and return its revision.

    In a git repository, ignored files are left out and uncommitted changes are included.

    Args:
        source: a folder; a folder in a git repository, ``@`` and a commit, tag or branch; or a zip.
        target: the zip to write.
        history: whether the zip contains a clone of the repository, as CODEBUILD_CLONE_REF does.

    Raises:
        RehearsalError: the folder, zip or commit does not exist.

    """
    path, revision = parse_source(source)
    if path.is_file():
        return _fetch_zip(path, source, target)
    if history:
        return _fetch_clone(path, revision or "HEAD", source, target)
    if revision:
        return _fetch_commit(path, revision, source, target)
    files = _files(path)
    if not files:
        raise RehearsalError(f"source {source}: the folder is empty")
    zip_of(files, target)
    if _is_clean(path):
        return _revision(path, "HEAD")
    return Revision(commit=_digest(target), branch=_git(path, "branch", "--show-current"))


def parse_source(source: str) -> tuple[Path, str]:
    """Return the path of a source and its git revision; empty: none is given.

    Raises:
        RehearsalError: the folder, zip or commit does not exist.

    """
    if not source:
        raise RehearsalError("the source is empty; use a folder, FOLDER@COMMIT or a zip")
    path, revision = Path(source).expanduser(), ""
    if not path.exists() and "@" in source:
        before, _, revision = source.rpartition("@")
        path = Path(before).expanduser()
    if not path.is_dir() and (revision or not path.is_file()):
        raise RehearsalError(
            f"source {source}: {path} does not exist; use a folder, FOLDER@COMMIT or a zip"
        )
    if revision:
        _commit(path, revision, source)
    return path, revision


def _fetch_zip(path: Path, source: str, target: Path) -> Revision:
    with tempfile.TemporaryDirectory() as folder:
        try:
            unzip(path, Path(folder))
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise RehearsalError(f"source {source}: the zip cannot be read: {error}") from error
        zip_of(files_below(Path(folder)), target)
    return Revision(commit=_digest(target))


def _fetch_commit(path: Path, revision: str, source: str, target: Path) -> Revision:
    commit = _commit(path, revision, source)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "archive.zip")
        _require_git(path, source, "archive", "--format=zip", f"--output={archive}", commit)
        unzip(archive, Path(folder, "files"))
        zip_of(files_below(Path(folder, "files")), target)
    return _revision(path, commit)


def _fetch_clone(path: Path, revision: str, source: str, target: Path) -> Revision:
    commit = _commit(path, revision, source)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        _require_git(path, source, "clone", "--quiet", "--no-hardlinks", ".", str(clone))
        _require_git(path, source, "-C", str(clone), "checkout", "--quiet", commit)
        files = {p.relative_to(clone).as_posix(): p for p in clone.rglob("*") if p.is_file()}
        zip_of(files, target)
    return _revision(path, commit)


def _commit(path: Path, revision: str, source: str) -> str:
    commit = _git(path, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise RehearsalError(
            f"source {source}: {path} has no commit, tag or branch {revision!r}, or is not in a "
            "git repository"
        )
    return commit


def _files(path: Path) -> dict[str, Path]:
    code, output, _ = _run(path, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    if code != 0:
        return files_below(path)
    names = [name for name in output.split("\0") if name]
    return {name: path / name for name in names if (path / name).is_file()}


def _is_clean(path: Path) -> bool:
    code, changes, _ = _run(path, ["status", "--porcelain", "--", "."])
    has_commit = _git(path, "log", "-1", "--format=%H", "--", ".")
    return code == 0 and not changes.strip() and bool(has_commit)


def _revision(path: Path, commit: str) -> Revision:
    log = _git(path, "log", "-1", "--format=%H%n%aI%n%B", commit)
    number, date, *message = log.split("\n")
    return Revision(
        commit=number,
        date=date,
        message="\n".join(message).strip(),
        branch=_git(path, "branch", "--show-current"),
    )


def _git(path: Path, *arguments: str) -> str:
    """Return what git prints; empty: it fails."""
    code, output, _ = _run(path, arguments)
    return output.strip() if code == 0 else ""


def _require_git(path: Path, source: str, *arguments: str) -> None:
    code, _, errors = _run(path, arguments)
    if code != 0:
        raise RehearsalError(f"source {source}: {errors.strip()}")


def _run(path: Path, arguments: Sequence[str]) -> tuple[int, str, str]:
    """Return exit code, output and errors of git."""
    try:
        done = processes.run(["git", "-C", str(path), *arguments])
    except FileNotFoundError:  # without git, every folder is an ordinary one
        return 127, "", "git is not installed"
    return done.returncode, done.stdout, done.stderr


def _digest(archive: Path) -> str:
    return hashlib.sha1(archive.read_bytes(), usedforsecurity=False).hexdigest()
