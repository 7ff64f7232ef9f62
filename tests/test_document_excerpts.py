"""The pages of aspects: each excerpt is what the configuration above it renders.

An excerpt names its file in its first line; ``# ...`` stands for lines that are left out. A block
of JSON is a whole configuration file.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cfn_pipeline import render
from cfn_pipeline.config.reading import read_config_file
from tests.command import ROOT

PAGES = sorted((ROOT / "docs" / "aspects").glob("*.md"))
BLOCK = re.compile(r"^```(yaml|json)\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXCERPT = re.compile(r"# (\S+), shortened\n")
each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


def excerpts(path: Path, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each block that shows a result, with the files of the configuration before it."""
    files: dict[str, str] = {}
    events = ROOT / "examples" / "own-stack" / "events.yml"
    (folder / events.name).write_text(events.read_text(encoding="utf-8"))
    for language, code in BLOCK.findall(path.read_text(encoding="utf-8")):
        if "applications:" in code:
            config = folder / "cfn-pipeline.yml"
            config.write_text(code)
            [application] = read_config_file(config)
            files = dict(render(application))
        elif language == "json" or EXCERPT.match(code):
            yield code, files


def missing(excerpt: str, rendered: str) -> str:
    """Return the first line of an excerpt that is not in its place; empty: there is none."""
    lines = rendered.splitlines()
    wanted = excerpt.splitlines()
    start = re.compile(rf"( *){re.escape(wanted[0])}$")
    for number, line in enumerate(lines):
        if first := start.match(line):
            return _missing(wanted, [each.removeprefix(first[1]) for each in lines[number:]])
    return wanted[0]


def _missing(wanted: list[str], lines: list[str]) -> str:
    at, may_skip = 0, False
    for line in filter(None, wanted):
        if line.strip() == "# ...":
            may_skip = True
            continue
        try:
            found = lines.index(line, at)
        except ValueError:
            return line
        if found > at and not may_skip:
            return line
        at, may_skip = found + 1, False
    return "" if may_skip or at == len(lines) or not _inside(wanted[0], lines[at]) else lines[at]


def _inside(head: str, line: str) -> bool:
    """Return whether a line belongs to what begins with another one."""
    indentation = len(head) - len(head.lstrip())
    return len(line) - len(line.lstrip()) > indentation and bool(line.strip())


@each_page
def test_an_excerpt_is_what_is_rendered(path: Path, tmp_path: Path) -> None:
    found = list(excerpts(path, tmp_path))
    assert found
    for code, files in found:
        if name := EXCERPT.match(code):
            lost = missing(code[name.end() :], files[name[1]])
            assert not lost, f"{path.name}: {name[1]} has no such line here: {lost}"
        else:
            values = [json.loads(text) for file, text in files.items() if file.endswith(".json")]
            assert json.loads(code) in values


@pytest.mark.parametrize(
    "excerpt, line",
    [
        ("A:\n  B: 1\n  C:\n    D: 2\n", ""),
        ("A:\n  # ...\n  C:\n    D: 2\n", ""),
        ("A:\n  B: 1\n  # ...\n", ""),
        ("A:\n  B: 2\n  # ...\n", "  B: 2"),
        ("A:\n  C:\n    D: 2\n", "  C:"),
        ("A:\n  B: 1\n", "  C:"),
        ("E:\n", "E:"),
    ],
)
def test_a_wrong_excerpt_is_noticed(excerpt: str, line: str) -> None:
    assert missing(excerpt, "Resources:\n  A:\n    B: 1\n    C:\n      D: 2\n\n  F: 3\n") == line


@each_page
def test_a_page_is_linked_and_links_its_keys_and_pages_of_aws(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "../configuration.md#" in text
    assert path.stem == "own-stack" or "https://docs.aws.amazon.com/" in text
    for page in ("docs/configuration.md", "docs/applications.md", "mkdocs.yml"):
        assert f"aspects/{path.name}" in (ROOT / page).read_text(encoding="utf-8"), page
