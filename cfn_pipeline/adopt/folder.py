"""A folder in which only files are replaced that were written there before."""

import json
from collections.abc import Mapping
from pathlib import Path

from cfn_pipeline.errors import OutputError
from cfn_pipeline.manifest import digest
from cfn_pipeline.output import Change, read_files, write_files

#: The hashes of the files of the last time, by name.
HASHES = ".cfn-pipeline-adopt.json"


def write_adopted(files: Mapping[str, str], folder: Path) -> list[Change]:
    """Write files: all of them, or none.

    Args:
        files: the texts, by name.
        folder: where; it is created.

    Raises:
        OutputError: a file there has another origin, or was changed since; or one cannot be
            written. Then nothing has changed.

    """
    existing = read_files([*files, HASHES], folder)
    hashes = _hashes(existing.pop(HASHES, ""))
    others = [
        name
        for name, text in existing.items()
        if text != files[name] and hashes.get(name) != _hash(text)
    ]
    if others:
        raise OutputError(
            *(
                f"{folder / name}: is not as adopt wrote it; move it, or use another folder with -o"
                for name in others
            )
        )
    hashes |= {name: _hash(text) for name, text in files.items()}
    record = json.dumps(hashes, indent=2, sort_keys=True) + "\n"
    return write_files({**files, HASHES: record}, folder)[:-1]


def _hash(text: str) -> str:
    return digest(text.encode("utf-8", "surrogateescape"))


def _hashes(text: str) -> dict[str, str]:
    """Return the hashes of the last time; none, if they cannot be read."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
