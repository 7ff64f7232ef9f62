"""Texts of which parts are not known.

Each part that is not known before deployment is one character of a private area of Unicode, so
that texts are joined, split and compared as they are. Equal characters stand for equal parts.

- A *narrow* part is a word: an account's number, a region.
- An *open* part is any text, also none.
- A *made* part is a name that AWS makes up, which no other thing has.
"""

import re
from functools import lru_cache

__all__ = [
    "ANYTHING",
    "Unknowns",
    "has_made",
    "is_known",
    "is_open",
    "may_be",
    "may_match",
    "readable",
]

_NARROW, _OPEN, _MADE, _END = 0xF0000, 0xF0100, 0xF8000, 0xFFFFE
_UNKNOWN = re.compile(f"[{chr(_NARROW)}-{chr(_END - 1)}]")

_PSEUDO = {
    f"AWS::{name}": chr(_NARROW + number)
    for number, name in enumerate(("AccountId", "Partition", "Region", "URLSuffix"))
}

#: A part of which nothing is known, equal to no other.
ANYTHING = chr(_OPEN)


class Unknowns:
    """Gives each thing that is not known its character, the same for the same thing."""

    def __init__(self) -> None:
        self._open: dict[object, str] = {}
        self._made: dict[object, str] = {}

    def open(self, thing: object) -> str:
        """Return the character of a value that may be any text."""
        if thing in _PSEUDO:
            return _PSEUDO[str(thing)]
        return self._open.setdefault(thing, chr(min(_OPEN + 1 + len(self._open), _MADE - 1)))

    def made(self, thing: object) -> str:
        """Return the character of a name that AWS makes up for ``thing``."""
        return self._made.setdefault(thing, chr(min(_MADE + len(self._made), _END - 1)))


def is_known(text: str | None) -> bool:
    """Tell whether a text is known in full."""
    return text is not None and not _UNKNOWN.search(text)


def is_open(text: str) -> bool:
    """Tell whether a text has a part that may be any text, so that its parts cannot be told."""
    return any(_OPEN <= ord(character) < _MADE for character in text)


def has_made(text: str) -> bool:
    """Tell whether a text holds a name that AWS makes up."""
    return any(_MADE <= ord(character) < _END for character in text)


def readable(text: str) -> str:
    """Return a text with an ellipsis for each part that is not known."""
    names = {character: f"${{{name}}}" for name, character in _PSEUDO.items()}
    return _UNKNOWN.sub(lambda part: names.get(part[0], "..."), text)


def may_be(text: str, other: str) -> bool:
    """Tell whether two texts could be the same."""
    return _may_meet(text, other, wildcards=False)


def may_match(pattern: str, text: str) -> bool:
    """Tell whether a text could match a pattern of IAM's, in which * and ? are wildcards."""
    if pattern == "*":
        return True
    fields, parts = pattern.split(":", 5), text.split(":", 5)
    if len(fields) == len(parts) == 6:
        return all(
            _may_meet(field, part, wildcards=True)
            for field, part in zip(fields, parts, strict=True)
        )
    return _may_meet(pattern, text, wildcards=True)


# A unit is a character or a run of characters: (what it may be, which one, whether it repeats).
_Unit = tuple[str, str, bool]


def _units(text: str, *, wildcards: bool) -> list[_Unit]:
    units: list[_Unit] = []
    for character in text:
        code = ord(character)
        if wildcards and character == "*":
            units.append(("any", "", True))
        elif wildcards and character == "?":
            units.append(("any", "", False))
        elif code < _NARROW or code >= _END:
            units.append(("is", character, False))
        elif code < _OPEN:
            units += [("narrow", character, False), ("narrow", character, True)]
        elif code < _MADE:
            units.append(("any", "", True))
        else:
            units += [("made", character, False), ("made", character, True)]
    return units


def _meet(a: _Unit, b: _Unit) -> bool:
    (kind, which, _), (other_kind, other, _) = a, b
    if kind == "any" or other_kind == "any":
        return True
    if kind == other_kind and kind in ("is", "made"):
        return which == other
    if "is" in (kind, other_kind):
        return (which if kind == "is" else other) not in ":/"
    return True


@lru_cache(maxsize=4096)
def _may_meet(text: str, other: str, *, wildcards: bool) -> bool:
    if text == other:
        return True
    a, b = _units(text, wildcards=wildcards), _units(other, wildcards=False)
    while a and b and a[0][0] == b[0][0] == "is":
        if a.pop(0) != b.pop(0):
            return False
    while a and b and a[-1][0] == b[-1][0] == "is":
        if a.pop() != b.pop():
            return False
    # Positions in b that can be reached after each unit of a.
    reached = _skipped({0}, b)
    for unit in a:
        after = set(reached) if unit[2] else set()
        waiting = list(reached)
        while waiting:
            position = waiting.pop()
            if position == len(b) or not _meet(unit, b[position]):
                continue
            steps = {position + 1, position} if b[position][2] else {position + 1}
            new = _skipped(steps, b) - after
            after |= new
            if unit[2]:
                waiting += new
        reached = after
        if not reached:
            return False
    return len(b) in reached


def _skipped(positions: set[int], units: list[_Unit]) -> set[int]:
    """Add the positions behind the runs that may be empty."""
    found = set(positions)
    for position in positions:
        while position < len(units) and units[position][2]:
            position += 1
            found.add(position)
    return found
