"""How wide text is, and how it is broken into lines that fit.

The font is the reader's, so widths are those of Helvetica and Arial, with room for wider fonts.
"""

import re
from collections.abc import Sequence

#: The widths of the characters from the space to the tilde, in hundredths of the font's size.
_ASCII = (
    *(28, 28, 35, 56, 56, 89, 67, 19, 33, 33, 39, 58, 28, 33, 28, 28),
    *(56, 56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 58, 58, 58, 56),
    *(102, 67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83, 72, 78),
    *(67, 78, 72, 67, 61, 72, 67, 94, 67, 67, 61, 28, 28, 28, 47, 56),
    *(33, 56, 56, 50, 56, 56, 28, 56, 56, 22, 22, 50, 22, 83, 56, 56),
    *(56, 56, 33, 50, 28, 56, 50, 72, 50, 50, 50, 33, 26, 33, 58),
)
_ROOM = 1.12
_BOLD = 1.08

_LATIN, _CYRILLIC = 0x180, 0x530
_ELLIPSIS = "…"

#: Longer texts are shortened in the middle; AWS's names are shorter.
_LONGEST = 260

#: Where a line may end within a word: after punctuation, and between the words of CamelCase.
_BREAKS = re.compile(r"(?<=[-_/.:,])(?=[^-_/.:,])|(?<=[a-z0-9])(?=[A-Z])")


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in pixels; at least as wide as usual fonts draw it."""
    return sum(map(_width, text)) / 100 * size * _ROOM * (_BOLD if bold else 1)


def is_measured(text: str) -> bool:
    """Whether all characters are of scripts whose widths differ little between fonts."""
    return all(ord(character) < _LATIN or character == _ELLIPSIS for character in text)


def _width(character: str) -> int:
    code = ord(character)
    if 32 <= code < 127:
        return _ASCII[code - 32]
    if character == _ELLIPSIS:
        return 100
    return 80 if code < _LATIN else 90 if code < _CYRILLIC else 110


def shortened(text: str) -> str:
    """Return a text of which the middle is left out if it is too long to be read."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]}{_ELLIPSIS}{text[-half:]}"


def lines_of(text: str, width: float, size: float, *, bold: bool = False) -> Sequence[str]:
    """Break a text into lines that are not wider than ``width``.

    Lines end at spaces, else at the joints of a name, else anywhere.
    """

    def fits(part: str) -> bool:
        return width_of(part, size, bold=bold) <= width

    lines: list[str] = []
    line = ""
    for word in shortened(text).split():
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
                if line and not fits(line + character):
                    lines.append(line)
                    line = ""
                line += character
    return [*lines, line] if line or not lines else lines
