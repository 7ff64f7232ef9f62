"""Data files: JSON with an entry on each line, so that few entries are parsed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Entries:
    """A data file; an entry is parsed when it is read for the first time.

    Args:
        path: the file.

    """

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self._lines = {line[1 : line.index('"', 1)]: line for line in text.splitlines()[1:-1]}
        self._entries: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def get(self, key: str) -> Any:
        """Return an entry; None if it does not exist."""
        if key not in self._entries:
            line = self._lines.get(key)
            entry = {} if line is None else json.loads(f"{{{line.rstrip(',')}}}")
            self._entries[key] = entry.get(key)
        return self._entries[key]
