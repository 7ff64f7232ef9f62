"""Data files: JSON with an entry on each line, sorted by key, so that few lines are read."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Entries:
    """A data file; an entry is parsed when it is read for the first time.

    Args:
        path: the file.

    """

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._entries: dict[str, Any] = {}

    def __iter__(self) -> Iterator[str]:
        return (_key(line) for line in self._data.splitlines()[1:-1])

    def __contains__(self, key: str) -> bool:
        return bool(self._line(key))

    def get(self, key: str) -> Any:
        """Return an entry; None if it does not exist."""
        if key not in self._entries:
            line = self._line(key).decode().rstrip(",")
            self._entries[key] = json.loads(f"{{{line}}}").get(key)
        return self._entries[key]

    def _line(self, key: str) -> bytes:
        """Return the line of an entry; empty if it does not exist."""
        # Any place stands for the line around it.
        place = bisect_left(range(len(self._data) - 1), key, key=lambda at: _key(self._at(at)))
        line = self._at(place)
        return line if line.startswith(b'"') and _key(line) == key else b""

    def _at(self, place: int) -> bytes:
        """Return the line around a place."""
        start = self._data.rfind(b"\n", 0, place) + 1
        return self._data[start : self._data.index(b"\n", place)]


def _key(line: bytes) -> str:
    """Return the key of a line; the braces around all come before, or after, every key."""
    if line in (b"{", b"}"):
        return "" if line == b"{" else "\uffff"
    return line[1 : line.index(b'"', 1)].decode()
