"""Strings with parts that are unknown before deployment, and their comparison.

Each unknown part is one character of a private area of Unicode, so these strings can be joined,
split and compared like others. Equal characters stand for equal parts.

- A *narrow* part is a word, such as an account id or a region.
- An *open* part is any string, also an empty one.
- A *generated* part is a unique name that AWS generates.
"""

import re
from functools import lru_cache

_NARROW, _OPEN, _GENERATED, _END = 0xF0000, 0xF0100, 0xF8000, 0xFFFFE
_UNKNOWN = re.compile(f"[{chr(_NARROW)}-{chr(_END - 1)}]")
_VARIABLE = re.compile(f"[*?{chr(_NARROW)}-{chr(_END - 1)}]")

_PSEUDO = {
    f"AWS::{name}": chr(_NARROW + number)
    for number, name in enumerate(("AccountId", "Partition", "Region", "URLSuffix"))
}

#: An unknown part that is not equal to any other.
ANYTHING = chr(_OPEN)


class Unknowns:
    """Assigns characters to unknown values, always the same for the same value."""

    def __init__(self) -> None:
        self._open: dict[object, str] = {}
        self._generated: dict[object, str] = {}
        self._sources: dict[str, object] = {}

    def open(self, thing: object) -> str:
        """Return the character of a value that may be any string."""
        if thing in _PSEUDO:
            return _PSEUDO[str(thing)]
        if thing not in self._open:
            self._open[thing] = chr(min(_OPEN + 1 + len(self._open), _GENERATED - 1))
            self._sources.setdefault(self._open[thing], thing)
        return self._open[thing]

    def generated(self, thing: object) -> str:
        """Return the character of the name that AWS generates for ``thing``."""
        if thing not in self._generated:
            self._generated[thing] = chr(min(_GENERATED + len(self._generated), _END - 1))
            self._sources.setdefault(self._generated[thing], thing)
        return self._generated[thing]

    def source_of(self, character: str) -> object:
        """Return the value for which a character stands; None if that is not known."""
        return self._sources.get(character)


def is_known(text: str | None) -> bool:
    """Whether a text has no unknown parts."""
    return text is not None and (text.isascii() or not _UNKNOWN.search(text))


def is_open(text: str) -> bool:
    """Whether a text has an open part, so that it cannot be split reliably."""
    return not text.isascii() and any(_OPEN <= ord(character) < _GENERATED for character in text)


def has_generated(text: str) -> bool:
    """Whether a text contains a name that AWS generates."""
    return any(_GENERATED <= ord(character) < _END for character in text)


def readable(text: str) -> str:
    """Return a text for messages, with an ellipsis for each unknown part."""
    names = {character: f"${{{name}}}" for name, character in _PSEUDO.items()}
    return _UNKNOWN.sub(lambda part: names.get(part[0], "..."), text)


def may_be(text: str, other: str) -> bool:
    """Whether two texts may be equal."""
    return _may_meet(text, other, wildcards=False)


def may_match(pattern: str, text: str) -> bool:
    """Whether a text may match a pattern of IAM, with wildcards * and ?."""
    if pattern == "*":
        return True
    fields, parts = pattern.split(":", 5), text.split(":", 5)
    if len(fields) == len(parts) == 6:
        return all(
            _may_meet(field, part, wildcards=True)
            for field, part in zip(fields, parts, strict=True)
        )
    return _may_meet(pattern, text, wildcards=True)


# A unit is one or more characters: (kind, which character, whether it repeats).
_Unit = tuple[str, str, bool]
_ANY: _Unit = ("any", "", True)

#: The longest ARNs have 2,048 characters.
_MOST_COMPARISONS = 1_000_000


def _units(text: str, *, wildcards: bool) -> list[_Unit]:
    units: list[_Unit] = []
    for character in text:
        code = ord(character)
        if (wildcards and character == "*") or _OPEN <= code < _GENERATED:
            if not units or units[-1] != _ANY:
                units.append(_ANY)
        elif wildcards and character == "?":
            units.append(("any", "", False))
        elif code < _NARROW or code >= _END:
            units.append(("is", character, False))
        elif code < _OPEN:
            units += [("narrow", character, False), ("narrow", character, True)]
        else:
            units += [("generated", character, False), ("generated", character, True)]
    return units


def _literal_length(text: str, *, wildcards: bool) -> int:
    """Return how many characters come before the first unknown part or wildcard."""
    match = (_VARIABLE if wildcards else _UNKNOWN).search(text)
    return match.start() if match else len(text)


def _meet(a: _Unit, b: _Unit) -> bool:
    (kind, which, _), (other_kind, other, _) = a, b
    if kind == "any" or other_kind == "any":
        return True
    if kind == other_kind and kind in ("is", "generated"):
        return which == other
    if "is" in (kind, other_kind):
        return (which if kind == "is" else other) not in ":/"
    return True


@lru_cache(maxsize=4096)
def _may_meet(text: str, other: str, *, wildcards: bool) -> bool:
    if text == other:
        return True
    start = min(_literal_length(text, wildcards=wildcards), _literal_length(other, wildcards=False))
    if text[:start] != other[:start]:
        return False
    a, b = _units(text[start:], wildcards=wildcards), _units(other[start:], wildcards=False)
    if len(a) * len(b) > _MOST_COMPARISONS:
        return True  # no name on AWS is as long, and to compare them takes long
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
    """Add the positions after units that may be empty."""
    reachable = set(positions)
    for position in positions:
        while position < len(units) and units[position][2]:
            position += 1
            reachable.add(position)
    return reachable
