"""docs/editions.md explains every difference between the editions, and none that is not there."""

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfn_pipeline import BOOK, CURRENT, load, render

PAGE = Path(__file__).parents[2] / "docs" / "editions.md"


def differences() -> list[str]:
    """List what differs, as ``file LogicalId.Property``."""
    book, current = render(edition=BOOK), render(edition=CURRENT)
    return [
        f"{name} {place}".strip()
        for name in sorted({*book, *current})
        for place in _between(name, book.get(name), current.get(name))
    ]


def _between(name: str, book: str | None, current: str | None) -> Iterator[str]:
    if book is None or current is None:
        yield ""
    elif name.endswith(".json"):
        yield from _keys(_parameters(book), _parameters(current))
    elif name.endswith(".yml") and name != "buildspec.yml":
        yield from _templates(load(book), load(current))
    elif book.split("\n")[1:] != current.split("\n")[1:]:
        yield ""


def _parameters(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)["Parameters"]
    return found


def _templates(book: dict[str, Any], current: dict[str, Any]) -> Iterator[str]:
    for section in sorted({*book, *current}):
        old, new = book.get(section, {}), current.get(section, {})
        if isinstance(old, str):
            yield from [section] if old != new else []
            continue
        for entry in sorted({*old, *new}):
            if entry not in old or entry not in new:
                yield entry
            else:
                yield from (f"{entry}.{key}" for key in _keys(_flat(old[entry]), _flat(new[entry])))


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """Put a resource's properties beside its attributes."""
    rest = {key: value for key, value in entry.items() if key != "Properties"}
    return {**rest, **entry.get("Properties", {})}


def _keys(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]


def rows() -> list[list[str]]:
    """Read the rows of the page's tables."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "where" and not row[0].startswith("---")]


def patterns(row: list[str]) -> list[str]:
    return re.findall(r"`([^`]+)`", row[0])


def test_every_difference_is_explained() -> None:
    explained = [pattern for row in rows() for pattern in patterns(row)]
    unexplained = [
        place
        for place in differences()
        if not any(fnmatch.fnmatchcase(place, pattern) for pattern in explained)
    ]
    assert unexplained == []


def test_every_row_explains_a_difference() -> None:
    found = differences()
    idle = [
        pattern for row in rows() for pattern in patterns(row) if not fnmatch.filter(found, pattern)
    ]
    assert idle == []


def test_every_row_is_whole() -> None:
    assert rows()
    for row in rows():
        assert len(row) == 5, row
        assert patterns(row), row
        assert all(row), row
