"""What a browser measures of a page."""

import json
import re
import shutil
import subprocess
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

MARKS = [
    pytest.mark.thorough,
    pytest.mark.skipif(_CHROMIUM is None, reason="measures in chromium, which is not installed"),
]

#: A function that measures each text, and each rectangle behind it, in the pictures of a document.
PICTURES = """
const box = (e) => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
const pictures = (page) => [...page.querySelectorAll("svg")].map((svg) => ({
  size: [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height],
  drawn: [...svg.querySelectorAll("rect, text")].map((e) => [e.tagName, e.textContent, ...box(e)]),
}));
"""

_RESULT = """
const result = document.createElement("pre");
result.id = "result";
result.textContent = JSON.stringify(measured);
document.body.replaceChildren(result);
"""


class Box(NamedTuple):
    """What is drawn, and where."""

    kind: str
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left + 0.5
            and self.top <= other.top + 0.5
            and self.right >= other.right - 0.5
            and self.bottom >= other.bottom - 0.5
        )

    def overlaps(self, other: "Box") -> bool:
        # Lines of text touch: the box of a line is higher than its letters.
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0.5 and high > 2


def measured(body: str, script: str, folder: Path) -> Any:
    """Return what a script puts into ``measured`` when a page is there.

    Args:
        body: of the page.
        script: runs when all of the page is loaded; it may wait.
        folder: for the page, and for the browser.

    """
    assert _CHROMIUM is not None
    script = f"addEventListener('load', async () => {{ {script} {_RESULT} }});"
    page = f"<!doctype html><meta charset=utf-8><body>{body}<script>{script}</script>"
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            *(_CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu"),
            *(f"--user-data-dir={folder / 'profile'}", "--window-size=1500,1000"),
            *("--virtual-time-budget=5000", "--dump-dom", path.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    [result] = re.findall(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    return json.loads(unescape(result))


def assert_readable(picture: dict[str, Any]) -> None:
    """Check that no text of a picture is cut, and no two overlap."""
    boxes = [Box(*row) for row in picture["drawn"]]
    texts = [box for box in boxes if box.kind == "text"]
    frames = [box for box in boxes if box.kind == "rect"]
    assert texts
    for text in texts:
        behind = [
            frame
            for frame in frames
            if frame.left <= text.left <= frame.right and frame.top <= text.top <= frame.bottom
        ]
        for frame in behind:
            assert frame.holds(text), f"cut: {text} in {frame}"
        assert behind, text
    for one, other in combinations(sorted(texts, key=lambda text: text.top), 2):
        assert not one.overlaps(other), f"overlap: {one} and {other}"
