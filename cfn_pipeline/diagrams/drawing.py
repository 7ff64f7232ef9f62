"""The elements of an SVG picture."""

from collections.abc import Iterator

from cfn_pipeline.diagrams.measuring import is_measured, width_of
from cfn_pipeline.printable import printable

#: The colours, light and dark: paper, card, line, text, muted text, and those of marks.
_LIGHT = {
    "paper": "#ffffff",
    "frame": "#f3f5f8",
    "card": "#ffffff",
    "line": "#c3cad4",
    "strong": "#6b7685",
    "text": "#1b2430",
    "muted": "#4d5968",
    "public": "#b3261e",
    "data": "#0b5fa5",
    "approval": "#8a5300",
    "a0": "#0b5fa5",
    "a1": "#1f7a3d",
    "a2": "#7b3fa0",
    "a3": "#a3480b",
    "a4": "#00707a",
    "a5": "#9c2765",
}
_DARK = {
    "paper": "#0f141a",
    "frame": "#171e26",
    "card": "#202935",
    "line": "#3c4857",
    "strong": "#94a1b2",
    "text": "#e8edf3",
    "muted": "#b1bccb",
    "public": "#ff9d94",
    "data": "#86c5ff",
    "approval": "#f2bd6b",
    "a0": "#86c5ff",
    "a1": "#7fdb9b",
    "a2": "#d4a5f5",
    "a3": "#ffb182",
    "a4": "#6fdbe4",
    "a5": "#ff9fd0",
}
#: The colours of the states of a run, light and dark.
_STATES = {
    "good": ("#1a7f37", "#4ac26b"),
    "bad": ("#c62828", "#ff7b72"),
    "held": ("#8a5300", "#d8a53a"),
    "running": ("#0b63c4", "#58a6ff"),
    "waiting": ("#4d5968", "#b1bccb"),
}

#: How many colours artifacts have.
COLOURS = 6

_MARKS = ("public", "data", "approval", *(f"a{number}" for number in range(COLOURS)))

#: The icon of each state of a run, as a path in a square of 12 pixels.
_ICONS = {
    "good": "M1 6.5 L4.5 10 L11 2.5",
    "bad": "M2 2 L10 10 M10 2 L2 10",
    "held": "M3.5 2 V10 M8.5 2 V10",
    "running": "M3 1.5 L10 6 L3 10.5 Z",
    "waiting": "M6 1.5 A4.5 4.5 0 1 0 6 10.5 A4.5 4.5 0 1 0 6 1.5",
}


class Drawing:
    """Elements, in the order in which they are painted."""

    def __init__(self) -> None:
        self.elements: list[str] = []

    def box(
        self, x: float, y: float, width: float, height: float, class_: str, *, radius: float = 6
    ) -> None:
        """Add a rectangle with round corners."""
        self.elements.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
            f'class="{class_}"/>'
        )

    def line(self, points: list[tuple[float, float]], class_: str = "arrow") -> None:
        """Add a line through points, with the head of an arrow at its end."""
        path = " ".join(
            f"{'L' if number else 'M'}{x:g} {y:g}" for number, (x, y) in enumerate(points)
        )
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        back = [
            (x - 6 * dx + 4 * dy, y - 6 * dy + 4 * dx),
            (x - 6 * dx - 4 * dy, y - 6 * dy - 4 * dx),
        ]
        (ax, ay), (bx, by) = back
        self.elements.append(
            f'<path d="{path} M{ax:g} {ay:g} L{x:g} {y:g} L{bx:g} {by:g}" class="{class_}"/>'
        )

    def text(
        self, x: float, y: float, text: str, class_: str, *, size: float, bold: bool = False
    ) -> None:
        """Add a line of text, which is printable; ``y`` is its baseline."""
        # Other scripts are as wide as they were measured, whatever the font.
        length = ""
        if not is_measured(text):
            width = width_of(text, size, bold=bold)
            length = f' textLength="{width:.4g}" lengthAdjust="spacingAndGlyphs"'
        self.elements.append(
            f'<text x="{x:g}" y="{y:g}" class="{class_}"{length}>{escaped(text)}</text>'
        )

    def icon(self, x: float, y: float, state: str) -> None:
        """Add the icon of a state, of 12 by 12 pixels."""
        self.elements.append(
            f'<path d="{_ICONS[state]}" transform="translate({x:g} {y:g})" class="icon {state}"/>'
        )

    def linked(self, elements: list[str], link: str, label: str) -> None:
        """Add elements, as a link if there is one."""
        if link:
            self.elements.append(f'<a href="{_quoted(link)}" aria-label="{_quoted(label)}">')
        self.elements += elements
        if link:
            self.elements.append("</a>")

    def element(self, *, width: float, height: float, label: str) -> str:
        """Return the picture as an element of a page that has the style of ``style``."""
        head = (
            f'<svg width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            f'role="group" aria-label="{_quoted(label)}" class="cfn-pipeline">'
        )
        return "\n".join([head, *self.elements, "</svg>"])

    def document(self, *, width: float, height: float, title: str, description: str) -> str:
        """Return the picture as a document that stands alone."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" '
            'aria-labelledby="picture-title picture-description" class="cfn-pipeline">'
        )
        lines = [
            head,
            f'<title id="picture-title">{escaped(printable(title))}</title>',
            f'<desc id="picture-description">{escaped(printable(description))}</desc>',
            "<style>",
            *style(),
            "</style>",
            f'<rect width="{width:g}" height="{height:g}" rx="8" class="paper"/>',
            *self.elements,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return a text as content of XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    """Return a text, made printable, as the value of an attribute."""
    return escaped(printable(text)).replace('"', "&quot;")


def style(*, is_run: bool = False) -> Iterator[str]:
    """Yield the rules of the style of pictures, a line each.

    Args:
        is_run: whether pictures show states of a run.

    """
    root = ".cfn-pipeline"
    light, dark = dict(_LIGHT), dict(_DARK)
    for state, colours in _STATES.items() if is_run else ():
        light[state], dark[state] = colours
    yield f"{root} {{ {_variables(light)} font-family: Helvetica, Arial, sans-serif; }}"
    yield f"@media (prefers-color-scheme: dark) {{ {root} {{ {_variables(dark)} }} }}"
    for class_, rule in {
        ".paper": "fill: var(--paper)",
        ".frame": "fill: var(--frame); stroke: var(--line)",
        ".place": "fill: none; stroke: var(--strong); stroke-dasharray: 5 4",
        ".card": "fill: var(--card); stroke: var(--line)",
        ".card.approval": "stroke: var(--approval); stroke-width: 1.5",
        ".card.public": "stroke: var(--public); stroke-width: 1.5",
        ".card.condition": "fill: none; stroke: var(--line)",
        ".arrow": "fill: none; stroke: var(--strong); stroke-width: 1.5",
        ".h1": "fill: var(--text); font-size: 18px; font-weight: bold",
        ".h2": "fill: var(--text); font-size: 14px; font-weight: bold",
        ".name": "fill: var(--text); font-size: 13px; font-weight: bold",
        ".text": "fill: var(--muted); font-size: 12px",
        ".mark": "font-size: 12px; text-anchor: middle",
    }.items():
        yield f"{root} {class_} {{ {rule}; }}"
    for mark in _MARKS:
        yield f"{root} .chip.{mark} {{ fill: none; stroke: var(--{mark}); }}"
        yield f"{root} .mark.{mark} {{ fill: var(--{mark}); }}"
    for state in _STATES if is_run else ():
        if state != "good":
            yield f"{root} .card.{state} {{ stroke: var(--{state}); stroke-width: 1.5; }}"
        yield f"{root} .text.{state} {{ fill: var(--{state}); font-weight: bold; }}"
        yield f"{root} .icon.{state} {{ fill: none; stroke: var(--{state}); stroke-width: 2; }}"
    if is_run:
        yield f"{root} .card.waiting {{ stroke-dasharray: 4 3; stroke-width: 1; }}"


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
