"""The page of a run as a browser shows it, on a telephone and on a wide screen."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfn_pipeline.rehearsal.report.page import page_of
from cfn_pipeline.rehearsal.run.journal import Journal
from tests.diagrams.browser import MARKS, PICTURES, assert_readable, measured
from tests.rehearsal.report.journals import large
from tests.rehearsal.report.test_page import failed, proposed

pytestmark = MARKS

#: Opens all that is folded, and measures a page in a frame: how wide it is, its pictures, and text
#: that is wider than what holds it, unless it can be scrolled.
SCRIPT = """
const measured = [...document.querySelectorAll("iframe")].map((frame) => {
  const page = frame.contentDocument;
  page.querySelectorAll("details").forEach((e) => { e.open = true; });
  page.querySelectorAll("section").forEach((e) => { e.style.contentVisibility = "visible"; });
  const elements = page.querySelectorAll("body *:not(.wide, .hidden, .run li, svg *, svg)");
  const wider = [...elements].filter(
    (e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline"
      && !e.closest(".wide"));
  return {
    scroll: page.scrollingElement.scrollWidth,
    wide: frame.clientWidth,
    cut: wider.map((e) => `${e.tagName} ${e.className}: ${e.textContent.slice(0, 80)}`),
    pictures: pictures(page),
    searchable: !page.querySelector(".search").hidden,
  };
});
"""

LONG = "a/very/long/path/" * 20 + "W" * 300

FILL = """
document.querySelectorAll("iframe").forEach((frame, n) => { frame.srcdoc = pages[n]; });
"""


RUNS: dict[str, Callable[[Path], Journal]] = {
    "failed": lambda folder: failed(folder, f"exit status 1: {LONG}"),
    "changed": proposed,
    "large": lambda folder: large(folder, 3),
}


@pytest.mark.parametrize("kind", RUNS)
def test_no_text_is_cut_or_overlaps(tmp_path: Path, kind: str) -> None:
    (tmp_path / "run").mkdir()
    text = json.dumps(page_of(RUNS[kind](tmp_path / "run"))).replace("</", "<\\/")
    frames = "".join(
        f'<iframe style="border: 0; width: {width}px; height: 900px"></iframe>'
        for width in (390, 1300)
    )
    body = f"{frames}<script>const pages = [{text}, {text}]; {FILL}</script>"
    for page in measured(body, PICTURES + SCRIPT, tmp_path):
        assert page["cut"] == []
        assert page["scroll"] <= page["wide"]
        assert page["searchable"] or kind == "changed"
        assert page["pictures"]
        for picture in page["pictures"]:
            picture["drawn"].append(["rect", "", 0, 0, *picture["size"]])  # the frame of a stage
            assert_readable(picture)
