"""Pictures as a browser draws them: no text is cut, and no two texts overlap."""

import json
import re
import shutil
import subprocess
from html import unescape
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cfn_pipeline.diagrams.pictures import Picture
from cfn_pipeline.diagrams.svg import svg
from tests.checks.test_never_fails import FOREIGN
from tests.diagrams.samples import ROOT, action, of_file, pipeline, stack

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(CHROMIUM is None, reason="measures in chromium, which is not installed"),
]

#: Measures each text, and the smallest rectangle behind it, in each picture of the page.
SCRIPT = """
<script>
const box = (e) => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
const all = [...document.querySelectorAll("svg")].map((svg) => ({
  size: [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height],
  drawn: [...svg.querySelectorAll("rect, text")].map((e) => [e.tagName, e.textContent, ...box(e)]),
}));
const result = document.createElement("pre");
result.id = "result";
result.textContent = JSON.stringify(all);
document.body.replaceChildren(result);
</script>
"""

#: Fonts that browsers fall back to, from narrow to wide.
FONTS = ("Helvetica, Arial, sans-serif", "DejaVu Sans, Verdana, sans-serif")


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


def _measured(pictures: list[Picture], folder: Path, font: str) -> list[dict[str, Any]]:
    assert CHROMIUM is not None
    drawn = [svg([p], width=width) for p in pictures for width in (390, 830)]
    page = "<!doctype html><meta charset=utf-8><body>" + "".join(drawn) + SCRIPT
    page = page.replace("font-family: Helvetica, Arial, sans-serif", f"font-family: {font}")
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu"),
            *(f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    [result] = re.findall(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
    measured: list[dict[str, Any]] = json.loads(unescape(result))
    assert len(measured) == len(drawn)
    return measured


def _assert_readable(picture: dict[str, Any]) -> None:
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


WORDS = {
    "wide": "W" * 90,
    "narrow": "il" * 90,
    "digits": "0123456789-" * 12,
    "spaces": "a b " * 40,
    "Chinese": "部署流水线" * 20,
    "Arabic": "خط الأنابيب " * 12,
    "Cyrillic": "ЩЖШЮЫ" * 20,
    "Devanagari": "परिनियोजन " * 12,
    "emoji": "🚀🎉" * 20,
    "combining": "e\u0301\u0327" * 40,
    "ligature": "\ufdfd\ufdfa" * 12,
    "control": "\x1b[31m\u202e\u200b" * 10,
}


def _odd() -> list[Picture]:
    resources = {
        f"{name}{text}": {"Type": f"AWS::{text}::{text}", "Condition": text, "DependsOn": "S3"}
        for name, text in WORDS.items()
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}
    actions = [
        action(
            text,
            "Deploy/CloudFormation",
            InputArtifacts=[{"Name": text}, {"Name": "a"}, {"Name": "b"}, {"Name": "c"}],
            OutputArtifacts=[{"Name": name}, {"Name": f"{name}{text}"}],
            RoleArn=f"arn:aws:iam::{text}:role/a",
            RunOrder=number // 2,
            Configuration={"StackName": text},
        )
        for number, (name, text) in enumerate(WORDS.items())
    ]
    return [stack(resources | {"S3": bucket}), pipeline(actions, [], actions[:3], actions[3:5])]


@pytest.mark.parametrize("font", FONTS)
def test_no_text_is_cut_or_overlaps(tmp_path: Path, font: str) -> None:
    paths = [
        *(ROOT / "templates").glob("*/pipeline*.yml"),
        *(ROOT / "templates").glob("*/stack.yml"),
        *(ROOT / "examples").glob("*/pipeline.yml"),
    ]
    pictures = [picture for path in paths for picture in of_file(str(path))]
    for picture in _measured(pictures + _odd(), tmp_path, font):
        _assert_readable(picture)


def test_no_text_of_foreign_templates_is_cut_or_overlaps(tmp_path: Path) -> None:
    pictures = [picture for path in FOREIGN for picture in of_file(str(path))]
    for picture in _measured(pictures, tmp_path, FONTS[0]):
        _assert_readable(picture)
