"""The files of a source action: a folder, a git repository at a commit, or a zip."""

import hashlib
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cfn_pipeline.errors import RehearsalError
from cfn_pipeline.rehearsal.artifacts import git
from cfn_pipeline.rehearsal.artifacts.trees import Tree, file_names, is_utf8, tree, tree_of
from cfn_pipeline.rehearsal.artifacts.zips import unzip, zip_of

__all__ = ["RUNS", "Revision", "fetch", "parse_source"]


#: The folder of runs, unless another one is given. In a source, it is left out.
RUNS = ".rehearsal"
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
        nothing = "uncommitted changes" if self.branch else "not a commit"
        subject = self.message.splitlines()[0] if self.message else nothing
        subject = subject if len(subject) <= _SUBJECT else f"{subject[:_SUBJECT]}..."
        return f"{self.commit[:8]} ({subject})"


def fetch(
    source: str,
    target: Path,
    *,
    history: bool = False,
    stop: threading.Event | None = None,
    notify: Callable[[str], object] | None = None,
) -> Revision:
    """Write the zip of a source, and return its revision.

    In a git repository, ignored files are left out and uncommitted changes are included. Links are
    kept as links, and left out if they lead out of the source. Runs (``.rehearsal``) are left out.

    Args:
        source: a folder; a folder in a git repository, ``@`` and a commit, tag or branch; or a zip.
        target: the zip to write.
        history: whether the zip contains a clone of the repository, as CODEBUILD_CLONE_REF does.
        stop: set when the run is to stop.
        notify: shows a notice; None: notices are dropped.

    Raises:
        RehearsalError: the folder, zip or commit does not exist, or cannot be read.
        Stopped: the run is to stop.

    """
    path, revision = parse_source(source)
    with tempfile.TemporaryDirectory() as folder:
        if path.is_file():
            files = _files_of_zip(path, source, Path(folder), stop)
        elif history:
            files = _files_of_clone(path, revision or "HEAD", source, Path(folder), stop)
        elif revision:
            files = _files_of_commit(path, revision, source, Path(folder), stop)
        else:
            files = _files(path, stop)
            if not files.files:
                raise RehearsalError(f"source {source}: the folder is empty")
        zip_of(files.files, target, stop)
    if notify is not None and files.notice:
        notify(f"source {source}: {files.notice}")
    if path.is_file():
        return Revision(commit=_digest(target))
    if history or revision:
        return _revision(path, _commit(path, revision or "HEAD", source))
    if _is_clean(path):
        return _revision(path, "HEAD")
    return Revision(commit=_digest(target), branch=git.output(path, "branch", "--show-current"))


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


def _files_of_zip(path: Path, source: str, folder: Path, stop: threading.Event | None) -> Tree:
    try:
        links = unzip(path, folder / "files", stop)
    except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        raise RehearsalError(f"source {source}: the zip cannot be read: {error}") from error
    return _with_links(tree_of(folder / "files", stop), links)


def _files_of_commit(
    path: Path, revision: str, source: str, folder: Path, stop: threading.Event | None
) -> Tree:
    commit, archive = _commit(path, revision, source), folder / "archive.zip"
    git.require(path, source, "archive", "--format=zip", f"--output={archive}", commit)
    links = unzip(archive, folder / "files", stop)
    found = _with_links(tree_of(folder / "files", stop), links)
    # git writes names as they are, and zips without a mark are read as code page 437.
    names = git.output(path, "ls-tree", "-r", "-z", "--name-only", commit).split("\0")
    other = {os.fsencode(n).decode("cp437"): n for n in names if not is_utf8(n)}
    return Tree(
        files={name: file for name, file in found.files.items() if name not in other},
        left_out={**found.left_out, **dict.fromkeys(other.values(), "its name is not UTF-8")},
    )


def _files_of_clone(
    path: Path, revision: str, source: str, folder: Path, stop: threading.Event | None
) -> Tree:
    commit, clone = _commit(path, revision, source), folder / "clone"
    git.require(path, source, "clone", "--quiet", "--no-hardlinks", ".", str(clone))
    git.require(path, source, "-C", str(clone), "checkout", "--quiet", commit)
    return tree_of(clone, stop, git=True)


def _with_links(found: Tree, links: Sequence[str]) -> Tree:
    """Return a tree from which links of an archive are left out."""
    reasons = dict.fromkeys(links, "a link that leads out of the folder")
    return Tree(files=found.files, left_out={**found.left_out, **reasons})


def _commit(path: Path, revision: str, source: str) -> str:
    commit = git.output(path, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise RehearsalError(
            f"source {source}: {path} has no commit, tag or branch {revision!r}, or is not in a "
            "git repository"
        )
    return commit


def _files(path: Path, stop: threading.Event | None) -> Tree:
    code, output, _ = git.run(
        path, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    )
    names = output.split("\0") if code == 0 else file_names(path, stop)
    return tree(path, (name for name in names if name and RUNS not in name.split("/")), stop)


def _is_clean(path: Path) -> bool:
    # Submodules have programs of their own.
    words = ["status", "--porcelain", "--ignore-submodules=dirty", "--", "."]
    code, changes, _ = git.run(path, words)
    has_commit = git.output(path, "log", "-1", "--format=%H", "--", ".")
    return code == 0 and not changes.strip() and bool(has_commit)


def _revision(path: Path, commit: str) -> Revision:
    log = git.output(path, "log", "-1", "--format=%H%n%aI%n%B", commit)
    number, date, *message = log.split("\n")
    return Revision(
        commit=number,
        date=date,
        message=git.as_text("\n".join(message).strip()),
        branch=git.output(path, "branch", "--show-current"),
    )


def _digest(archive: Path) -> str:
    with archive.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.sha1, usedforsecurity=False)).hexdigest()
