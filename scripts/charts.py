"""Charts as SVG pictures: bars, and lines over a number."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cfn_pipeline.diagrams.drawing import Drawing, escaped
from cfn_pipeline.diagrams.measuring import lines_of, width_of

MARGIN = 16
TITLE, TEXT = 18, 12
_BAR, _ROW = 14, 40
_HEIGHT = 260
_SWATCH = 14
_TICKS = 4


class Bar(NamedTuple):
    """A bar: its name, its length and what stands behind it, and the colour, such as ``a0``."""

    name: str
    value: float
    label: str
    colour: str


class Series(NamedTuple):
    """A line: its name, its points, and the colour, such as ``a0``."""

    name: str
    points: Mapping[int, float]
    colour: str


def bars(title: str, rows: Sequence[Bar], *, width: int) -> str:
    """Return a chart with a bar below the name of each row."""
    drawing = Drawing()
    y = _title(drawing, title, width)
    widest = max(width_of(row.label, TEXT) for row in rows)
    scale = (width - 2 * MARGIN - widest - 8) / max(row.value for row in rows)
    for row in rows:
        drawing.text(MARGIN, y + TEXT, row.name, "text", size=TEXT)
        length = max(2, row.value * scale)
        _filled(drawing, MARGIN, y + TEXT + 6, length, _BAR, row.colour)
        drawing.text(MARGIN + length + 8, y + TEXT + 17, row.label, "name", size=TEXT)
        y += _ROW
    told = "; ".join(f"{row.name}: {row.label}" for row in rows)
    return drawing.document(width=width, height=y + 4, title=title, description=f"{told}.")


def lines(title: str, series: Sequence[Series], *, axes: tuple[str, str], width: int) -> str:
    """Return a chart with a line for each series.

    Args:
        title: the title.
        series: the lines.
        axes: what is to the right, and what is upwards.
        width: the width of the picture in pixels.

    """
    drawing = Drawing()
    y = _legend(drawing, series, _title(drawing, title, width), width)
    across, upwards = axes
    drawing.text(MARGIN, y + TEXT, upwards, "text", size=TEXT)
    top = y + TEXT + 12
    most_x = max(x for line in series for x in line.points)
    most_y = _rounded(max(value for line in series for value in line.points.values()))
    left = MARGIN + width_of(f"{most_y:g}", TEXT) + 8
    right = width - MARGIN - 8
    bottom = top + _HEIGHT

    def place(x: float, value: float) -> tuple[float, float]:
        return (
            round(left + (right - left) * x / most_x, 1),
            round(bottom - _HEIGHT * value / most_y, 1),
        )

    for tick in range(_TICKS + 1):
        value = most_y * tick / _TICKS
        _, height = place(0, value)
        _line(drawing, [(left, height), (right, height)], "--line")
        _label(drawing, left - 8, height + 4, f"{value:g}", "end")
        number = most_x * tick // _TICKS
        _label(drawing, place(number, 0)[0], bottom + 18, f"{number:,}", "middle")
    _label(drawing, right, bottom + 36, across, "end")
    for line in series:
        points = [place(x, value) for x, value in line.points.items()]
        _line(drawing, points, f"--{line.colour}", thick=2)
        for x, height in points:
            drawing.elements.append(
                f'<circle cx="{x:g}" cy="{height:g}" r="3.5" style="fill: var(--{line.colour})"/>'
            )
    told = "; ".join(
        f"{line.name}: {', '.join(f'{value:.3g} at {x:,}' for x, value in line.points.items())}"
        for line in series
    )
    description = f"{upwards} over {across}. {told}."
    return drawing.document(width=width, height=bottom + 48, title=title, description=description)


def _title(drawing: Drawing, title: str, width: int) -> float:
    """Write the title; return where the next line begins."""
    y = float(MARGIN)
    for line in lines_of(title, width - 2 * MARGIN, TITLE, bold=True):
        drawing.text(MARGIN, y + TITLE, line, "h1", size=TITLE, bold=True)
        y += 24
    return y + 10


def _legend(drawing: Drawing, series: Sequence[Series], y: float, width: int) -> float:
    x = float(MARGIN)
    for line in series:
        needed = _SWATCH + 6 + width_of(line.name, TEXT)
        if x > MARGIN and x + needed > width - MARGIN:
            x, y = float(MARGIN), y + 20
        _filled(drawing, x, y + 1, _SWATCH, 12, line.colour)
        drawing.text(x + _SWATCH + 6, y + 11, line.name, "text", size=TEXT)
        x += needed + 18
    return y + 28


def _filled(drawing: Drawing, x: float, y: float, width: float, height: float, colour: str) -> None:
    drawing.elements.append(
        f'<rect x="{x:g}" y="{y:g}" width="{width:.5g}" height="{height:g}" rx="2" '
        f'style="fill: var(--{colour})"/>'
    )


def _line(
    drawing: Drawing, points: Sequence[tuple[float, float]], colour: str, *, thick: float = 1
) -> None:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    drawing.elements.append(
        f'<polyline points="{path}" style="fill: none; stroke: var({colour}); '
        f'stroke-width: {thick:g}"/>'
    )


def _label(drawing: Drawing, x: float, y: float, text: str, anchor: str) -> None:
    drawing.elements.append(
        f'<text x="{x:g}" y="{y:g}" class="text" text-anchor="{anchor}">{escaped(text)}</text>'
    )


def _rounded(value: float) -> float:
    """Return the next number upwards that divides well by the ticks."""
    step = 1.0
    while step * 10 < value:
        step *= 10
    return next(step * n for n in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 4.8, 6, 8, 10) if step * n >= value)
