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

#: Searches the logs of a page in a frame.
SEARCH = """
const [page] = [...document.querySelectorAll("iframe")].map((frame) => frame.contentDocument);
const measured = [];
for (const words of ["LAST", "nothing like it", ""]) {
  const input = page.querySelector("#search");
  input.value = words;
  input.dispatchEvent(new Event("input"));
  await new Promise((done) => setTimeout(done, 400));
  const log = page.querySelector("details.log");
  measured.push([
    page.querySelector("output").textContent, log.open,
    [...log.querySelectorAll("mark")].map((e) => e.textContent),
    log.querySelector("pre").textContent.trim().split("\\n").length,
  ]);
}
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
    body = _frames(RUNS[kind](tmp_path / "run"), 390, 1300)
    for page in measured(body, PICTURES + SCRIPT, tmp_path):
        assert page["cut"] == []
        assert page["scroll"] <= page["wide"]
        assert page["searchable"] or kind == "changed"
        assert page["pictures"]
        for picture in page["pictures"]:
            picture["drawn"].append(["rect", "", 0, 0, *picture["size"]])  # the frame of a stage
            assert_readable(picture)


def test_logs_are_searched(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    body = _frames(failed(tmp_path / "run"), 1300)
    assert measured(body, SEARCH, tmp_path) == [
        ["1 line in 1 of 1 logs", True, ["last"], 1],
        ["no lines in 0 of 1 logs", False, [], 3],
        ["", True, [], 3],
    ]


def _frames(run: Journal, *widths: int) -> str:
    """Return the page of a run in frames of some widths."""
    text = json.dumps(page_of(run)).replace("</", "<\\/")
    frames = "".join(
        f'<iframe style="border: 0; width: {width}px; height: 900px"></iframe>' for width in widths
    )
    pages = ", ".join([text] * len(widths))
    return f"{frames}<script>const pages = [{pages}]; {FILL}</script>"
