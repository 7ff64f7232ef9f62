"""Boxes with text in an SVG picture, as high as their text needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cfn_pipeline.diagrams.drawing import Drawing
from cfn_pipeline.diagrams.measuring import lines_of, narrowest, width_of
from cfn_pipeline.diagrams.pictures import State

_PADDING = 9
_NAME, _TEXT = 13, 12
_NAME_HEIGHT, _TEXT_HEIGHT = 18, 16
_CHIP_PADDING = 7
_CHIP_GAP = 5
_CHIP_INSET = 4
_ICON = 18


class Chip(NamedTuple):
    """A label with a border.

    Args:
        text: its text.
        mark: its colour: ``public``, ``data``, ``approval``, or ``a0`` to ``a5`` of artifacts.

    """

    text: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """Chips after a word, such as the artifacts that an action reads."""

    word: str
    chips: Sequence[Chip]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A box with a name, lines of text, rows of chips, and more lines.

    Args:
        name: its name.
        lines: below the name.
        rows: below the lines.
        more_lines: below the rows.
        state: of a run; empty: it has none.
        outcome: beside the icon of the state, below all else.
        note: below the outcome.
        class_: of its border.

    """

    name: str
    lines: Sequence[str]
    rows: Sequence[Row] = ()
    more_lines: Sequence[str] = ()
    state: State = ""
    outcome: str = ""
    note: str = ""
    class_: str = ""

    def draw(self, drawing: Drawing, x: float, y: float, width: float) -> float:
        """Draw the card, and return its height."""
        inner = width - 2 * _PADDING
        left, bottom = x + _PADDING, y + _PADDING - 2
        content = Drawing()
        for line in lines_of(self.name, inner, _NAME, bold=True):
            content.text(left, bottom + _NAME, line, "name", size=_NAME, bold=True)
            bottom += _NAME_HEIGHT
        bottom = _draw_lines(content, self.lines, left, bottom, inner)
        for row in self.rows:
            bottom = _draw_row(content, row, left, bottom + _CHIP_GAP, inner)
        bottom += _CHIP_GAP if self.rows and self.more_lines else 0
        bottom = _draw_lines(content, self.more_lines, left, bottom, inner)
        if self.state:
            content.icon(left, bottom + _CHIP_GAP, self.state)
            for line in lines_of(self.outcome, inner - _ICON, _TEXT, bold=True):
                baseline = bottom + _CHIP_GAP - 1 + _TEXT
                content.text(left + _ICON, baseline, line, f"text {self.state}", size=_TEXT)
                bottom += _TEXT_HEIGHT
            bottom = _draw_lines(content, [self.note] * bool(self.note), left, bottom + 4, inner)
        height = bottom - y + _PADDING
        drawing.box(x, y, width, height, " ".join(["card", *self.class_.split()]))
        drawing.elements += content.elements
        return height


def _draw_lines(drawing: Drawing, texts: Sequence[str], x: float, y: float, width: float) -> float:
    """Draw texts, which may need several lines each; return where they end."""
    for text in texts:
        for line in lines_of(text, width, _TEXT):
            drawing.text(x, y + _TEXT, line, "text", size=_TEXT)
            y += _TEXT_HEIGHT
    return y


def _draw_row(drawing: Drawing, row: Row, x: float, y: float, width: float) -> float:
    """Draw a row of chips, which may need several lines; return where it ends."""
    left = x
    if row.word:
        drawing.text(x, y + _CHIP_INSET + _TEXT, row.word, "text", size=_TEXT)
        left += width_of(row.word, _TEXT) + 6
        widest = max((narrowest(chip.text, _TEXT) for chip in row.chips), default=0)
        if left + widest + 2 * _CHIP_PADDING > x + width:
            left, y = x, y + _CHIP_INSET + _TEXT_HEIGHT + 2
    start = left
    for chip in row.chips:
        whole = width_of(chip.text, _TEXT) + 2 * _CHIP_PADDING
        if left > start and left + whole > x + width:
            left, y = start, y + _chip_height(1) + _CHIP_GAP
        room = x + width - left - 2 * _CHIP_PADDING
        lines = lines_of(chip.text, room, _TEXT)
        wide = max(width_of(line, _TEXT) for line in lines) + 2 * _CHIP_PADDING
        height = _chip_height(len(lines))
        drawing.box(left, y, wide, height, f"chip {chip.mark}", radius=9)
        for number, line in enumerate(lines):
            baseline = y + _CHIP_INSET - 1 + _TEXT + number * _TEXT_HEIGHT
            drawing.text(left + wide / 2, baseline, line, f"mark {chip.mark}", size=_TEXT)
        if len(lines) > 1:
            left, y = start, y + height - _chip_height(1)
            left = x + width + 1  # what follows begins a line
        else:
            left += wide + _CHIP_GAP
    return y + _chip_height(1)


def _chip_height(lines: int) -> float:
    return (lines - 1) * _TEXT_HEIGHT + _TEXT + 2 * _CHIP_INSET
