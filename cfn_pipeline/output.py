"""Files in a folder: which are stale, and how they are replaced."""

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.errors import OutputError

__all__ = ["Change", "differences", "write_files"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What became of a file: it was written, or it was as it should be."""

    path: Path
    written: bool


def differences(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Yield a unified diff for each file of the folder that is not as it should be.

    Raises:
        OutputError: a file cannot be read.

    """
    for name, wanted in files.items():
        path = folder / name
        found = _read(path)
        if found != wanted:
            yield "".join(
                difflib.unified_diff(
                    [] if found is None else found.splitlines(keepends=True),
                    wanted.splitlines(keepends=True),
                    fromfile="/dev/null" if found is None else str(path),
                    tofile=f"{path} (rendered)",
                )
            )


def write_files(files: Mapping[str, str], folder: Path) -> list[Change]:
    """Write the files that are not as they should be: each whole, and all or none.

    Raises:
        OutputError: a file cannot be read or written; then nothing has changed.

    """
    stale = {name: text for name, text in files.items() if _read(folder / name) != text}
    if stale:
        _replace(stale, folder)
    return [Change(path=folder / name, written=name in stale) for name in files]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error


def _replace(files: Mapping[str, str], folder: Path) -> None:
    """Write everything beside its place first, so that what can fail fails before any change."""
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            staged[Path(temporary)] = folder / name
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            Path(temporary).chmod(_mode(folder / name))
        for temporary_path, path in staged.items():
            temporary_path.replace(path)
    except OSError as error:
        for temporary_path in staged:
            with contextlib.suppress(OSError):
                temporary_path.unlink(missing_ok=True)
        raise OutputError(
            f"{folder}: cannot be written: {error.strerror}; give a folder that can, with -o"
        ) from error


def _mode(path: Path) -> int:
    """Return the permissions of the file that is replaced, or those of a new file."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
