"""docs/performance.md and its pictures say what the figures are."""

import copy
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.command import ROOT
from tests.scripts import load_script

SCRIPT = load_script("performance.py")
FIGURES: dict[str, Any] = json.loads((ROOT / "docs" / "performance.json").read_text("utf-8"))
FILES: dict[str, str] = SCRIPT.files(FIGURES)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", FILES)
def test_the_page_and_its_pictures_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == FILES[name]


def test_the_figures_name_no_place() -> None:
    assert not re.search(r"[\s\"]/\w", json.dumps(FIGURES))


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".svg")])
def test_a_picture_has_what_the_figures_say_within_its_width(name: str) -> None:
    root = ElementTree.fromstring(FILES[name])
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for mark in root.iter(f"{SVG}rect"):
        assert float(mark.get("x", 0)) + float(mark.attrib["width"]) <= width
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in root.iter(f"{SVG}circle")]
    assert all(0 < x < width and 0 < y < height for x, y in dots)
    told = [text.text for text in root.iter(f"{SVG}text")]
    if "fleets" in name:
        drawn = {row["what"] for row in FIGURES["fleets"]} - {"one changed"}
        sizes = {n for n in (row["applications"] for row in FIGURES["fleets"]) if n <= 2000}
        assert len(dots) == len(
            [r for r in FIGURES["fleets"] if r["what"] in drawn and r["applications"] in sizes]
        ) - sum("all cores" in row["what"] for row in FIGURES["fleets"])
    else:
        assert f"{FIGURES['commands']['--version']['cpu'] * 1000:.0f} ms" in told


def test_what_was_left_out_is_said() -> None:
    fewer = copy.deepcopy(FIGURES)
    fewer["fleets"] = [row for row in fewer["fleets"] if row["what"] != "AWS CDK"]
    fewer["versions"].pop("aws-cdk-lib", None)
    fewer["machine"]["load"] = 0
    text = SCRIPT.page(fewer)
    assert "The AWS CDK was left out" in text
    assert "other work when" not in text
    assert "of the CDK's" not in text
    assert "AWS CDK" not in SCRIPT.files(fewer)["images/performance-fleets.svg"]
