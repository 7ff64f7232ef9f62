"""How wide text is, and how it is broken into lines that fit.

The font is the reader's: Helvetica or Arial, or what a machine without them has in their place.
"""

import re
import unicodedata
from collections.abc import Sequence

from cfn_pipeline.printable import printable

#: The widths of the characters from the space to the tilde, in hundredths of the font's size: the
#: larger ones of Arial and DejaVu Sans.
_REGULAR = (
    *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34),
    *(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 56),
    *(102, 68, 69, 72, 77, 67, 61, 78, 75, 29, 50, 67, 56, 86, 75, 79),
    *(67, 79, 72, 67, 61, 73, 68, 99, 69, 67, 69, 39, 34, 39, 84, 56),
    *(50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61),
    *(63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
)
_BOLD = (
    *(35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37),
    *(70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 61),
    *(100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 56, 77, 64, 100, 84, 85),
    *(73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 56),
    *(50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69),
    *(72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84),
)

_LATIN, _CYRILLIC = 0x180, 0x530
_ELLIPSIS = "…"

#: Of longer words and texts, the middle is left out; AWS's names are shorter.
_LONGEST_WORD = 260
_LONGEST = 10_000

#: Where a line may end within a word: after punctuation, and between the words of CamelCase.
_BREAKS = re.compile(r"(?<=[-_/.:,])(?=[^-_/.:,])|(?<=[a-z0-9])(?=[A-Z])")


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels; at least as wide as usual fonts draw it."""
    widths = _BOLD if bold else _REGULAR
    return sum(_width(character, widths) for character in text) / 100 * size


def is_measured(text: str) -> bool:
    """Whether all characters are of scripts whose widths differ little between fonts."""
    return all(ord(character) < _LATIN or character == _ELLIPSIS for character in text)


def _width(character: str, widths: Sequence[int]) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return widths[code - 32]
    if character == _ELLIPSIS:
        return 100
    if _is_mark(character):
        return 0
    return 90 if code < _LATIN else 100 if code < _CYRILLIC else 120


def _is_mark(character: str) -> bool:
    """Whether a character stands above or below the one before it."""
    return unicodedata.category(character) in ("Mn", "Me")


def shortened(text: str) -> str:
    """Return a text without the middle of what is too long to be read."""
    if len(text) <= _LONGEST_WORD:
        return text
    words = _middle_out(text, _LONGEST).split(" ")
    return " ".join(_middle_out(word, _LONGEST_WORD) for word in words)


def _middle_out(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}{_ELLIPSIS}{text[-half:]}"


def narrowest(text: str, size: float) -> float:
    """Return the width in which a text stands without a break within its words."""
    words = printable(shortened(text)).split()
    return max((width_of(p, size) for word in words for p in _BREAKS.split(word)), default=0)


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> Sequence[str]:
    """Break a text, made printable, into lines that are not wider than ``width``.

    Lines end at spaces, else at the joints of a name, else anywhere.
    """

    def fits(part: str) -> bool:
        return width_of(part, size, bold=bold) <= width

    lines: list[str] = []
    line = ""
    for word in printable(shortened(text)).split():
        spaced = f"{line} {word}" if line else word
        if fits(spaced):
            line = spaced
            continue
        if line:
            lines.append(line)
            line = ""
        for piece in _BREAKS.split(word):
            if fits(line + piece):
                line += piece
                continue
            if line:
                lines.append(line)
            line = ""
            for character in piece:
                if line and not fits(line + character) and not _is_mark(character):
                    lines.append(line)
                    line = ""
                line += character
    return [*lines, line] if line or not lines else lines
