"""Files in a folder: which are stale, which are another's, and how they are replaced."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from cfn_pipeline.atomic import Staged, remove_stale, replace_files, stage_files, swap
from cfn_pipeline.errors import OutputError
from cfn_pipeline.frozen import Frozen, frozen

#: A rendered file is far smaller.
_LARGEST_BYTES = 20_000_000


@frozen
class Change(Frozen):
    """A rendered file: ``written``, or unchanged.

    Args:
        path: where it is.
        written: whether it was written.
        replaced: the values in an environment's configuration file, by parameter, that gave way
            to those of the model; empty: none.

    """

    path: Path
    written: bool
    replaced: Mapping[str, Any] = field(default_factory=dict)


def differences(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Yield a unified diff for each file of the folder that is stale.

    Raises:
        OutputError: a file cannot be read.

    """
    for name, wanted in files.items():
        path = folder / name
        existing = _read(path)
        if existing != wanted:
            import difflib  # few files are stale

            lines = difflib.unified_diff(
                [] if existing is None else existing.splitlines(keepends=True),
                wanted.splitlines(keepends=True),
                fromfile="/dev/null" if existing is None else str(path),
                tofile=f"{path} (rendered)",
            )
            yield "".join(
                line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                for line in lines
            )


def read_files(names: Iterable[str], folder: Path) -> dict[str, str]:
    """Return the texts of those files that the folder has.

    Bytes that are not UTF-8 become lone surrogates, so that they can be told from text.

    Raises:
        OutputError: a file cannot be read.

    """
    texts = {name: _read(folder / name, errors="surrogateescape") for name in names}
    return {name: text for name, text in texts.items() if text is not None}


def write_files(files: Mapping[str, str], folder: Path) -> list[Change]:
    """Write the files that are stale: each as a whole, and all or none.

    What an earlier process left when it was killed is removed.

    Raises:
        OutputError: a file cannot be read or written; then nothing has changed.

    """
    changes, staged = stage_stale_files(files, folder)
    put_in_place([staged])
    return changes


def stage_stale_files(files: Mapping[str, str], folder: Path) -> tuple[list[Change], Staged]:
    """Write the files that are stale, but beside their places.

    Raises:
        OutputError: a file cannot be read or written; then nothing is left.

    """
    stale = {name: text for name, text in files.items() if _read(folder / name) != text}
    changes = [Change(path=folder / name, written=name in stale) for name in files]
    if not stale:
        remove_stale(folder)
        return changes, Staged()
    try:
        return changes, stage_files({folder / name: text.encode() for name, text in stale.items()})
    except OSError as error:
        raise _cannot_be_written(folder, error) from error


def put_in_place(staged: Sequence[Staged]) -> None:
    """Replace files by those that are written beside them: all, or none.

    Raises:
        OutputError: a file cannot be replaced; then nothing has changed.

    """
    try:
        swap(staged)
    except OSError as error:
        raise _cannot_be_written(Path(error.filename or "output"), error) from error


def create_files(files: Mapping[Path, str]) -> None:
    """Create files that do not exist yet, and the folders for them: all files, or none.

    Raises:
        OutputError: files exist, with each of them, or one cannot be written; then no file has
            been written.

    """
    existing = [path for path in files if path.exists() or path.is_symlink()]
    if existing:
        raise OutputError(*(f"{path}: exists; move it, or use another folder" for path in existing))
    try:
        replace_files({path: text.encode() for path, text in files.items()})
    except OSError as error:
        place = error.filename or next(iter(files)).parent
        raise OutputError(f"{place}: cannot be written: {error.strerror}") from error


def _read(path: Path, *, errors: str = "replace") -> str | None:
    reason: str | None
    try:
        reason = _reason_against(path.stat())
        if not reason:
            return path.read_bytes().decode("utf-8", errors=errors)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror
    raise OutputError(f"{path}: cannot be read: {reason}")


def _reason_against(status: os.stat_result) -> str:
    """Return why a file is not read; empty: it is. Pipes and devices may never end."""
    if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
        return "Not a file"
    return "" if status.st_size <= _LARGEST_BYTES else f"Larger than {_LARGEST_BYTES:,} bytes"


def _cannot_be_written(place: Path, error: OSError) -> OutputError:
    return OutputError(f"{place}: cannot be written: {error.strerror}; use another folder, with -o")
