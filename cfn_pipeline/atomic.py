"""Files that are replaced whole, or not at all.

The new content is written to a temporary file beside the target, which then takes its place. The
temporary file of a process that was killed is removed by the next process that renders there.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterator, Mapping
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
    temporary, file = _open_temporary(target)
    try:
        with file:
            yield file
        temporary.chmod(_mode(target) if mode is None else mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Replace several files: all of them, or none.

    Everything is written beside its place first, so that most failures come before any change.

    Args:
        files: the content, by path; a link is followed. Permissions of existing files are kept.

    Raises:
        OSError: a file cannot be written; all are as they were.

    """
    staged: dict[Path, Path] = {}
    backups: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            target = path.resolve()
            staged[target] = _stage(target, content)
            if target.exists():
                backups[target] = _stage(target, target.read_bytes())
        _swap(staged, backups)
    finally:
        for temporary in (*staged.values(), *backups.values()):
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _swap(staged: Mapping[Path, Path], backups: Mapping[Path, Path]) -> None:
    """Put each staged file in its place; if one fails, restore those before it."""
    done: list[Path] = []
    try:
        for target, temporary in staged.items():
            temporary.replace(target)
            done.append(target)
    except BaseException:
        for target in done:
            with contextlib.suppress(OSError):
                backups[target].replace(target) if target in backups else target.unlink()
        raise


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
    remove_stale(target.parent)
    prefix = f".{target.name[:_NAME]}.{_NODE}.{os.getpid()}."
    import tempfile  # only those who write need it, and all that it loads

    handle, name = tempfile.mkstemp(prefix=prefix, suffix=_SUFFIX, dir=target.parent)
    return Path(name), os.fdopen(handle, "wb")


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
                # Without os.uname, os.kill(pid, 0) is no harmless question either.
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
        return True  # it belongs to somebody else
    return True


def _mode(target: Path) -> int:
    """Return the permissions of an existing file, or those of a new one."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
