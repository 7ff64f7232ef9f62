"""The folder of a run: the one place that decides the path of everything in it."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cfn_pipeline.errors import RehearsalError


def path_below(folder: Path, name: str) -> Path:
    """Return the path of a name in a folder.

    Args:
        folder: the folder.
        name: a path in it, from a template, an artifact or a file.

    Raises:
        RehearsalError: the path is not below the folder, links included.

    """
    root = folder.resolve()
    try:
        path = (folder / name).resolve()
    except (ValueError, OSError, RuntimeError):  # NUL, too long, links in a circle
        path = root
    if path == root or not path.is_relative_to(root):
        raise RehearsalError(f"invalid path {name!r}: it must be below {folder}")
    return folder / name


def private(path: str, flags: int) -> int:
    """Open a file as ``open`` does; a new one is readable by its owner only."""
    return os.open(path, flags, 0o600)


def opened(path: Path) -> BinaryIO | None:
    """Return a file of the run, open for reading; None: it is not a file.

    A build can put a link, a pipe or a device in its place.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None


@contextlib.contextmanager
def opened_folder(path: Path) -> Iterator[int]:
    """Yield the descriptor of a folder of the run, which is created if there is none.

    What a build has put in its place, such as a link, is removed.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        path.unlink(missing_ok=True)
        path.mkdir()
        descriptor = os.open(path, flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class BuildFolder:
    """The folder of one build.

    Args:
        path: the folder.

    """

    path: Path

    @property
    def log(self) -> Path:
        """The build's log."""
        return self.path / "log.txt"

    @property
    def calls(self) -> Path:
        """The record of what shims were called with."""
        return self.path / "calls"

    @property
    def tools(self) -> Path:
        """The shims, first on the build's PATH."""
        return self.path / "bin"

    @property
    def commands(self) -> Path:
        """The files by which the shell receives commands and returns exit codes."""
        return self.path / "commands"

    @property
    def home(self) -> Path:
        """The build's HOME."""
        return self.path / "home"

    @property
    def number(self) -> str:
        """The number of the build among those of its action."""
        return self.path.name.rpartition("-")[-1]

    def source(self, artifact: str) -> Path:
        """Return the folder of an input artifact."""
        return path_below(self.path / "src", artifact)


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run.

    Args:
        path: the folder.

    """

    path: Path

    @property
    def journal(self) -> Path:
        """The journal."""
        return self.path / "run.json"

    @property
    def lock(self) -> Path:
        """The file that the process which runs it keeps locked."""
        return self.path / ".lock"

    @property
    def reserve(self) -> Path:
        """A file whose place the journal takes when the disk is full."""
        return self.path / ".reserve"

    @property
    def account(self) -> Path:
        """The saved account of the local AWS."""
        return self.path / "account"

    @property
    def partial_account(self) -> Path:
        """A copy of another run's account, as long as it is incomplete."""
        return self.path / "account.part"

    def archive(self, artifact: str) -> Path:
        """Return the path of an artifact's zip."""
        return path_below(self.path / "artifacts", f"{artifact}.zip")

    def sibling(self, run: str) -> "RunFolder":
        """Return the folder of another run beside this one."""
        return RunFolder(path_below(self.path.parent, run))

    def logs(self) -> dict[str, Path]:
        """Return the logs of all builds, by their path in the folder."""
        return {
            path.relative_to(self.path).as_posix(): path
            for path in self.path.glob("builds/*/log.txt")
        }

    def new_build(self, stage: str, action: str) -> BuildFolder:
        """Create the folder of a build of an action; each build has its own number."""
        number = 1
        while True:
            path = path_below(self.path / "builds", f"{stage}-{action}-{number}")
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                number += 1
            else:
                return BuildFolder(path)
