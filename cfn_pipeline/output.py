"""Files in a folder: which are stale, and how they are replaced."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cfn_pipeline.atomic import replace_files
from cfn_pipeline.errors import OutputError


@dataclass(frozen=True, kw_only=True)
class Change:
    """A rendered file: ``written``, or unchanged."""

    path: Path
    written: bool


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


def write_files(files: Mapping[str, str], folder: Path) -> list[Change]:
    """Write the files that are stale: each as a whole, and all or none.

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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_files({folder / name: text.encode() for name, text in files.items()})
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written: {error.strerror}; use another folder, with -o"
        ) from error
