"""The site: its navigation has every page, and a browser loads nothing from elsewhere."""

import re
import sys
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.scripts import load_script

CONFIGURATION = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
NAVIGATION = set(re.findall(r": (\S+\.md)$", CONFIGURATION, re.MULTILINE))
#: Pages that others list.
LISTED = re.compile(
    r"decisions/(?!index)|examples/(?!index)|rendered/(?!index)|reference/(?!index)"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "pages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["site.py", str(folder)])
        load_script("site/site.py").main()
    return folder


def test_the_navigation_has_every_page(pages: Path) -> None:
    gathered = {path.relative_to(pages).as_posix() for path in pages.rglob("*.md")}
    assert {page for page in gathered if not LISTED.match(page)} == NAVIGATION


def test_a_browser_loads_nothing_from_elsewhere(pages: Path) -> None:
    assert "polyfills: [assets/iframe-worker.js]" in CONFIGURATION, "else it comes from a CDN"
    assert "font: false" in CONFIGURATION
    assert (pages / "assets" / "iframe-worker.js").exists()
    for page in pages.rglob("*.md"):
        assert "```mermaid" not in page.read_text(encoding="utf-8"), page


def test_the_list_for_agents_leads_to_pages(pages: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\.html\)", (pages / "llms.txt").read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert (pages / f"{link}.md").exists(), link
