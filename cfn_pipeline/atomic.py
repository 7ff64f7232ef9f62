"""Files that are replaced whole, or not at all.

The new content is written to a temporary file beside the target, which then takes its place. The
temporary file of a process that was killed is removed by the next process that renders there.
"""

import contextlib
import itertools
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

_SUFFIX = ".cfn-pipeline-tmp"
#: The machine is part of the name: a process id says nothing about another machine's processes.
_NODE = re.sub(r"[^\w-]", "", os.uname().nodename)[:24] if hasattr(os, "uname") else ""
_TEMPORARY = re.compile(rf"\..+\.([\w-]*)\.(\d+)\.\w+{re.escape(_SUFFIX)}", re.DOTALL)
#: Seconds after which a temporary file is of no use to any process, on whatever machine.
_LONGEST_WRITE = 24 * 60 * 60
#: Characters of the target's name in the temporary one: file systems take 255 bytes.
_NAME = 32
_NUMBERS = itertools.count()


@contextlib.contextmanager
def replace_file(target: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """Yield a file to write to, which replaces the target when the block ends without an error.

    Args:
        target: the file; a link is followed. Its folder must exist.
        mode: permissions of the new file; None: those of the target, or what the umask leaves of
            0666 where there is none.

    Raises:
        OSError: the file cannot be written; the target is as it was.

    """
    target = target.resolve()
    remove_stale(target.parent)
    temporary, file = _open_temporary(target)
    try:
        with file:
            yield file
        temporary.chmod(_mode(target) if mode is None else mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@dataclass(kw_only=True)
class Staged:
    """Files that are written beside their places, and not in them yet.

    Args:
        files: the temporary file of each target.
        backups: a copy of each target that exists.
        folders: the folders that were created for them, outer ones first.

    """

    files: dict[Path, Path] = field(default_factory=dict)
    backups: dict[Path, Path] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Replace several files: all of them, or none.

    Everything is written beside its place first, so that most failures come before any change.

    Args:
        files: the content, by path; a link is followed. Permissions of existing files are kept.

    Raises:
        OSError: a file cannot be written; all are as they were.

    """
    swap([stage_files(files)])


def stage_files(files: Mapping[Path, bytes]) -> Staged:
    """Write several files beside their places, and create the folders that they need.

    Args:
        files: the content, by path; a link is followed. Permissions of existing files are kept.

    Raises:
        OSError: a file cannot be written; nothing is left of the others.

    """
    staged = Staged()
    try:
        for folder in dict.fromkeys(path.parent for path in files):
            _create(folder, staged.folders)
            remove_stale(folder)
        for path, content in files.items():
            target = path.resolve() if path.is_symlink() else path
            staged.files[target] = _stage(target, content)
            if target.exists():
                staged.backups[target] = _stage(target, target.read_bytes())
    except BaseException:
        discard([staged])
        raise
    return staged


def swap(every: Iterable[Staged]) -> None:
    """Put staged files in their places: all of them, or none.

    Raises:
        OSError: a file cannot be replaced; all are as they were.

    """
    every = list(every)
    done: list[tuple[Staged, Path]] = []
    try:
        for staged in every:
            for target, temporary in staged.files.items():
                temporary.replace(target)
                done.append((staged, target))
    except BaseException:
        for staged, target in done:
            with contextlib.suppress(OSError):
                backup = staged.backups.get(target)
                target.unlink() if backup is None else backup.replace(target)
        discard(every)
        raise
    for staged in every:
        _unlink(staged.backups.values())


def discard(every: Iterable[Staged]) -> None:
    """Remove staged files, and the folders that were created for them."""
    for staged in every:
        _unlink([*staged.files.values(), *staged.backups.values()])
        for folder in reversed(staged.folders):
            with contextlib.suppress(OSError):  # another process has written there
                folder.rmdir()


def _unlink(files: Iterable[Path]) -> None:
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _create(folder: Path, created: list[Path]) -> None:
    """Create a folder and those above it; add those that did not exist."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        _create(folder.parent, created)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():  # it is a file, and not another process's folder
            raise
    else:
        created.append(folder)


def _stage(target: Path, content: bytes) -> Path:
    temporary, file = _open_temporary(target)
    try:
        with file:
            file.write(content)
        temporary.chmod(_mode(target))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _open_temporary(target: Path) -> tuple[Path, BinaryIO]:
    """Create a file beside the target that only this user can read."""
    for number in _NUMBERS:
        name = f".{target.name[:_NAME]}.{_NODE}.{os.getpid()}.{number}{_SUFFIX}"
        temporary = target.with_name(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with contextlib.suppress(FileExistsError):  # of an earlier process with this number
            return temporary, os.fdopen(os.open(temporary, flags, 0o600), "wb")
    raise AssertionError  # numbers do not end


def remove_stale(folder: Path) -> None:
    """Remove the temporary files of processes that were killed.

    These are the files of processes of this machine that no longer run, and those that are older
    than a day: another machine, or a container, may have shared the folder.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208 - names suffice, and are read faster
            temporary = _TEMPORARY.fullmatch(name)
            if temporary is None:
                continue
            with contextlib.suppress(OSError):
                is_ours = bool(_NODE) and temporary[1] == _NODE
                # Without os.uname, os.kill(pid, 0) would end the process.
                if (is_ours and not _runs(int(temporary[2]))) or _is_old(folder / name):
                    (folder / name).unlink()


def _is_old(file: Path) -> bool:
    return time.time() - file.lstat().st_mtime > _LONGEST_WRITE


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # it belongs to another user
    return True


def _mode(target: Path) -> int:
    """Return the permissions of an existing file, or those of a new one."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
